#pragma once

#include "CoreMinimal.h"

/** One dressed piece of a character: a skeletal mesh that follows the body, and how its colour is set. */
struct FSpinegenGarment
{
	FString Slot;
	FString Mesh;
};

/** One character of the project, as `Content/Spinegen/Data/catalogue.json` lists it. */
struct FSpinegenCharacter
{
	FString Name;
	FString Mesh;
	FString Sex;
	double StatureCm = 175.0;
	TArray<FSpinegenGarment> Garments;
};

/** A level of the project, as the catalogue lists it; one of its spots becomes the middle of the stage. */
struct FSpinegenLevel
{
	FString Name;
	/** Package, such as /Game/Maps/Downtown. */
	FString Package;
	/** Of that spot, on its floor. */
	FVector LocationCm = FVector::ZeroVector;
	double YawDeg = 0.0;
	/** Whether the level has sun and sky of its own. */
	bool bLit = true;
	/** Exposure for a level that is lit, as a camera at that spot would meter it. */
	double Ev100 = 12.0;
};

/** What is asked of a character: the fields of a PersonSpec that a prepared mesh can follow. */
struct FSpinegenWish
{
	FString Id;
	FString Sex;
	double StatureCm = 175.0;
	FLinearColor Skin = FLinearColor::White;
	/** By the garment's kind (`t_shirt`, `leggings`, ...), which a catalogue names as `slot`. */
	TMap<FString, FLinearColor> GarmentColours;
};

namespace SpinegenCatalogue
{
/** Reads the catalogue; on failure answers false and says which file and field. */
bool Load(TArray<FSpinegenCharacter>& OutCharacters, FString& OutError);

/** Reads the catalogue's levels; none when there is no catalogue. On failure answers false and says which field. */
bool LoadLevels(TArray<FSpinegenLevel>& OutLevels, FString& OutError);

/** Reads the one-line JSON of `SetBody`. */
bool ParseWish(const FString& Spec, FSpinegenWish& OutWish, FString& OutError);

/** The character of that sex whose stature is nearest; the wish's id decides between equals. */
const FSpinegenCharacter* Choose(const TArray<FSpinegenCharacter>& Characters, const FSpinegenWish& Wish);

/** `#rrggbb` (sRGB) to linear; false when it is none. */
bool ParseColour(const FString& Text, FLinearColor& OutColour);

/** sRGB numbers in 0..1 to linear. */
FLinearColor FromSrgb(double Red, double Green, double Blue);
}
