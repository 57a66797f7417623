// Declarations for a syntax check only. This is NOT Unreal: just enough of the shapes of the types that the project
// uses, written from Unreal's public API reference, for `g++ -fsyntax-only` to find misspelled names, wrong argument counts
// and type errors. It proves nothing about linking or behaviour.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <type_traits>
#include <utility>

#define UCLASS(...)
#define USTRUCT(...)
#define UPROPERTY(...)
#define UFUNCTION(...)
#define GENERATED_BODY()                                                                                               \
public:                                                                                                                \
	static UClass* StaticClass();
#define SPINEGENUE_API
#define TEXT(x) u##x
#define INDEX_NONE (-1)
#define UE_DOUBLE_PI (3.141592653589793)
#define UE_DOUBLE_TWO_PI (6.283185307179586)
#define IMPLEMENT_PRIMARY_GAME_MODULE(Class, Module, Name) static Class Module##Implementation;

using int32 = std::int32_t;
using uint32 = std::uint32_t;
using uint8 = std::uint8_t;
using int64 = std::int64_t;
using uint64 = std::uint64_t;
using TCHAR = char16_t;

struct FDefaultGameModuleImpl
{
};
struct UClass;

template <typename T> struct TArray
{
	int32 Num() const;
	TArray();
	TArray(std::initializer_list<T>);
	T& Add(const T&);
	void Reset(int32 Slack = 0);
	void SetNum(int32);
	void SetNumUninitialized(int32);
	void Init(const T&, int32);
	template <typename K> int32 IndexOfByKey(const K&) const;
	bool IsValidIndex(int32) const;
	T& operator[](int32);
	const T& operator[](int32) const;
	T* begin();
	T* end();
	const T* begin() const;
	const T* end() const;
};

struct FString
{
	FString();
	FString(const TCHAR*);
	const TCHAR* operator*() const;
	FString& operator+=(const FString&);
	bool operator==(const FString&) const;
	bool operator==(const TCHAR*) const;
	int32 Len() const;
	bool IsEmpty() const;
	bool IsNumeric() const;
	bool StartsWith(const FString&) const;
	FString Left(int32) const;
	FString TrimStartAndEnd() const;
	int32 ParseIntoArray(TArray<FString>&, const TCHAR*, bool) const;
	int32 ParseIntoArrayWS(TArray<FString>&) const;
	bool Split(const FString&, FString*, FString*) const;
	template <typename... Arguments> static FString Printf(const TCHAR*, Arguments...);
};
FString operator+(const TCHAR*, const FString&);
FString operator+(const FString&, const FString&);

struct FName
{
	FName();
	explicit FName(const TCHAR*);
	FString ToString() const;
};

FString operator+(const FString&, const TCHAR*);

template <typename T> struct TArrayView64
{
	T& operator[](int64) const;
	T* GetData() const;
	int64 Num() const;
};
template <typename T> struct TArray64
{
	const T* GetData() const;
	int64 Num() const;
};
template <typename T> T&& MoveTemp(T&);
struct FMemory
{
	static void* Memzero(void*, uint64);
};
struct FBase64
{
	static FString Encode(const uint8*, uint32);
};
struct FIntPoint
{
	int32 X, Y;
	FIntPoint(int32, int32);
};

template <typename K, typename V> struct TPair
{
	K Key;
	V Value;
};
template <typename K, typename V> struct TMap
{
	V& Add(const K&, const V&);
	V* Find(const K&);
	const V* Find(const K&) const;
	void Reset();
	TPair<K, V>* begin();
	TPair<K, V>* end();
	const TPair<K, V>* begin() const;
	const TPair<K, V>* end() const;
};

struct FCString
{
	static double Atod(const TCHAR*);
};
struct FCrc
{
	static uint32 StrCrc32(const TCHAR*);
};
struct FMath
{
	static bool IsFinite(double);
	static double Abs(double);
	template <typename T> static T Min(T, T);
	template <typename T> static T Max(T, T);
	static double Clamp(double, double, double);
	static double Sin(double);
	static double Cos(double);
	static double Acos(double);
	static double Atan2(double, double);
	static double Pow(double, double);
	static double Log2(double);
	static double DegreesToRadians(double);
	static int64 FloorToInt64(double);
	static int64 RoundToInt(double);
};
template <typename T> struct TNumericLimits
{
	static T Max();
};

