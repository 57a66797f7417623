#pragma once

#include "CoreMinimal.h"

#include "Animation/AnimInstance.h"
#include "Animation/AnimInstanceProxy.h"

#include "SpinegenAnimInstance.generated.h"

/** Evaluates to parent-relative transforms given bone by bone, so that every pass (mask and depth too) sees the pose.
 */
USTRUCT()
struct FSpinegenAnimProxy : public FAnimInstanceProxy
{
	GENERATED_BODY()

	FSpinegenAnimProxy() = default;
	explicit FSpinegenAnimProxy(UAnimInstance* Instance) : FAnimInstanceProxy(Instance) {}

	/** By bone index of the mesh's reference skeleton; empty means the reference pose. */
	TArray<FTransform> LocalPose;

protected:
	virtual bool Evaluate(FPoseContext& Output) override;
};

/** The animation of a person: no graph, only the pose that was sent last. */
UCLASS(Transient, NotBlueprintable)
class SPINEGENUE_API USpinegenAnimInstance : public UAnimInstance
{
	GENERATED_BODY()

public:
	/** Parent-relative transforms by bone index of the reference skeleton. */
	void SetLocalPose(const TArray<FTransform>& InLocalPose);

protected:
	virtual FAnimInstanceProxy* CreateAnimInstanceProxy() override;
	virtual void DestroyAnimInstanceProxy(FAnimInstanceProxy* InProxy) override;
};
