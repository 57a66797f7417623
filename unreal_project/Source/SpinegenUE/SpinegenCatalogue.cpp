#include "SpinegenCatalogue.h"

#include "SpinegenJson.h"

#include "Dom/JsonObject.h"
#include "Misc/FileHelper.h"
#include "Misc/Paths.h"

namespace
{
double StatureDifference(const FSpinegenCharacter& Character, const FSpinegenWish& Wish)
{
	return FMath::Abs(Character.StatureCm - Wish.StatureCm);
}
}

bool SpinegenCatalogue::Load(TArray<FSpinegenCharacter>& OutCharacters, FString& OutError)
{
	const FString File = FPaths::Combine(FPaths::ProjectContentDir(), TEXT("Spinegen/Data/catalogue.json"));
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
	Root->TryGetStringField(TEXT("id"), OutWish.Id);
	FString Colour;
	if (Root->TryGetStringField(TEXT("skin_colour"), Colour))
	{
		ParseColour(Colour, OutWish.Skin);
	}
	const TSharedPtr<FJsonObject>* Colours = nullptr;
	if (Root->TryGetObjectField(TEXT("garment_colours"), Colours))
	{
		for (const auto& Pair : (*Colours)->Values)
		{
			FLinearColor Tint;
			if (ParseColour(Pair.Value->AsString(), Tint))
			{
				OutWish.GarmentColours.Add(FString(Pair.Key), Tint);
			}
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

bool SpinegenCatalogue::ParseColour(const FString& Text, FLinearColor& OutColour)
{
	if (Text.Len() != 7 || !Text.StartsWith(TEXT("#")))
	{
		return false;
	}
	OutColour = FLinearColor::FromSRGBColor(FColor::FromHex(Text));
	return true;
}
