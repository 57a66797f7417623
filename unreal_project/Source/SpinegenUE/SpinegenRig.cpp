#include "SpinegenRig.h"

namespace
{
constexpr int32 NumbersPerBone = 7;
}

bool SpinegenRig::Parse(const FString& Payload, TArray<FSpinegenBone>& OutBones, FString& OutError)
{
	TArray<FString> Rows;
	Payload.ParseIntoArray(Rows, TEXT(";"), true);
	OutBones.Reset(Rows.Num());
	for (const FString& Row : Rows)
	{
		TArray<FString> Fields;
		Row.ParseIntoArray(Fields, TEXT(","), false);
		double Numbers[NumbersPerBone];
		bool bGood = Fields.Num() == NumbersPerBone + 1;
		for (int32 Index = 0; bGood && Index < NumbersPerBone; ++Index)
		{
			bGood = Fields[Index + 1].IsNumeric();
			Numbers[Index] = bGood ? FCString::Atod(*Fields[Index + 1]) : 0.0;
			bGood = bGood && FMath::IsFinite(Numbers[Index]);
		}
		if (!bGood)
		{
			OutError = FString::Printf(TEXT("bone row '%s' needs a name and seven finite numbers"), *Row.Left(60));
			return false;
		}
		FQuat Rotation(Numbers[3], Numbers[4], Numbers[5], Numbers[6]);
		if (FMath::Abs(Rotation.Size() - 1.0) > 0.1)
		{
			OutError = FString::Printf(TEXT("bone '%s' has a quaternion that is not of unit length"), *Fields[0]);
			return false;
		}
		Rotation.Normalize();
		OutBones.Add({FName(*Fields[0]), FTransform(Rotation, FVector(Numbers[0], Numbers[1], Numbers[2]))});
	}
	return true;
}

void SpinegenRig::Append(FString& Out, const FString& Name, const FTransform& World)
{
	const FVector Place = World.GetLocation();
	const FQuat Turn = World.GetRotation();
	Out += FString::Printf(TEXT("%s,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f;"), *Name, Place.X, Place.Y, Place.Z, Turn.X,
	                       Turn.Y, Turn.Z, Turn.W);
}
