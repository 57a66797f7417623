#include "SpinegenStage.h"

#include "SpinegenCatalogue.h"
#include "SpinegenJson.h"
#include "SpinegenMask.h"

#include "Components/DirectionalLightComponent.h"
#include "Components/PostProcessComponent.h"
#include "Components/RectLightComponent.h"
#include "Components/SceneCaptureComponent2D.h"
#include "Components/SkyAtmosphereComponent.h"
#include "Components/SkyLightComponent.h"
#include "Components/StaticMeshComponent.h"
#include "Engine/LevelStreamingDynamic.h"
#include "Engine/StaticMesh.h"
#include "Engine/StaticMeshActor.h"
#include "Engine/TextureCube.h"
#include "Engine/World.h"
#include "EngineUtils.h"
#include "Materials/MaterialInstanceDynamic.h"
#include "Materials/MaterialInterface.h"
#include "Misc/PackageName.h"

namespace
{
constexpr double BasicShapeCm = 100.0;
constexpr double GroundCm = 20000.0;
constexpr double WallCm = 10.0;
constexpr float DefaultKelvin = 6500.0f;
/** Radiance that the mean brightness of a user's picture stands for, cd/m2. */
constexpr double PictureNits = 3000.0;
/** Light of a clear sky in shares of the sun's. */
constexpr double SkyShare = 0.15;
/** Calibration of incident-light meters, lux at ISO 100 and EV 0. */
constexpr double MeterLux = 2.5;
const TCHAR* const BareLevel = TEXT("Stage");
const TCHAR* const Cube = TEXT("/Engine/BasicShapes/Cube.Cube");

FString Surface(const FString& Kind)
{
	return FString::Printf(TEXT("/Game/Spinegen/Surfaces/M_%s.M_%s"), *Kind, *Kind);
}
}

ASpinegenStage::ASpinegenStage()
{
	USceneComponent* Root = CreateDefaultSubobject<USceneComponent>(TEXT("Root"));
	SetRootComponent(Root);
	Sun = CreateDefaultSubobject<UDirectionalLightComponent>(TEXT("Sun"));
	Sun->SetupAttachment(Root);
	Sun->SetMobility(EComponentMobility::Movable);
	Sun->SetAtmosphereSunLight(true);
	Sky = CreateDefaultSubobject<USkyLightComponent>(TEXT("Sky"));
	Sky->SetupAttachment(Root);
	Sky->SetMobility(EComponentMobility::Movable);
	Atmosphere = CreateDefaultSubobject<USkyAtmosphereComponent>(TEXT("Atmosphere"));
	Atmosphere->SetupAttachment(Root);
	Camera = CreateDefaultSubobject<UPostProcessComponent>(TEXT("Camera"));
	Camera->SetupAttachment(Root);
	Camera->bUnbound = true;
	Floor = CreateDefaultSubobject<UStaticMeshComponent>(TEXT("Floor"));
	Floor->SetupAttachment(Root);
	Dome = CreateDefaultSubobject<UStaticMeshComponent>(TEXT("Dome"));
	Dome->SetupAttachment(Root);
	Dome->SetVisibility(false);
	Dome->SetCastShadow(false);
	MaskCapture = CreateDefaultSubobject<USceneCaptureComponent2D>(TEXT("MaskCapture"));
	MaskCapture->SetupAttachment(Root);
	MaskCapture->SetMobility(EComponentMobility::Movable);
	SpinegenMask::Prepare(MaskCapture);
}

FString ASpinegenStage::Reset()
{
	for (AActor* Prop : Props)
	{
		if (IsValid(Prop))
		{
			Prop->Destroy();
		}
	}
	Props.Reset();
	RemoveRoom();
	SetLevel(FString());
	SetSun(45.0f, 30.0f, 100000.0f, 5500.0f, 0.53f);
	SetSky(3.0f, 0.0f, 1.0f, 0);
	SetExposure(0.0f);
	SetWhiteBalance(0.0f);
	SetGround(TEXT("{}"));
	SetBackdrop(TEXT("{}"));
	return TEXT("ok");
}