struct FVector
{
	double X, Y, Z;
	static const FVector OneVector, ZeroVector;
	explicit FVector(double);
	FVector(double, double, double);
	FVector ComponentMax(const FVector&) const;
	double Size() const;
	struct FRotator Rotation() const;
	FVector operator-() const;
	FVector operator-(const FVector&) const;
	FVector operator*(double) const;
	FVector operator*(const FVector&) const;
	FVector& operator+=(const FVector&);
	FVector operator/(double) const;
	FVector operator/(const FVector&) const;
};
struct FQuat
{
	double X, Y, Z, W;
	FQuat(double, double, double, double);
	double Size() const;
	void Normalize();
};
struct FRotator
{
	double Pitch, Yaw, Roll;
	FRotator(double, double, double);
	FVector RotateVector(const FVector&) const;
};
struct FTransform
{
	static const FTransform Identity;
	FTransform();
	FTransform(const FQuat&, const FVector&);
	FTransform(const FRotator&, const FVector&);
	FTransform(const FRotator&, const FVector&, const FVector&);
	FVector GetLocation() const;
	FQuat GetRotation() const;
	FRotator Rotator() const;
	FVector TransformPosition(const FVector&) const;
	FTransform GetRelativeTransform(const FTransform&) const;
	void SetScale3D(const FVector&);
	FTransform operator*(const FTransform&) const;
};
struct FColor
{
	FColor(uint8, uint8, uint8, uint8 = 255);
	static FColor FromHex(const FString&);
};
struct FLinearColor
{
	static const FLinearColor White;
	float R, G, B, A;
	float GetLuminance() const;
	FLinearColor();
	FLinearColor(float, float, float, float = 1.0f);
	static FLinearColor FromSRGBColor(const FColor&);
	FLinearColor operator*(float) const;
};
struct FFloat16Color
{
	explicit FFloat16Color(const FLinearColor&);
};
struct FBox
{
	FVector Min, Max;
	FVector GetSize() const;
	FVector GetCenter() const;
};

template <typename T> struct TObjectPtr
{
	TObjectPtr(T* = nullptr);
	T* operator->() const;
	operator T*() const;
};
template <typename T> struct TWeakObjectPtr
{
	TWeakObjectPtr(T* = nullptr);
	T* Get() const;
	bool IsValid() const;
};
template <typename T> struct TSharedPtr
{
	TSharedPtr(std::nullptr_t = nullptr);
	bool IsValid() const;
	T* operator->() const;
	T& operator*() const;
};
template <typename T> struct TSharedRef
{
};

struct UObject
{
	FString GetName() const;
	template <typename T> T* CreateDefaultSubobject(FName);
	template <typename T> T* CreateDefaultSubobject(const TCHAR*);
};
template <typename T> T* LoadObject(UObject*, const TCHAR*);
template <typename T> T* NewObject(UObject*);
template <typename T> T* Cast(UObject*);
bool IsValid(const UObject*);

struct UTexture : UObject
{
};
enum EPixelFormat
{
	PF_FloatRGBA
};
enum
{
	LOCK_READ_WRITE = 2
};
struct FBulkData
{
	void* Lock(uint32);
	void Unlock();
};
struct FTexture2DMipMap
{
	FBulkData BulkData;
};
struct FTexturePlatformData
{
	TArray<FTexture2DMipMap> Mips;
};
struct UTextureCube : UTexture
{
	static UTextureCube* CreateTransient(int32, int32, EPixelFormat, FName = FName());
	bool SRGB, NeverStream;
	FTexturePlatformData* GetPlatformData();
	void UpdateResource();
};
enum class ERawImageFormat
{
	RGBA32F,
	G8
};
enum class EGammaSpace
{
	Linear
};
struct FImage
{
	int32 SizeX, SizeY;
	void Init(int32, int32, ERawImageFormat, EGammaSpace);
	void ChangeFormat(ERawImageFormat, EGammaSpace);
	TArrayView64<uint8> AsG8() const;
	TArrayView64<FLinearColor> AsRGBA32F() const;
};
struct FImageUtils
{
	static bool LoadImage(const TCHAR*, FImage&);
	static bool CompressImage(TArray64<uint8>&, const TCHAR*, const FImage&);
};
struct UMaterialInterface : UObject
{
};
struct UMaterialInstanceDynamic : UMaterialInterface
{
	static UMaterialInstanceDynamic* Create(UMaterialInterface*, UObject*);
	void SetVectorParameterValue(FName, FLinearColor);
	void SetScalarParameterValue(FName, float);
	void SetTextureParameterValue(FName, UTexture*);
	void SetVectorParameterValue(const TCHAR*, FLinearColor);
	void SetScalarParameterValue(const TCHAR*, float);
	void SetTextureParameterValue(const TCHAR*, UTexture*);
};
struct UStaticMesh : UObject
{
	FBox GetBoundingBox() const;
};
struct FReferenceSkeleton
{
	const TArray<FTransform>& GetRefBonePose() const;
	int32 GetParentIndex(int32) const;
};
struct USkeletalMesh : UObject
{
	const FReferenceSkeleton& GetRefSkeleton() const;
};

