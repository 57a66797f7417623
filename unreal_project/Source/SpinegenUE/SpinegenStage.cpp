#include "SpinegenStage.h"

#include "SpinegenCatalogue.h"
#include "SpinegenJson.h"

#include "Components/DirectionalLightComponent.h"
#include "Components/PostProcessComponent.h"
#include "Components/RectLightComponent.h"
#include "Components/SkyAtmosphereComponent.h"
#include "Components/SkyLightComponent.h"
#include "Components/StaticMeshComponent.h"
#include "Engine/StaticMesh.h"
#include "Engine/StaticMeshActor.h"
#include "Engine/TextureCube.h"
#include "Engine/World.h"
#include "Materials/MaterialInstanceDynamic.h"
#include "Materials/MaterialInterface.h"

namespace
{
constexpr double BasicShapeCm = 100.0;
constexpr double GroundCm = 20000.0;
constexpr double WallCm = 10.0;
constexpr float DefaultKelvin = 6500.0f;
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
	Sun->SetWorldRotation(FRotator(-Elevation, Azimuth + 180.0f, 0.0f));
	Sun->SetIntensity(Lux);
	Sun->SetUseTemperature(true);
	Sun->SetTemperature(Kelvin);
	Sun->SetLightSourceAngle(Angle);
	Sky->RecaptureSky();
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
	Sky->SetIntensity(Intensity);
	Sky->RecaptureSky();
	return TEXT("ok");
}

FString ASpinegenStage::SetExposure(float Ev)
{
	Camera->Settings.bOverride_AutoExposureMethod = true;
	Camera->Settings.AutoExposureMethod = EAutoExposureMethod::AEM_Manual;
	Camera->Settings.bOverride_AutoExposureBias = true;
	Camera->Settings.AutoExposureBias = Ev;
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
	const FString Asset = FString::Printf(TEXT("/Game/Spinegen/Backdrops/T_%s.T_%s"), *Kind, *Kind);
	UTextureCube* Cubemap = Kind == TEXT("sky") ? nullptr : LoadObject<UTextureCube>(nullptr, *Asset);
	if (Kind != TEXT("sky") && !Cubemap)
	{
		return FString::Printf(TEXT("error no backdrop '%s': import a cube map as %s"), *Kind, *Asset);
	}
	Sky->SourceType = Cubemap ? ESkyLightSourceType::SLS_SpecifiedCubemap : ESkyLightSourceType::SLS_CapturedScene;
	Sky->SetCubemap(Cubemap);
	Sky->SetIntensity(SpinegenJson::Number(Wanted, TEXT("intensity"), 1.0));
	Dome->SetVisibility(Cubemap != nullptr);
	if (Cubemap)
	{
		Dome->SetStaticMesh(LoadObject<UStaticMesh>(nullptr, TEXT("/Engine/EngineSky/SM_SkySphere.SM_SkySphere")));
		UMaterialInterface* Base =
		    LoadObject<UMaterialInterface>(nullptr, TEXT("/Game/Spinegen/Backdrops/M_Backdrop.M_Backdrop"));
		UMaterialInstanceDynamic* Material = UMaterialInstanceDynamic::Create(Base, this);
		Material->SetTextureParameterValue(TEXT("Cubemap"), Cubemap);
		Material->SetScalarParameterValue(TEXT("Yaw"), SpinegenJson::Number(Wanted, TEXT("yaw_deg"), 0.0));
		Dome->SetMaterial(0, Material);
	}
	Sky->RecaptureSky();
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
	const FString Asset = FString::Printf(TEXT("/Game/Spinegen/Props/SM_%s.SM_%s"), *Kind, *Kind);
	UStaticMesh* Mesh = LoadObject<UStaticMesh>(nullptr, *Asset);
	if (!Mesh)
	{
		return FString::Printf(TEXT("error no prop '%s': import a static mesh as %s"), *Kind, *Asset);
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
	const FVector Extent = Mesh->GetBoundingBox().GetSize().ComponentMax(FVector(0.1));
	const FVector Size = SpinegenJson::Vector(Wanted, TEXT("size_cm"), Extent);
	const FRotator Turn(0.0, SpinegenJson::Number(Wanted, TEXT("yaw_deg"), 0.0), 0.0);
	Actor->SetActorTransform(
	    FTransform(Turn, SpinegenJson::Vector(Wanted, TEXT("location_cm"), FVector::ZeroVector), Size / Extent));
	ApplySurface(Component, SpinegenJson::Child(Wanted, TEXT("surface")));
	Props.Add(Actor);
	return Name;
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
}