FString ASpinegenStage::SetSun(float Elevation, float Azimuth, float Lux, float Kelvin, float Angle)
{
	if (Elevation < -10.0f || Elevation > 90.0f || Lux < 0.0f || Kelvin < 1500.0f || Kelvin > 20000.0f)
	{
		return TEXT("error SetSun needs elevation -10..90, lux >= 0 and kelvin 1500..20000");
	}
	// The azimuth points towards the light, a directional light away from it.
	SunTurn = FRotator(-Elevation, Azimuth + 180.0f, 0.0f);
	SunLux = Lux;
	Sun->SetUseTemperature(true);
	Sun->SetTemperature(Kelvin);
	Sun->SetLightSourceAngle(Angle);
	ApplyLight();
	return TEXT("ok");
}

FString ASpinegenStage::SetSky(float Turbidity, float Clouds, float Intensity, int32 Seed)
{
	if (Turbidity < 1.0f || Clouds < 0.0f || Clouds > 1.0f || Intensity < 0.0f)
	{
		return TEXT("error SetSky needs turbidity >= 1, clouds 0..1 and intensity >= 0");
	}
	// Unreal's atmosphere has no turbidity: Mie scattering of clear air (0.004) grows with it. An overcast sky has no
	// disc.
	Atmosphere->SetMieScatteringScale(0.004f * Turbidity / 2.0f + 0.05f * Clouds);
	Sun->SetAtmosphereSunDiskColorScale(FLinearColor::White * (1.0f - Clouds));
	SkyIntensity = Intensity;
	ApplyLight();
	return TEXT("ok");
}

FString ASpinegenStage::SetExposure(float InEv)
{
	ExposureEv = InEv;
	Meter();
	return TEXT("ok");
}

FString ASpinegenStage::SetWhiteBalance(float Kelvin)
{
	if (Kelvin != 0.0f && (Kelvin < 1500.0f || Kelvin > 15000.0f))
	{
		return TEXT("error SetWhiteBalance needs 0 or 1500..15000");
	}
	Camera->Settings.bOverride_WhiteTemp = true;
	Camera->Settings.WhiteTemp = Kelvin == 0.0f ? DefaultKelvin : Kelvin;
	return TEXT("ok");
}

FString ASpinegenStage::SetGround(FString Ground)
{
	const TSharedPtr<FJsonObject> Wanted = SpinegenJson::Object(Ground);
	if (!Wanted.IsValid())
	{
		return TEXT("error Ground is not a JSON object");
	}
	const bool bDrawn = SpinegenJson::Text(Wanted, TEXT("kind"), TEXT("surface")) == TEXT("surface");
	Floor->SetVisibility(bDrawn);
	Floor->SetStaticMesh(LoadObject<UStaticMesh>(nullptr, TEXT("/Engine/BasicShapes/Plane.Plane")));
	Floor->SetWorldScale3D(FVector(GroundCm / BasicShapeCm, GroundCm / BasicShapeCm, 1.0));
	Floor->SetWorldRotation(FRotator(0.0, SpinegenJson::Number(Wanted, TEXT("yaw_deg"), 0.0), 0.0));
	ApplySurface(Floor, SpinegenJson::Child(Wanted, TEXT("surface")));
	return TEXT("ok");
}

FString ASpinegenStage::SetRoom(FString Room)
{
	RemoveRoom();
	if (Room.TrimStartAndEnd().IsEmpty())
	{
		return TEXT("ok");
	}
	const TSharedPtr<FJsonObject> Wanted = SpinegenJson::Object(Room);
	if (!Wanted.IsValid())
	{
		return TEXT("error Room is not a JSON object");
	}
	const FVector Size = SpinegenJson::Vector(Wanted, TEXT("size_cm"), FVector(700.0, 900.0, 280.0));
	const FVector Centre = SpinegenJson::Vector(Wanted, TEXT("centre_cm"), FVector::ZeroVector);
	const FTransform Place(FRotator(0.0, SpinegenJson::Number(Wanted, TEXT("yaw_deg"), 0.0), 0.0), Centre);
	AddWalls(Wanted, Place, Size);
	AddLamps(Wanted, Place, Size);
	bRoom = true;
	Meter();
	return TEXT("ok");
}

