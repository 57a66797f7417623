#include "SpinegenCatalogue.h"

#include "SpinegenJson.h"

#include "Dom/JsonObject.h"
#include "Misc/FileHelper.h"
#include "Misc/Paths.h"

namespace
{
FString CatalogueFile()
{
	return FPaths::Combine(FPaths::ProjectContentDir(), TEXT("Spinegen/Data/catalogue.json"));
}

double StatureDifference(const FSpinegenCharacter& Character, const FSpinegenWish& Wish)
{
	return FMath::Abs(Character.StatureCm - Wish.StatureCm);
}

/** Factor on a light skin's texture, from very fair (0) to very dark (1). */
FLinearColor SkinTint(double Melanin)
{
	const float Light = static_cast<float>(1.0 - Melanin);
	return FLinearColor(0.14f + 0.86f * Light, 0.08f + 0.92f * Light, 0.05f + 0.95f * Light);
}

/** `kind` and the first of `fabric.colours`, three sRGB numbers in 0..1; anything else leaves the mesh's own colour. */
void ReadGarment(const TSharedPtr<FJsonObject>& Garment, TMap<FString, FLinearColor>& OutColours)
{
	FString Kind;
	const TSharedPtr<FJsonObject>* Fabric = nullptr;
	const TArray<TSharedPtr<FJsonValue>>* Colours = nullptr;
	if (!Garment.IsValid() || !Garment->TryGetStringField(TEXT("kind"), Kind) ||
	    !Garment->TryGetObjectField(TEXT("fabric"), Fabric) || !(*Fabric)->TryGetArrayField(TEXT("colours"), Colours) ||
	    Colours->Num() == 0)
	{
		return;
	}
	const TArray<TSharedPtr<FJsonValue>>* Rgb = nullptr;
	if ((*Colours)[0]->TryGetArray(Rgb) && Rgb->Num() == 3)
	{
		OutColours.Add(
		    Kind, SpinegenCatalogue::FromSrgb((*Rgb)[0]->AsNumber(), (*Rgb)[1]->AsNumber(), (*Rgb)[2]->AsNumber()));
	}
}
}

bool SpinegenCatalogue::Load(TArray<FSpinegenCharacter>& OutCharacters, FString& OutError)
{
	const FString File = CatalogueFile();
	FString Text;
	if (!FFileHelper::LoadFileToString(Text, *File))
	{
		OutError = FString::Printf(TEXT("%s cannot be read; run Content/Python/spinegen_setup.py"), *File);
		return false;
	}
	const TSharedPtr<FJsonObject> Root = SpinegenJson::Object(Text);
	const TArray<TSharedPtr<FJsonValue>>* Rows = nullptr;
	if (!Root.IsValid() || !Root->TryGetArrayField(TEXT("characters"), Rows))
	{
		OutError = FString::Printf(TEXT("%s must hold a list 'characters'"), *File);
		return false;
	}
	OutCharacters.Reset(Rows->Num());
	for (const TSharedPtr<FJsonValue>& Row : *Rows)
	{
		const TSharedPtr<FJsonObject> Entry = Row->AsObject();
		FSpinegenCharacter Character;
		if (!Entry.IsValid() || !Entry->TryGetStringField(TEXT("name"), Character.Name) ||
		    !Entry->TryGetStringField(TEXT("mesh"), Character.Mesh) ||
		    !Entry->TryGetStringField(TEXT("sex"), Character.Sex) ||
		    !Entry->TryGetNumberField(TEXT("stature_cm"), Character.StatureCm))
		{
			OutError = FString::Printf(TEXT("%s: every character needs name, mesh, sex and stature_cm"), *File);
			return false;
		}
		const TArray<TSharedPtr<FJsonValue>>* Garments = nullptr;
		if (Entry->TryGetArrayField(TEXT("garments"), Garments))
		{
			for (const TSharedPtr<FJsonValue>& Item : *Garments)
			{
				const TSharedPtr<FJsonObject> Garment = Item->AsObject();
				if (Garment.IsValid())
				{
					Character.Garments.Add(
					    {Garment->GetStringField(TEXT("slot")), Garment->GetStringField(TEXT("mesh"))});
				}
			}
		}
		OutCharacters.Add(Character);
	}
	if (OutCharacters.Num() == 0)
	{
		OutError = FString::Printf(TEXT("%s lists no character"), *File);
		return false;
	}
	return true;
}

