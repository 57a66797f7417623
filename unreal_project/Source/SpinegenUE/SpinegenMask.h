#pragma once

#include "CoreMinimal.h"

class AActor;
class USceneCaptureComponent2D;

/** Masks from depth alone: what is nearest of some actors, taken one after the other, and not behind anything else. */
namespace SpinegenMask
{
/** Numbers of a byte, without 0 (everything else) and 255. */
constexpr int32 MostActors = 254;
/** A side. */
constexpr int32 MostPixels = 8192;

/** Settings of a capture that takes depth when it is told to, and never by itself. */
void Prepare(USceneCaptureComponent2D* Capture);

/** From where the capture stands: base64 of a grey PNG with the number (from 1) of the actor that is seen at every
 * pixel. */
bool Take(USceneCaptureComponent2D* Capture, const TArray<TWeakObjectPtr<AActor>>& Actors, const FIntPoint& Size,
          FString& OutMask, FString& OutError);
}