FString ASpinegenStage::SetBackdrop(FString Backdrop)
{
	const TSharedPtr<FJsonObject> Wanted = SpinegenJson::Object(Backdrop);
	if (!Wanted.IsValid())
	{
		return TEXT("error Backdrop is not a JSON object");
	}
	const FString Kind = SpinegenJson::Text(Wanted, TEXT("kind"), TEXT("sky"));
	const double YawDeg = SpinegenJson::Number(Wanted, TEXT("yaw_deg"), 0.0);
	UTextureCube* Cubemap = nullptr;
	FString Key;
	if (Kind == TEXT("photo"))
	{
		return TEXT("error Backdrop 'photo' is not drawn here; use 'hdri', an equirectangular picture");
	}
	if (Kind == TEXT("hdri"))
	{
		const FString File = SpinegenJson::Text(Wanted, TEXT("path"), FString());
		Key = FString::Printf(TEXT("%s %f"), *File, YawDeg);
		FString Error;
		FSpinegenPanorama Read;
		if (Key != PanoramaKey && !SpinegenPanorama::Load(File, YawDeg, Read, Error))
		{
			return TEXT("error SetBackdrop: ") + Error;
		}
		Panorama = Key == PanoramaKey ? Panorama : Read;
		Cubemap = Panorama.Cube;
	}
	else
	{
		Panorama = FSpinegenPanorama();
		const FString Asset = FString::Printf(TEXT("/Game/Spinegen/Backdrops/T_%s.T_%s"), *Kind, *Kind);
		Cubemap = Kind == TEXT("sky") ? nullptr : LoadObject<UTextureCube>(nullptr, *Asset);
	}
	PanoramaKey = Key;
	PictureIntensity = SpinegenJson::Number(Wanted, TEXT("intensity"), 1.0);
	Sky->SourceType = Cubemap ? ESkyLightSourceType::SLS_SpecifiedCubemap : ESkyLightSourceType::SLS_CapturedScene;
	Sky->SetCubemap(Cubemap);
	Dome->SetVisibility(Cubemap != nullptr);
	if (Cubemap)
	{
		Dome->SetStaticMesh(LoadObject<UStaticMesh>(nullptr, TEXT("/Engine/EngineSky/SM_SkySphere.SM_SkySphere")));
		// The material looks the picture up in the dome's own axes; a user's file is turned when it is read.
		Dome->SetWorldRotation(FRotator(0.0, Panorama.Cube ? 0.0 : YawDeg, 0.0));
		UMaterialInterface* Base =
		    LoadObject<UMaterialInterface>(nullptr, TEXT("/Game/Spinegen/Backdrops/M_Backdrop.M_Backdrop"));
		if (!Base)
		{
			return TEXT("error no material /Game/Spinegen/Backdrops/M_Backdrop; run spinegen_setup.py --stage");
		}
		UMaterialInstanceDynamic* Material = UMaterialInstanceDynamic::Create(Base, this);
		Material->SetTextureParameterValue(TEXT("Cubemap"), Cubemap);
		Material->SetScalarParameterValue(TEXT("Gain"), PictureNits * PictureIntensity);
		Dome->SetMaterial(0, Material);
	}
	ApplyLight();
	return TEXT("ok");
}