bool SpinegenCatalogue::LoadLevels(TArray<FSpinegenLevel>& OutLevels, FString& OutError)
{
	OutLevels.Reset();
	FString Text;
	if (!FFileHelper::LoadFileToString(Text, *CatalogueFile()))
	{
		return true;
	}
	const TSharedPtr<FJsonObject> Root = SpinegenJson::Object(Text);
	const TArray<TSharedPtr<FJsonValue>>* Rows = nullptr;
	if (!Root.IsValid() || !Root->TryGetArrayField(TEXT("levels"), Rows))
	{
		return true;
	}
	for (const TSharedPtr<FJsonValue>& Row : *Rows)
	{
		const TSharedPtr<FJsonObject> Entry = Row->AsObject();
		FSpinegenLevel Level;
		Level.Name = SpinegenJson::Text(Entry, TEXT("name"), FString());
		Level.Package = SpinegenJson::Text(Entry, TEXT("level"), FString());
		if (Level.Name.IsEmpty() || Level.Package.IsEmpty())
		{
			OutError = FString::Printf(TEXT("%s: every level needs name and level"), *CatalogueFile());
			return false;
		}
		Level.LocationCm = SpinegenJson::Vector(Entry, TEXT("location_cm"), FVector::ZeroVector);
		Level.YawDeg = SpinegenJson::Number(Entry, TEXT("yaw_deg"), 0.0);
		Level.bLit = SpinegenJson::Text(Entry, TEXT("light"), TEXT("own")) == TEXT("own");
		Level.Ev100 = SpinegenJson::Number(Entry, TEXT("ev100"), Level.Ev100);
		OutLevels.Add(Level);
	}
	return true;
}

bool SpinegenCatalogue::ParseWish(const FString& Spec, FSpinegenWish& OutWish, FString& OutError)
{
	const TSharedPtr<FJsonObject> Root = SpinegenJson::Object(Spec);
	if (!Root.IsValid())
	{
		OutError = TEXT("Spec is not a JSON object on one line");
		return false;
	}
	double StatureM = 0.0;
	if (!Root->TryGetStringField(TEXT("sex"), OutWish.Sex) || !Root->TryGetNumberField(TEXT("stature_m"), StatureM))
	{
		OutError = TEXT("Spec needs sex and stature_m");
		return false;
	}
	if (!FMath::IsFinite(StatureM) || StatureM < 0.5 || StatureM > 2.6)
	{
		OutError = FString::Printf(TEXT("stature_m must lie in 0.5..2.6, found %f"), StatureM);
		return false;
	}
	OutWish.StatureCm = 100.0 * StatureM;
	// The whole spec names the person: equal specs are one character in every run.
	OutWish.Id = Spec;
	const TSharedPtr<FJsonObject>* Skin = nullptr;
	double Melanin = 0.0;
	if (Root->TryGetObjectField(TEXT("skin"), Skin) && (*Skin)->TryGetNumberField(TEXT("melanin"), Melanin))
	{
		OutWish.Skin = SkinTint(FMath::Clamp(Melanin, 0.0, 1.0));
	}
	const TArray<TSharedPtr<FJsonValue>>* Worn = nullptr;
	if (Root->TryGetArrayField(TEXT("garments"), Worn))
	{
		for (const TSharedPtr<FJsonValue>& Item : *Worn)
		{
			ReadGarment(Item->AsObject(), OutWish.GarmentColours);
		}
	}
	return true;
}

const FSpinegenCharacter* SpinegenCatalogue::Choose(const TArray<FSpinegenCharacter>& Characters,
                                                    const FSpinegenWish& Wish)
{
	constexpr double SameStatureCm = 3.0;
	double Nearest = TNumericLimits<double>::Max();
	for (const FSpinegenCharacter& Character : Characters)
	{
		if (Character.Sex == Wish.Sex)
		{
			Nearest = FMath::Min(Nearest, StatureDifference(Character, Wish));
		}
	}
	TArray<const FSpinegenCharacter*> Fitting;
	for (const FSpinegenCharacter& Character : Characters)
	{
		if (Character.Sex == Wish.Sex && StatureDifference(Character, Wish) <= Nearest + SameStatureCm)
		{
			Fitting.Add(&Character);
		}
	}
	if (Fitting.Num() == 0)
	{
		return nullptr;
	}
	// FCrc and not GetTypeHash: the same person must be the same character in every run.
	const uint32 Hash = FCrc::StrCrc32(*Wish.Id);
	return Fitting[static_cast<int32>(Hash % static_cast<uint32>(Fitting.Num()))];
}

FLinearColor SpinegenCatalogue::FromSrgb(double Red, double Green, double Blue)
{
	const auto Byte = [](double Value)
	{ return static_cast<uint8>(FMath::RoundToInt(255.0 * FMath::Clamp(Value, 0.0, 1.0))); };
	return FLinearColor::FromSRGBColor(FColor(Byte(Red), Byte(Green), Byte(Blue)));
}

bool SpinegenCatalogue::ParseColour(const FString& Text, FLinearColor& OutColour)
{
	if (Text.Len() != 7 || !Text.StartsWith(TEXT("#")))
	{
		return false;
	}
	OutColour = FLinearColor::FromSRGBColor(FColor::FromHex(Text));
	return true;
}
