#pragma once

#include "CoreMinimal.h"

/** One row of a rig payload: `<bone>,px,py,pz,qx,qy,qz,qw`, world, centimetres. */
struct FSpinegenBone
{
	FName Name;
	FTransform World;
};

namespace SpinegenRig
{
/** Reads rows separated by semicolons; on a bad row answers false and says why in Error. */
bool Parse(const FString& Payload, TArray<FSpinegenBone>& OutBones, FString& OutError);

/** Appends one row with a trailing semicolon. */
void Append(FString& Out, const FString& Name, const FTransform& World);
}