FString ASpinegenStage::SetLevel(FString Level)
{
	const FString Name = Level.TrimStartAndEnd();
	TArray<FSpinegenLevel> Known;
	FString Error;
	if (!SpinegenCatalogue::LoadLevels(Known, Error))
	{
		return TEXT("error SetLevel: ") + Error;
	}
	const FSpinegenLevel* Wanted = nullptr;
	FString Allowed(BareLevel);
	for (const FSpinegenLevel& Entry : Known)
	{
		Allowed += TEXT(", ") + Entry.Name;
		Wanted = Entry.Name == Name ? &Entry : Wanted;
	}
	const bool bBare = Name.IsEmpty() || Name == BareLevel;
	if (!bBare && !Wanted)
	{
		return FString::Printf(TEXT("error SetLevel: Level must be one of: %s; found '%s'"), *Allowed, *Name);
	}
	if (Wanted && !FPackageName::DoesPackageExist(Wanted->Package))
	{
		return FString::Printf(TEXT("error SetLevel: no level at %s; is it in the project, and packaged?"),
		                       *Wanted->Package);
	}
	for (const TPair<FString, TObjectPtr<ULevelStreamingDynamic>>& Entry : Levels)
	{
		Entry.Value->SetShouldBeVisible(Wanted && Entry.Key == Name);
		Entry.Value->SetShouldBeLoaded(Wanted && Entry.Key == Name);
	}
	if (Wanted && !Levels.Find(Name))
	{
		// The level is moved so that its spot comes to lie in the middle of the stage.
		const FRotator Turn(0.0, -Wanted->YawDeg, 0.0);
		bool bFound = false;
		ULevelStreamingDynamic* Streamed = ULevelStreamingDynamic::LoadLevelInstance(
		    GetWorld(), Wanted->Package, -Turn.RotateVector(Wanted->LocationCm), Turn, bFound);
		if (!Streamed || !bFound)
		{
			return FString::Printf(TEXT("error SetLevel: %s cannot be streamed in"), *Wanted->Package);
		}
		Streamed->SetShouldBeLoaded(true);
		Streamed->SetShouldBeVisible(true);
		Levels.Add(Name, Streamed);
	}
	// Whoever asks for a picture next must not see half a level.
	GetWorld()->FlushLevelStreaming(EFlushLevelStreamingType::Full);
	ShownLevel = Wanted ? Name : FString();
	bLevelIsLit = Wanted && Wanted->bLit;
	LevelEv100 = Wanted ? Wanted->Ev100 : 0.0;
	ApplyLight();
	return TEXT("ok");
}

FString ASpinegenStage::SpawnProp(FString Prop)
{
	const TSharedPtr<FJsonObject> Wanted = SpinegenJson::Object(Prop);
	const FString Name = Wanted.IsValid() ? SpinegenJson::Text(Wanted, TEXT("name"), FString()) : FString();
	const FString Kind = Wanted.IsValid() ? SpinegenJson::Text(Wanted, TEXT("kind"), FString()) : FString();
	if (Name.IsEmpty() || Kind.IsEmpty())
	{
		return TEXT("error Prop needs name and kind");
	}
	UStaticMesh* Mesh = PropMesh(Kind);
	if (!Mesh)
	{
		return FString::Printf(TEXT("error no prop '%s': import a static mesh as /Game/Spinegen/Props/SM_%s, or run "
		                            "spinegen_setup.py --stage"),
		                       *Kind, *Kind);
	}
	FActorSpawnParameters Parameters;
	Parameters.Name = FName(*Name);
	Parameters.NameMode = FActorSpawnParameters::ESpawnActorNameMode::Required_ReturnNull;
	AStaticMeshActor* Actor = GetWorld()->SpawnActor<AStaticMeshActor>(Parameters);
	if (!Actor)
	{
		return FString::Printf(TEXT("error an object named '%s' is there already"), *Name);
	}
	UStaticMeshComponent* Component = Actor->GetStaticMeshComponent();
	Component->SetMobility(EComponentMobility::Movable);
	Component->SetStaticMesh(Mesh);
	const FBox Bounds = Mesh->GetBoundingBox();
	const FVector Extent = Bounds.GetSize().ComponentMax(FVector(0.1));
	const FVector Scale = SpinegenJson::Vector(Wanted, TEXT("size_cm"), Extent) / Extent;
	const FRotator Turn(0.0, SpinegenJson::Number(Wanted, TEXT("yaw_deg"), 0.0), 0.0);
	// A prop is placed by the middle of its underside, a sphere by its centre, wherever the mesh has its pivot.
	const FVector Middle = Bounds.GetCenter();
	const FVector Anchor(Middle.X, Middle.Y, Kind == TEXT("sphere") ? Middle.Z : Bounds.Min.Z);
	const FVector At = SpinegenJson::Vector(Wanted, TEXT("location_cm"), FVector::ZeroVector);
	Actor->SetActorTransform(FTransform(Turn, At - Turn.RotateVector(Anchor * Scale), Scale));
	ApplySurface(Component, SpinegenJson::Child(Wanted, TEXT("surface")));
	Props.Add(Actor);
	return Name;
}

