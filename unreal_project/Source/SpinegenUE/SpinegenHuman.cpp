#include "SpinegenHuman.h"

#include "SpinegenAnimInstance.h"
#include "SpinegenCatalogue.h"
#include "SpinegenRig.h"

#include "Components/SkeletalMeshComponent.h"
#include "Engine/SkeletalMesh.h"
#include "Engine/World.h"
#include "Materials/MaterialInstanceDynamic.h"

namespace
{
const FName TintParameter(TEXT("SpinegenTint"));

void Prepare(USkeletalMeshComponent* Component)
{
	Component->SetMobility(EComponentMobility::Movable);
	Component->VisibilityBasedAnimTickOption = EVisibilityBasedAnimTickOption::AlwaysTickPoseAndRefreshBones;
	Component->bEnableUpdateRateOptimizations = false;
	Component->SetCollisionEnabled(ECollisionEnabled::NoCollision);
	Component->SetForcedLOD(1);
}
}

ASpinegenHuman::ASpinegenHuman()
{
	Body = CreateDefaultSubobject<USkeletalMeshComponent>(TEXT("Body"));
	SetRootComponent(Body);
	Prepare(Body);
}

FString ASpinegenHuman::SetBody(FString Spec)
{
	FString Error;
	FSpinegenWish Wish;
	TArray<FSpinegenCharacter> Characters;
	if (!SpinegenCatalogue::ParseWish(Spec, Wish, Error) || !SpinegenCatalogue::Load(Characters, Error))
	{
		return TEXT("error ") + Error;
	}
	const FSpinegenCharacter* Character = SpinegenCatalogue::Choose(Characters, Wish);
	if (!Character)
	{
		return FString::Printf(TEXT("error the catalogue has no character of sex '%s'"), *Wish.Sex);
	}
	USkeletalMesh* Mesh = LoadObject<USkeletalMesh>(nullptr, *Character->Mesh);
	if (!Mesh)
	{
		return FString::Printf(TEXT("error no skeletal mesh at '%s'"), *Character->Mesh);
	}
	RemoveGarments();
	Sent.Reset();
	Body->SetSkeletalMeshAsset(Mesh);
	Body->SetAnimInstanceClass(USpinegenAnimInstance::StaticClass());
	SetActorScale3D(FVector(Wish.StatureCm / Character->StatureCm));
	TintMaterials(Body, Wish.Skin);
	for (const FSpinegenGarment& Garment : Character->Garments)
	{
		USkeletalMesh* Cloth = LoadObject<USkeletalMesh>(nullptr, *Garment.Mesh);
		if (!Cloth)
		{
			return FString::Printf(TEXT("error no skeletal mesh at '%s'"), *Garment.Mesh);
		}
		USkeletalMeshComponent* Part = NewObject<USkeletalMeshComponent>(this);
		Prepare(Part);
		Part->SetSkeletalMeshAsset(Cloth);
		Part->SetupAttachment(Body);
		Part->SetLeaderPoseComponent(Body);
		Part->RegisterComponent();
		if (const FLinearColor* Colour = Wish.GarmentColours.Find(Garment.Slot))
		{
			TintMaterials(Part, *Colour);
		}
		Garments.Add(Part);
	}
	return TEXT("ok");
}

