#include "SpinegenPanorama.h"

#include "SpinegenCube.h"

#include "Engine/TextureCube.h"
#include "ImageCore.h"
#include "ImageUtils.h"
#include "Math/Float16Color.h"
#include "Misc/Paths.h"

namespace
{
constexpr int32 FaceSize = 512;
constexpr int32 Faces = 6;
/** A spot that is so much brighter than the mean is the sun, and becomes a light that casts sharp shadows. */
constexpr float SunTimesMean = 60.0f;

FVector LookingAt(double Column, double Row, const FImage& Picture, double YawDeg)
{
	const double Azimuth = ((Column + 0.5) / Picture.SizeX - 0.5) * UE_DOUBLE_TWO_PI + FMath::DegreesToRadians(YawDeg);
	const double Polar = (Row + 0.5) / Picture.SizeY * UE_DOUBLE_PI;
	const double Flat = FMath::Sin(Polar);
	return FVector(Flat * FMath::Cos(Azimuth), Flat * FMath::Sin(Azimuth), FMath::Cos(Polar));
}

const FLinearColor& Texel(const TArrayView64<FLinearColor>& Pixels, const FImage& Picture, const FVector& Towards,
                          double YawDeg)
{
	const double Turn = FMath::Atan2(Towards.Y, Towards.X) - FMath::DegreesToRadians(YawDeg);
	const double Polar = FMath::Acos(FMath::Clamp(Towards.Z / Towards.Size(), -1.0, 1.0));
	const int64 Column = FMath::FloorToInt64((Turn / UE_DOUBLE_TWO_PI + 0.5) * Picture.SizeX);
	const int64 Row = FMath::FloorToInt64(Polar / UE_DOUBLE_PI * Picture.SizeY);
	const int64 Wrapped = (Column % Picture.SizeX + Picture.SizeX) % Picture.SizeX;
	return Pixels[FMath::Min<int64>(Row, Picture.SizeY - 1) * Picture.SizeX + Wrapped];
}

/** Mean brightness over the sphere, bright spots counted no higher than Limit. */
double MeanBrightness(const TArrayView64<FLinearColor>& Pixels, const FImage& Picture, float Limit)
{
	double Sum = 0.0;
	double Weight = 0.0;
	for (int64 Row = 0; Row < Picture.SizeY; ++Row)
	{
		const double Area = FMath::Sin((Row + 0.5) / Picture.SizeY * UE_DOUBLE_PI);
		for (int64 Column = 0; Column < Picture.SizeX; ++Column)
		{
			Sum += Area * FMath::Min(Pixels[Row * Picture.SizeX + Column].GetLuminance(), Limit);
			Weight += Area;
		}
	}
	return Sum / Weight;
}
}

bool SpinegenPanorama::Load(const FString& File, double YawDeg, FSpinegenPanorama& Out, FString& OutError)
{
	FImage Picture;
	if (!FPaths::FileExists(File) || !FImageUtils::LoadImage(*File, Picture))
	{
		OutError = FString::Printf(TEXT("%s cannot be read as a picture; the path is one on this machine"), *File);
		return false;
	}
	if (Picture.SizeX < 8 || Picture.SizeY < 4)
	{
		OutError = FString::Printf(TEXT("%s has %d x %d pixels, too few"), *File, Picture.SizeX, Picture.SizeY);
		return false;
	}
	Picture.ChangeFormat(ERawImageFormat::RGBA32F, EGammaSpace::Linear);
	const TArrayView64<FLinearColor> Pixels = Picture.AsRGBA32F();
	// The first mean only keeps the sun from lifting the second.
	const double Rough = MeanBrightness(Pixels, Picture, TNumericLimits<float>::Max());
	const double Mean = MeanBrightness(Pixels, Picture, static_cast<float>(Rough * 20.0));
	if (!FMath::IsFinite(Mean) || Mean <= 0.0)
	{
		OutError = FString::Printf(TEXT("%s is black or has pixels that are no numbers"), *File);
		return false;
	}
	const float Limit = static_cast<float>(SunTimesMean * Mean);
	FVector Flux = FVector::ZeroVector;
	for (int64 Row = 0; Row < Picture.SizeY; ++Row)
	{
		const double Solid = FMath::Sin((Row + 0.5) / Picture.SizeY * UE_DOUBLE_PI) * (UE_DOUBLE_PI / Picture.SizeY) *
		                     (UE_DOUBLE_TWO_PI / Picture.SizeX);
		for (int64 Column = 0; Column < Picture.SizeX; ++Column)
		{
			const float Bright = Pixels[Row * Picture.SizeX + Column].GetLuminance();
			if (Bright > Limit)
			{
				Flux += LookingAt(Column, Row, Picture, YawDeg) * (Solid * (Bright - Limit) / Mean);
			}
		}
	}
	Out.SunShare = Flux.Size();
	Out.TowardsSun = Out.SunShare > 0.0 ? Flux / Out.SunShare : FVector::ZeroVector;

	Out.Cube = UTextureCube::CreateTransient(FaceSize, FaceSize, PF_FloatRGBA);
	if (!Out.Cube)
	{
		OutError = TEXT("no memory for a cube map");
		return false;
	}
	Out.Cube->SRGB = false;
	Out.Cube->NeverStream = true;
	FTexture2DMipMap& Mip = Out.Cube->GetPlatformData()->Mips[0];
	FFloat16Color* Texels = static_cast<FFloat16Color*>(Mip.BulkData.Lock(LOCK_READ_WRITE));
	for (int32 Face = 0; Face < Faces; ++Face)
	{
		for (int32 Down = 0; Down < FaceSize; ++Down)
		{
			for (int32 Across = 0; Across < FaceSize; ++Across)
			{
				double Xyz[3];
				SpinegenCube::Direction(Face, (Across + 0.5) / FaceSize * 2.0 - 1.0,
				                        (Down + 0.5) / FaceSize * 2.0 - 1.0, Xyz);
				const FLinearColor& Seen = Texel(Pixels, Picture, FVector(Xyz[0], Xyz[1], Xyz[2]), YawDeg);
				const float Bright = FMath::Max(Seen.GetLuminance(), 1e-9f);
				const float Scale = FMath::Min(1.0f, Limit / Bright) / static_cast<float>(Mean);
				*Texels++ = FFloat16Color(FLinearColor(Seen.R * Scale, Seen.G * Scale, Seen.B * Scale, 1.0f));
			}
		}
	}
	Mip.BulkData.Unlock();
	Out.Cube->UpdateResource();
	return true;
}