FString ASpinegenStage::SetMaskActors(FString Names)
{
	TArray<FString> Wanted;
	Names.ParseIntoArrayWS(Wanted);
	if (Wanted.Num() > SpinegenMask::MostActors)
	{
		return FString::Printf(TEXT("error SetMaskActors: no more than %d actors, found %d"), SpinegenMask::MostActors,
		                       Wanted.Num());
	}
	TArray<TWeakObjectPtr<AActor>> Found;
	Found.SetNum(Wanted.Num());
	for (TActorIterator<AActor> It(GetWorld()); It; ++It)
	{
		const int32 Index = Wanted.IndexOfByKey(It->GetName());
		if (Index != INDEX_NONE)
		{
			Found[Index] = *It;
		}
	}
	for (int32 Index = 0; Index < Wanted.Num(); ++Index)
	{
		if (!Found[Index].IsValid())
		{
			return FString::Printf(TEXT("error SetMaskActors: no actor '%s'"), *Wanted[Index]);
		}
	}
	MaskActors = MoveTemp(Found);
	return TEXT("ok");
}

FString ASpinegenStage::CaptureMask(float X, float Y, float Z, float Pitch, float Yaw, float Roll, float Fov,
                                    int32 Width, int32 Height)
{
	if (Width < 2 || Height < 2 || Width > SpinegenMask::MostPixels || Height > SpinegenMask::MostPixels ||
	    Fov < 1.0f || Fov > 170.0f)
	{
		return TEXT("error CaptureMask needs a size of 2..8192 a side and a fov of 1..170");
	}
	MaskCapture->SetWorldLocationAndRotation(FVector(X, Y, Z), FRotator(Pitch, Yaw, Roll));
	MaskCapture->FOVAngle = Fov;
	FString Mask;
	FString Error;
	return SpinegenMask::Take(MaskCapture, MaskActors, FIntPoint(Width, Height), Mask, Error)
	           ? Mask
			   : TEXT("error CaptureMask: ") + Error;
}

UStaticMeshComponent* ASpinegenStage::AddBox(const FVector& CentreCm, const FRotator& Turn, const FVector& SizeCm,
                                             const TSharedPtr<FJsonObject>& Look)
{
	UStaticMeshComponent* Box = NewObject<UStaticMeshComponent>(this);
	Box->SetupAttachment(GetRootComponent());
	Box->SetMobility(EComponentMobility::Movable);
	Box->SetStaticMesh(LoadObject<UStaticMesh>(nullptr, Cube));
	Box->SetWorldTransform(FTransform(Turn, CentreCm, SizeCm / BasicShapeCm));
	Box->RegisterComponent();
	ApplySurface(Box, Look);
	Walls.Add(Box);
	return Box;
}

