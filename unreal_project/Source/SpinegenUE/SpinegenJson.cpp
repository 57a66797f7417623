#include "SpinegenJson.h"

#include "Dom/JsonObject.h"
#include "Serialization/JsonReader.h"
#include "Serialization/JsonSerializer.h"

TSharedPtr<FJsonObject> SpinegenJson::Object(const FString& Line)
{
	TSharedPtr<FJsonObject> Found;
	const TSharedRef<TJsonReader<>> Reader = TJsonReaderFactory<>::Create(Line);
	FJsonSerializer::Deserialize(Reader, Found);
	return Found;
}

TSharedPtr<FJsonObject> SpinegenJson::Child(const TSharedPtr<FJsonObject>& Parent, const TCHAR* Field)
{
	const TSharedPtr<FJsonObject>* Found = nullptr;
	if (Parent.IsValid() && Parent->TryGetObjectField(Field, Found))
	{
		return *Found;
	}
	return nullptr;
}

FString SpinegenJson::Text(const TSharedPtr<FJsonObject>& Parent, const TCHAR* Field, const FString& Default)
{
	FString Found;
	return Parent.IsValid() && Parent->TryGetStringField(Field, Found) ? Found : Default;
}

double SpinegenJson::Number(const TSharedPtr<FJsonObject>& Parent, const TCHAR* Field, double Default)
{
	double Found = 0.0;
	return Parent.IsValid() && Parent->TryGetNumberField(Field, Found) && FMath::IsFinite(Found) ? Found : Default;
}

FVector SpinegenJson::Vector(const TSharedPtr<FJsonObject>& Parent, const TCHAR* Field, const FVector& Default)
{
	const TArray<TSharedPtr<FJsonValue>>* Found = nullptr;
	if (!Parent.IsValid() || !Parent->TryGetArrayField(Field, Found) || Found->Num() < 2)
	{
		return Default;
	}
	return FVector((*Found)[0]->AsNumber(), (*Found)[1]->AsNumber(), Found->Num() > 2 ? (*Found)[2]->AsNumber() : 0.0);
}