FString ASpinegenHuman::SetPose(FString Payload)
{
	USpinegenAnimInstance* Animation = Cast<USpinegenAnimInstance>(Body->GetAnimInstance());
	if (!Animation)
	{
		return TEXT("error call SetBody first");
	}
	FString Tag;
	FString Rows;
	if (!Payload.Split(TEXT(";"), &Tag, &Rows))
	{
		return TEXT("error Payload must be <tag>;<bone>,px,py,pz,qx,qy,qz,qw;...");
	}
	FString Error;
	TArray<FSpinegenBone> Bones;
	if (!SpinegenRig::Parse(Rows, Bones, Error))
	{
		return TEXT("error ") + Error;
	}
	TMap<int32, FTransform> Wanted = Sent;
	for (const FSpinegenBone& Bone : Bones)
	{
		const int32 Index = Body->GetBoneIndex(Bone.Name);
		if (Index == INDEX_NONE)
		{
			return FString::Printf(TEXT("error unknown bone '%s'"), *Bone.Name.ToString());
		}
		Wanted.Add(Index, Bone.World);
	}
	Sent = Wanted;

	const FReferenceSkeleton& Skeleton = Body->GetSkeletalMeshAsset()->GetRefSkeleton();
	const TArray<FTransform>& RestLocal = Skeleton.GetRefBonePose();
	const FTransform ComponentToWorld = Body->GetComponentTransform();
	TArray<FTransform> InComponent;
	TArray<FTransform> Local;
	InComponent.SetNum(RestLocal.Num());
	Local.SetNum(RestLocal.Num());
	for (int32 Index = 0; Index < RestLocal.Num(); ++Index)
	{
		// Parents come before their children in a reference skeleton.
		const int32 Parent = Skeleton.GetParentIndex(Index);
		const FTransform Above = Parent == INDEX_NONE ? FTransform::Identity : InComponent[Parent];
		if (const FTransform* World = Sent.Find(Index))
		{
			InComponent[Index] = World->GetRelativeTransform(ComponentToWorld);
			InComponent[Index].SetScale3D(FVector::OneVector);
		}
		else
		{
			InComponent[Index] = RestLocal[Index] * Above;
		}
		Local[Index] = InComponent[Index].GetRelativeTransform(Above);
	}
	Animation->SetLocalPose(Local);
	Body->TickAnimation(0.0f, false);
	Body->RefreshBoneTransforms();
	Body->UpdateComponentToWorld();
	Body->MarkRenderTransformDirty();
	Body->MarkRenderDynamicDataDirty();
	for (USkeletalMeshComponent* Part : Garments)
	{
		Part->RefreshBoneTransforms();
		Part->MarkRenderDynamicDataDirty();
	}
	GetWorld()->SendAllEndOfFrameUpdates();
	return Tag;
}

FString ASpinegenHuman::GetBones()
{
	FString Out;
	for (int32 Index = 0; Index < Body->GetNumBones(); ++Index)
	{
		SpinegenRig::Append(Out, Body->GetBoneName(Index).ToString(), Body->GetBoneTransform(Index));
	}
	return Out;
}

FString ASpinegenHuman::GetRestPose()
{
	if (!Body->GetSkeletalMeshAsset())
	{
		return TEXT("error call SetBody first");
	}
	FString Out;
	const TArray<FTransform> Rest = RestInComponent();
	for (int32 Index = 0; Index < Rest.Num(); ++Index)
	{
		SpinegenRig::Append(Out, Body->GetBoneName(Index).ToString(), Rest[Index] * Body->GetComponentTransform());
	}
	return Out;
}

TArray<FTransform> ASpinegenHuman::RestInComponent() const
{
	const FReferenceSkeleton& Skeleton = Body->GetSkeletalMeshAsset()->GetRefSkeleton();
	TArray<FTransform> Rest = Skeleton.GetRefBonePose();
	for (int32 Index = 0; Index < Rest.Num(); ++Index)
	{
		const int32 Parent = Skeleton.GetParentIndex(Index);
		if (Parent != INDEX_NONE)
		{
			Rest[Index] = Rest[Index] * Rest[Parent];
		}
	}
	return Rest;
}

void ASpinegenHuman::TintMaterials(USkeletalMeshComponent* Component, const FLinearColor& Colour) const
{
	for (int32 Slot = 0; Slot < Component->GetNumMaterials(); ++Slot)
	{
		if (UMaterialInstanceDynamic* Material = Component->CreateAndSetMaterialInstanceDynamic(Slot))
		{
			Material->SetVectorParameterValue(TintParameter, Colour);
		}
	}
}

void ASpinegenHuman::RemoveGarments()
{
	for (USkeletalMeshComponent* Part : Garments)
	{
		Part->DestroyComponent();
	}
	Garments.Reset();
}
