#pragma once

#include "CoreMinimal.h"

#include "GameFramework/Actor.h"

#include "SpinegenHuman.generated.h"

class USkeletalMeshComponent;

/**
 * A person posed bone by bone through UnrealCV's vbp. Parameters are by value, since vbp skips reference parameters;
 * every function answers one line, which begins with "error" when it could not do what was asked.
 */
UCLASS()
class SPINEGENUE_API ASpinegenHuman : public AActor
{
	GENERATED_BODY()

public:
	ASpinegenHuman();

	/** vbp Human_0 SetBody {"sex":"female","stature_m":1.68,...} : nearest character of the catalogue, scaled to the
	 * stature. */
	UFUNCTION(BlueprintCallable, Category = "Spinegen")
	FString SetBody(FString Spec);

	/** vbp Human_0 SetPose <tag>;<bone>,px,py,pz,qx,qy,qz,qw;... : world transforms, centimetres; answers <tag>. */
	UFUNCTION(BlueprintCallable, Category = "Spinegen")
	FString SetPose(FString Payload);

	/** vbp Human_0 GetBones : <bone>,px,py,pz,qx,qy,qz,qw;... world, centimetres. */
	UFUNCTION(BlueprintCallable, Category = "Spinegen")
	FString GetBones();

	/** vbp Human_0 GetRestPose : the same rows for the reference pose. */
	UFUNCTION(BlueprintCallable, Category = "Spinegen")
	FString GetRestPose();

private:
	/** Component-space transforms of the reference pose, by bone index. */
	TArray<FTransform> RestInComponent() const;

	void TintMaterials(USkeletalMeshComponent* Component, const FLinearColor& Colour) const;
	void RemoveGarments();

	UPROPERTY()
	TObjectPtr<USkeletalMeshComponent> Body;

	UPROPERTY()
	TArray<TObjectPtr<USkeletalMeshComponent>> Garments;

	/** World transforms that were sent last, by bone index; bones that are not named keep theirs. */
	TMap<int32, FTransform> Sent;
};
