#include "SpinegenMask.h"

#include "Components/SceneCaptureComponent2D.h"
#include "Engine/TextureRenderTarget2D.h"
#include "GameFramework/Actor.h"
#include "ImageCore.h"
#include "ImageUtils.h"
#include "Misc/Base64.h"
#include "TextureResource.h"

namespace
{
/** Depth from which on nothing was drawn, cm: Unreal's far plane lies far beyond. */
constexpr float FarCm = 1000000.0f;
/** What lies before an actor by less is the actor itself: two captures may differ in the last bits of depth. */
constexpr float LeastCm = 1.0f;
constexpr float LeastShare = 0.005f;

/** Planar depth of what the capture shows, cm, a row after the other. */
bool Depths(USceneCaptureComponent2D* Capture, TArray<FLinearColor>& Out)
{
	Capture->CaptureScene();
	FTextureRenderTargetResource* Resource = Capture->TextureTarget->GameThread_GetRenderTargetResource();
	return Resource && Resource->ReadLinearColorPixels(Out);
}

void SizeTarget(USceneCaptureComponent2D* Capture, const FIntPoint& Size)
{
	UTextureRenderTarget2D* Target = Capture->TextureTarget;
	if (!Target || Target->SizeX != Size.X || Target->SizeY != Size.Y)
	{
		Target = NewObject<UTextureRenderTarget2D>(Capture);
		Target->RenderTargetFormat = ETextureRenderTargetFormat::RTF_R32f;
		Target->InitAutoFormat(Size.X, Size.Y);
		Target->UpdateResourceImmediate(true);
		Capture->TextureTarget = Target;
	}
}
}

void SpinegenMask::Prepare(USceneCaptureComponent2D* Capture)
{
	Capture->bCaptureEveryFrame = false;
	Capture->bCaptureOnMovement = false;
	Capture->bAlwaysPersistRenderingState = false;
	Capture->CaptureSource = ESceneCaptureSource::SCS_SceneDepth;
}

bool SpinegenMask::Take(USceneCaptureComponent2D* Capture, const TArray<TWeakObjectPtr<AActor>>& Actors,
                        const FIntPoint& Size, FString& OutMask, FString& OutError)
{
	SizeTarget(Capture, Size);
	const int32 Pixels = Size.X * Size.Y;
	TArray<FLinearColor> Seen;
	Capture->PrimitiveRenderMode = ESceneCapturePrimitiveRenderMode::PRM_RenderScenePrimitives;
	Capture->ShowOnlyActors.Reset();
	if (!Depths(Capture, Seen) || Seen.Num() != Pixels)
	{
		OutError = TEXT("depth cannot be read back");
		return false;
	}
	TArray<float> Limit;
	Limit.SetNumUninitialized(Pixels);
	for (int32 Pixel = 0; Pixel < Pixels; ++Pixel)
	{
		Limit[Pixel] = Seen[Pixel].R + FMath::Max(LeastCm, LeastShare * Seen[Pixel].R);
	}
	TArray<float> Nearest;
	Nearest.Init(FarCm, Pixels);
	FImage Numbers;
	Numbers.Init(Size.X, Size.Y, ERawImageFormat::G8, EGammaSpace::Linear);
	const TArrayView64<uint8> Values = Numbers.AsG8();
	FMemory::Memzero(Values.GetData(), Values.Num());
	Capture->PrimitiveRenderMode = ESceneCapturePrimitiveRenderMode::PRM_UseShowOnlyList;
	for (int32 Index = 0; Index < Actors.Num(); ++Index)
	{
		AActor* Actor = Actors[Index].Get();
		if (!Actor || Actor->IsHidden())
		{
			continue;
		}
		Capture->ShowOnlyActors = {Actor};
		if (!Depths(Capture, Seen) || Seen.Num() != Pixels)
		{
			OutError = TEXT("depth cannot be read back");
			return false;
		}
		for (int32 Pixel = 0; Pixel < Pixels; ++Pixel)
		{
			const float Depth = Seen[Pixel].R;
			if (Depth < Nearest[Pixel] && Depth <= Limit[Pixel])
			{
				Nearest[Pixel] = Depth;
				Values[Pixel] = static_cast<uint8>(Index + 1);
			}
		}
	}
	Capture->ShowOnlyActors.Reset();
	TArray64<uint8> Png;
	if (!FImageUtils::CompressImage(Png, TEXT("png"), Numbers))
	{
		OutError = TEXT("the picture cannot be written as PNG");
		return false;
	}
	OutMask = FBase64::Encode(Png.GetData(), static_cast<uint32>(Png.Num()));
	return true;
}