void ASpinegenStage::AddWalls(const TSharedPtr<FJsonObject>& Room, const FTransform& Place, const FVector& SizeCm)
{
	const TSharedPtr<FJsonObject> Wall = SpinegenJson::Child(Room, TEXT("wall"));
	const TSharedPtr<FJsonObject> Accent = SpinegenJson::Child(Room, TEXT("accent"));
	const FRotator Turn = Place.Rotator();
	const double HalfX = 0.5 * (SizeCm.X + WallCm);
	const double HalfY = 0.5 * (SizeCm.Y + WallCm);
	const double Middle = 0.5 * SizeCm.Z;
	const FVector AcrossX(WallCm, SizeCm.Y + 2.0 * WallCm, SizeCm.Z);
	const FVector AcrossY(SizeCm.X + 2.0 * WallCm, WallCm, SizeCm.Z);
	AddBox(Place.TransformPosition(FVector(HalfX, 0.0, Middle)), Turn, AcrossX, Accent.IsValid() ? Accent : Wall);
	AddBox(Place.TransformPosition(FVector(-HalfX, 0.0, Middle)), Turn, AcrossX, Wall);
	AddBox(Place.TransformPosition(FVector(0.0, HalfY, Middle)), Turn, AcrossY, Wall);
	AddBox(Place.TransformPosition(FVector(0.0, -HalfY, Middle)), Turn, AcrossY, Wall);
	const FVector Lid(SizeCm.X + 2.0 * WallCm, SizeCm.Y + 2.0 * WallCm, WallCm);
	AddBox(Place.TransformPosition(FVector(0.0, 0.0, SizeCm.Z + 0.5 * WallCm)), Turn, Lid, Wall);
}

void ASpinegenStage::AddLamps(const TSharedPtr<FJsonObject>& Room, const FTransform& Place, const FVector& SizeCm)
{
	if (SpinegenJson::Text(Room, TEXT("lamps"), TEXT("panels")) == TEXT("none"))
	{
		return;
	}
	const double Lux = SpinegenJson::Number(Room, TEXT("lamp_lux"), 500.0);
	LampLux = Lux;
	const double AreaM2 = SizeCm.X * SizeCm.Y * 1e-4;
	constexpr int32 Rows = 2;
	for (int32 Index = 0; Index < Rows * Rows; ++Index)
	{
		URectLightComponent* Lamp = NewObject<URectLightComponent>(this);
		Lamp->SetupAttachment(GetRootComponent());
		Lamp->SetMobility(EComponentMobility::Movable);
		Lamp->SetIntensityUnits(ELightUnits::Lumens);
		Lamp->SetIntensity(Lux * AreaM2 / (Rows * Rows));
		Lamp->SetUseTemperature(true);
		Lamp->SetTemperature(SpinegenJson::Number(Room, TEXT("lamp_kelvin"), 4000.0));
		Lamp->SetSourceWidth(60.0f);
		Lamp->SetSourceHeight(60.0f);
		const FVector Offset(SizeCm.X * (Index % Rows == 0 ? -0.25 : 0.25),
		                     SizeCm.Y * (Index / Rows == 0 ? -0.25 : 0.25), SizeCm.Z - 2.0);
		Lamp->SetWorldLocationAndRotation(Place.TransformPosition(Offset), FRotator(-90.0, 0.0, 0.0));
		Lamp->RegisterComponent();
		Lamps.Add(Lamp);
	}
}

void ASpinegenStage::ApplySurface(UStaticMeshComponent* Component, const TSharedPtr<FJsonObject>& Look) const
{
	const FString Kind = SpinegenJson::Text(Look, TEXT("kind"), TEXT("plain"));
	UMaterialInterface* Base = LoadObject<UMaterialInterface>(nullptr, *Surface(Kind));
	if (!Base)
	{
		return;
	}
	UMaterialInstanceDynamic* Material = UMaterialInstanceDynamic::Create(Base, Component);
	FLinearColor Colour;
	if (SpinegenCatalogue::ParseColour(SpinegenJson::Text(Look, TEXT("colour"), FString()), Colour))
	{
		Material->SetVectorParameterValue(TEXT("SpinegenTint"), Colour);
	}
	Material->SetScalarParameterValue(TEXT("Scale"), SpinegenJson::Number(Look, TEXT("scale"), 1.0));
	for (int32 Slot = 0; Slot < Component->GetNumMaterials(); ++Slot)
	{
		Component->SetMaterial(Slot, Material);
	}
}

