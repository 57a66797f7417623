#include "SpinegenAnimInstance.h"

#include "Animation/AnimNodeBase.h"
#include "BonePose.h"

bool FSpinegenAnimProxy::Evaluate(FPoseContext& Output)
{
	Output.ResetToRefPose();
	const FBoneContainer& Bones = Output.Pose.GetBoneContainer();
	for (const FCompactPoseBoneIndex Bone : Output.Pose.ForEachBoneIndex())
	{
		const int32 MeshBone = Bones.MakeMeshPoseIndex(Bone).GetInt();
		if (LocalPose.IsValidIndex(MeshBone))
		{
			Output.Pose[Bone] = LocalPose[MeshBone];
		}
	}
	return true;
}

void USpinegenAnimInstance::SetLocalPose(const TArray<FTransform>& InLocalPose)
{
	GetProxyOnGameThread<FSpinegenAnimProxy>().LocalPose = InLocalPose;
}

FAnimInstanceProxy* USpinegenAnimInstance::CreateAnimInstanceProxy()
{
	return new FSpinegenAnimProxy(this);
}

void USpinegenAnimInstance::DestroyAnimInstanceProxy(FAnimInstanceProxy* InProxy)
{
	delete static_cast<FSpinegenAnimProxy*>(InProxy);
}
