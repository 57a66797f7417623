#pragma once

#include "CoreMinimal.h"

class FJsonObject;

/** Fields of a JSON object with a default for what is absent; an invalid object has no fields. */
namespace SpinegenJson
{
/** The object that a line holds, or an invalid pointer. */
TSharedPtr<FJsonObject> Object(const FString& Line);

TSharedPtr<FJsonObject> Child(const TSharedPtr<FJsonObject>& Parent, const TCHAR* Field);
FString Text(const TSharedPtr<FJsonObject>& Parent, const TCHAR* Field, const FString& Default);
double Number(const TSharedPtr<FJsonObject>& Parent, const TCHAR* Field, double Default);

/** Two or three numbers; a missing third is 0. */
FVector Vector(const TSharedPtr<FJsonObject>& Parent, const TCHAR* Field, const FVector& Default);
}