void ASpinegenStage::RemoveRoom()
{
	for (UStaticMeshComponent* Wall : Walls)
	{
		Wall->DestroyComponent();
	}
	for (URectLightComponent* Lamp : Lamps)
	{
		Lamp->DestroyComponent();
	}
	Walls.Reset();
	Lamps.Reset();
	LampLux = 0.0;
	bRoom = false;
	Meter();
}

UStaticMesh* ASpinegenStage::PropMesh(const FString& Kind)
{
	const FString Own = FString::Printf(TEXT("/Game/Spinegen/Props/SM_%s.SM_%s"), *Kind, *Kind);
	if (UStaticMesh* Mesh = LoadObject<UStaticMesh>(nullptr, *Own))
	{
		return Mesh;
	}
	// The exact primitives come with the engine.
	const TCHAR* const Shape = Kind == TEXT("sphere")     ? TEXT("Sphere")
	                           : Kind == TEXT("cylinder") ? TEXT("Cylinder")
	                           : Kind == TEXT("box")      ? TEXT("Cube")
	                                                      : nullptr;
	return Shape ? LoadObject<UStaticMesh>(nullptr, *FString::Printf(TEXT("/Engine/BasicShapes/%s.%s"), Shape, Shape))
	             : nullptr;
}

void ASpinegenStage::ApplyLight()
{
	// A level that is lit keeps its own sun and sky: Unreal wants no second atmosphere.
	Sun->SetVisibility(!bLevelIsLit);
	Sky->SetVisibility(!bLevelIsLit);
	Atmosphere->SetVisibility(!bLevelIsLit);
	if (Panorama.Cube)
	{
		Sun->SetWorldRotation((-Panorama.TowardsSun).Rotation());
		Sun->SetIntensity(PictureNits * PictureIntensity * Panorama.SunShare);
	}
	else
	{
		Sun->SetWorldRotation(SunTurn);
		Sun->SetIntensity(SunLux);
	}
	const bool bPicture = Sky->SourceType == ESkyLightSourceType::SLS_SpecifiedCubemap;
	Sky->SetIntensity(bPicture ? PictureNits * PictureIntensity : SkyIntensity);
	Sky->RecaptureSky();
	Meter();
}

void ASpinegenStage::Meter()
{
	double Lux = SunLux * (FMath::Max(FMath::Sin(FMath::DegreesToRadians(-SunTurn.Pitch)), 0.1) + SkyShare);
	if (Panorama.Cube)
	{
		Lux = PictureNits * PictureIntensity * (UE_DOUBLE_PI + Panorama.SunShare);
	}
	else if (bRoom)
	{
		Lux = SunLux + LampLux;
	}
	const double Ev100 = bLevelIsLit ? LevelEv100 : FMath::Log2(FMath::Max(Lux, 1.0) / MeterLux);
	constexpr double Aperture = 4.0;
	FPostProcessSettings& Settings = Camera->Settings;
	Settings.bOverride_AutoExposureMethod = true;
	Settings.AutoExposureMethod = EAutoExposureMethod::AEM_Manual;
	Settings.bOverride_AutoExposureApplyPhysicalCameraExposure = true;
	Settings.AutoExposureApplyPhysicalCameraExposure = true;
	Settings.bOverride_DepthOfFieldFstop = true;
	Settings.DepthOfFieldFstop = static_cast<float>(Aperture);
	Settings.bOverride_CameraISO = true;
	Settings.CameraISO = 100.0f;
	Settings.bOverride_CameraShutterSpeed = true;
	Settings.CameraShutterSpeed = static_cast<float>(FMath::Pow(2.0, Ev100) / (Aperture * Aperture));
	Settings.bOverride_AutoExposureBias = true;
	Settings.AutoExposureBias = ExposureEv;
}
