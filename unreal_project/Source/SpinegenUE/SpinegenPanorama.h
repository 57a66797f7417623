#pragma once

#include "CoreMinimal.h"

#include "SpinegenPanorama.generated.h"

class UTextureCube;

/** A user's equirectangular picture, ready to be seen and to light with. */
USTRUCT()
struct FSpinegenPanorama
{
	GENERATED_BODY()

	/** Mean brightness 1, without its sun. */
	UPROPERTY()
	TObjectPtr<UTextureCube> Cube;

	/** Unit, towards the sun of the picture. */
	FVector TowardsSun = FVector::ZeroVector;

	/** Illuminance of that sun on a plane that faces it, in units of the mean brightness; 0 when there is none. */
	double SunShare = 0.0;
};

namespace SpinegenPanorama
{
/** Reads an .hdr, .exr or ordinary picture at run time; Yaw turns its middle clockwise from +X. On failure answers
 * false and says which file and why. */
bool Load(const FString& File, double YawDeg, FSpinegenPanorama& Out, FString& OutError);
}