namespace EComponentMobility
{
enum Type
{
	Movable
};
}
namespace ECollisionEnabled
{
enum Type
{
	NoCollision
};
}
enum class EVisibilityBasedAnimTickOption
{
	AlwaysTickPoseAndRefreshBones
};
enum EAutoExposureMethod
{
	AEM_Manual
};
enum ESkyLightSourceType
{
	SLS_CapturedScene,
	SLS_SpecifiedCubemap
};
enum class ELightUnits
{
	Lumens
};

struct UActorComponent : UObject
{
	void RegisterComponent();
	void DestroyComponent();
	void MarkRenderDynamicDataDirty();
	void MarkRenderTransformDirty();
};
struct USceneComponent : UActorComponent
{
	void SetupAttachment(USceneComponent*);
	void SetMobility(EComponentMobility::Type);
	void SetVisibility(bool);
	void SetWorldRotation(FRotator);
	void SetWorldScale3D(FVector);
	void SetWorldTransform(const FTransform&);
	void SetWorldLocationAndRotation(FVector, FRotator);
	const FTransform& GetComponentTransform() const;
	void UpdateComponentToWorld();
};
struct UPrimitiveComponent : USceneComponent
{
	void SetCollisionEnabled(ECollisionEnabled::Type);
	void SetCastShadow(bool);
	int32 GetNumMaterials() const;
	void SetMaterial(int32, UMaterialInterface*);
	UMaterialInstanceDynamic* CreateAndSetMaterialInstanceDynamic(int32);
};
struct UStaticMeshComponent : UPrimitiveComponent
{
	bool SetStaticMesh(UStaticMesh*);
};
struct UAnimInstance;
struct USkinnedMeshComponent : UPrimitiveComponent
{
	EVisibilityBasedAnimTickOption VisibilityBasedAnimTickOption;
	bool bEnableUpdateRateOptimizations;
	void SetForcedLOD(int32);
	int32 GetNumBones() const;
	int32 GetBoneIndex(FName) const;
	FName GetBoneName(int32) const;
	FTransform GetBoneTransform(int32) const;
	void SetLeaderPoseComponent(USkinnedMeshComponent*);
};
struct USkeletalMeshComponent : USkinnedMeshComponent
{
	void SetSkeletalMeshAsset(USkeletalMesh*);
	USkeletalMesh* GetSkeletalMeshAsset() const;
	void SetAnimInstanceClass(UClass*);
	UAnimInstance* GetAnimInstance() const;
	void TickAnimation(float, bool);
	void RefreshBoneTransforms();
};
struct ULightComponent : USceneComponent
{
	void SetIntensity(float);
	void SetUseTemperature(bool);
	void SetTemperature(float);
};
struct UDirectionalLightComponent : ULightComponent
{
	void SetAtmosphereSunLight(bool);
	void SetAtmosphereSunDiskColorScale(FLinearColor);
	void SetLightSourceAngle(float);
};
struct URectLightComponent : ULightComponent
{
	void SetIntensityUnits(ELightUnits);
	void SetSourceWidth(float);
	void SetSourceHeight(float);
};
struct USkyLightComponent : USceneComponent
{
	ESkyLightSourceType SourceType;
	void SetIntensity(float);
	void SetCubemap(UTextureCube*);
	void RecaptureSky();
};
struct USkyAtmosphereComponent : USceneComponent
{
	void SetMieScatteringScale(float);
};
struct FPostProcessSettings
{
	bool bOverride_AutoExposureMethod, bOverride_AutoExposureBias, bOverride_WhiteTemp;
	bool bOverride_AutoExposureApplyPhysicalCameraExposure, AutoExposureApplyPhysicalCameraExposure;
	bool bOverride_DepthOfFieldFstop, bOverride_CameraISO, bOverride_CameraShutterSpeed;
	EAutoExposureMethod AutoExposureMethod;
	float AutoExposureBias, WhiteTemp, DepthOfFieldFstop, CameraISO, CameraShutterSpeed;
};
struct UPostProcessComponent : USceneComponent
{
	FPostProcessSettings Settings;
	bool bUnbound;
};

struct ULevelStreamingDynamic : UObject
{
	static ULevelStreamingDynamic* LoadLevelInstance(UObject*, const FString&, FVector, FRotator, bool&);
	void SetShouldBeLoaded(bool);
	void SetShouldBeVisible(bool);
};
struct FPackageName
{
	static bool DoesPackageExist(const FString&);
};

struct FActorSpawnParameters
{
	enum class ESpawnActorNameMode
	{
		Required_ReturnNull
	};
	FName Name;
	ESpawnActorNameMode NameMode;
};
enum class EFlushLevelStreamingType : uint8
{
	Full
};
struct UWorld : UObject
{
	void FlushLevelStreaming(EFlushLevelStreamingType);
	void SendAllEndOfFrameUpdates();
	template <typename T> T* SpawnActor(const FActorSpawnParameters&);
};
struct AActor : UObject
{
	bool IsHidden() const;
	UWorld* GetWorld() const;
	USceneComponent* GetRootComponent() const;
	bool SetRootComponent(USceneComponent*);
	void SetActorScale3D(FVector);
	bool SetActorTransform(const FTransform&);
	bool Destroy();
};
template <typename T> struct TActorIterator
{
	explicit TActorIterator(UWorld*);
	explicit operator bool() const;
	void operator++();
	T* operator*() const;
	T* operator->() const;
};
struct FTextureRenderTargetResource
{
	bool ReadLinearColorPixels(TArray<FLinearColor>&);
};
enum ETextureRenderTargetFormat
{
	RTF_R32f
};
struct UTextureRenderTarget2D : UTexture
{
	int32 SizeX, SizeY;
	ETextureRenderTargetFormat RenderTargetFormat;
	void InitAutoFormat(uint32, uint32);
	void UpdateResourceImmediate(bool);
	FTextureRenderTargetResource* GameThread_GetRenderTargetResource();
};
enum ESceneCaptureSource
{
	SCS_SceneDepth
};
enum class ESceneCapturePrimitiveRenderMode : uint8
{
	PRM_RenderScenePrimitives,
	PRM_UseShowOnlyList
};
struct USceneCaptureComponent2D : USceneComponent
{
	bool bCaptureEveryFrame, bCaptureOnMovement, bAlwaysPersistRenderingState;
	float FOVAngle;
	ESceneCaptureSource CaptureSource;
	ESceneCapturePrimitiveRenderMode PrimitiveRenderMode;
	TArray<TObjectPtr<AActor>> ShowOnlyActors;
	TObjectPtr<UTextureRenderTarget2D> TextureTarget;
	void CaptureScene();
};
struct AStaticMeshActor : AActor
{
	UStaticMeshComponent* GetStaticMeshComponent() const;
};

struct FCompactPoseBoneIndex
{
	int32 GetInt() const;
};
struct FMeshPoseBoneIndex
{
	int32 GetInt() const;
};
struct FBoneContainer
{
	FMeshPoseBoneIndex MakeMeshPoseIndex(const FCompactPoseBoneIndex&) const;
};
struct FCompactPose
{
	const FBoneContainer& GetBoneContainer() const;
	TArray<FCompactPoseBoneIndex> ForEachBoneIndex() const;
	FTransform& operator[](const FCompactPoseBoneIndex&);
};
struct FPoseContext
{
	FCompactPose Pose;
	void ResetToRefPose();
};
struct FAnimInstanceProxy
{
	FAnimInstanceProxy();
	explicit FAnimInstanceProxy(UAnimInstance*);
	virtual ~FAnimInstanceProxy();

protected:
	virtual bool Evaluate(FPoseContext&);
};
struct UAnimInstance : UObject
{
protected:
	template <typename T> T& GetProxyOnGameThread();
	virtual FAnimInstanceProxy* CreateAnimInstanceProxy();
	virtual void DestroyAnimInstanceProxy(FAnimInstanceProxy*);
};

class FJsonObject;
struct FJsonValue
{
	TSharedPtr<FJsonObject> AsObject() const;
	FString AsString() const;
	double AsNumber() const;
	bool TryGetArray(const TArray<TSharedPtr<FJsonValue>>*&) const;
};
class FJsonObject
{
  public:
	TMap<FString, TSharedPtr<FJsonValue>> Values;
	bool TryGetStringField(const FString&, FString&) const;
	bool TryGetNumberField(const FString&, double&) const;
	bool TryGetArrayField(const FString&, const TArray<TSharedPtr<FJsonValue>>*&) const;
	bool TryGetObjectField(const FString&, const TSharedPtr<FJsonObject>*&) const;
	FString GetStringField(const FString&) const;
};
template <typename C = TCHAR> struct TJsonReader
{
};
template <typename C = TCHAR> struct TJsonReaderFactory
{
	static TSharedRef<TJsonReader<C>> Create(const FString&);
};
struct FJsonSerializer
{
	static bool Deserialize(const TSharedRef<TJsonReader<>>&, TSharedPtr<FJsonObject>&);
};
struct FFileHelper
{
	static bool LoadFileToString(FString&, const TCHAR*);
};
struct FPaths
{
	static FString ProjectContentDir();
	static bool FileExists(const FString&);
	static FString Combine(const FString&, const FString&);
};
