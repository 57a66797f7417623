#pragma once

#include "CoreMinimal.h"

#include "GameFramework/Actor.h"

#include "SpinegenPanorama.h"

#include "SpinegenStage.generated.h"

class FJsonObject;
class UDirectionalLightComponent;
class ULevelStreamingDynamic;
class UPostProcessComponent;
class URectLightComponent;
class USceneCaptureComponent2D;
class USkyAtmosphereComponent;
class USkyLightComponent;
class UStaticMesh;
class UStaticMeshComponent;

/** Light, ground, room, backdrop and props, driven through UnrealCV's vbp with the calls of spinegen's protocol table.
 */
UCLASS()
class SPINEGENUE_API ASpinegenStage : public AActor
{
	GENERATED_BODY()

public:
	ASpinegenStage();

	/** vbp Stage_0 Reset : removes every prop, the room and the backdrop; default light and camera response. */
	UFUNCTION(BlueprintCallable, Category = "Spinegen")
	FString Reset();

	/** vbp Stage_0 SetSun elevation azimuth lux kelvin angle : degrees, lux, kelvin; azimuth is the yaw towards the
	 * light. */
	UFUNCTION(BlueprintCallable, Category = "Spinegen")
	FString SetSun(float Elevation, float Azimuth, float Lux, float Kelvin, float Angle);

	/** vbp Stage_0 SetSky turbidity clouds intensity seed */
	UFUNCTION(BlueprintCallable, Category = "Spinegen")
	FString SetSky(float Turbidity, float Clouds, float Intensity, int32 Seed);

	/** vbp Stage_0 SetExposure ev */
	UFUNCTION(BlueprintCallable, Category = "Spinegen")
	FString SetExposure(float Ev);

	/** vbp Stage_0 SetWhiteBalance kelvin : 0 is Unreal's default of 6500. */
	UFUNCTION(BlueprintCallable, Category = "Spinegen")
	FString SetWhiteBalance(float Kelvin);

	/** vbp Stage_0 SetGround {"kind":"surface","surface":{"kind":"grass"}} */
	UFUNCTION(BlueprintCallable, Category = "Spinegen")
	FString SetGround(FString Ground);

	/** vbp Stage_0 SetRoom {"size_cm":[700,900,280],...} : empty removes it. */
	UFUNCTION(BlueprintCallable, Category = "Spinegen")
	FString SetRoom(FString Room);

	/** vbp Stage_0 SetBackdrop {"kind":"hdri","path":"/data/sky.exr"} : a file of this machine; other kinds are cube
	 * maps of the project, and the bare sky where it has none. */
	UFUNCTION(BlueprintCallable, Category = "Spinegen")
	FString SetBackdrop(FString Backdrop);

	/** vbp Stage_0 SetLevel Downtown : streams a level of the catalogue in around the stage and the one before out; the
	 * stage's own level stays, and with it every actor and camera. Empty or Stage is the bare stage. */
	UFUNCTION(BlueprintCallable, Category = "Spinegen")
	FString SetLevel(FString Level);

	/** vbp Stage_0 SpawnProp {"name":"Mat_0","kind":"mat","location_cm":[0,0,0]} : answers the name. */
	UFUNCTION(BlueprintCallable, Category = "Spinegen")
	FString SpawnProp(FString Prop);

	/** vbp Stage_0 SetMaskActors Person_0 Prop_1 : whom CaptureMask tells apart, counted from 1. */
	UFUNCTION(BlueprintCallable, Category = "Spinegen")
	FString SetMaskActors(FString Names);

	/** vbp Stage_0 CaptureMask x y z pitch yaw roll fov width height : base64 of a grey PNG, the number of the actor
	 * that is seen at every pixel, 0 for anything else. Needs no annotation and no material. */
	UFUNCTION(BlueprintCallable, Category = "Spinegen")
	FString CaptureMask(float X, float Y, float Z, float Pitch, float Yaw, float Roll, float Fov, int32 Width,
	                    int32 Height);

private:
	UStaticMeshComponent* AddBox(const FVector& CentreCm, const FRotator& Turn, const FVector& SizeCm,
	                             const TSharedPtr<FJsonObject>& Surface);
	void ApplySurface(UStaticMeshComponent* Component, const TSharedPtr<FJsonObject>& Surface) const;
	void AddWalls(const TSharedPtr<FJsonObject>& Room, const FTransform& Place, const FVector& SizeCm);
	void AddLamps(const TSharedPtr<FJsonObject>& Room, const FTransform& Place, const FVector& SizeCm);
	void RemoveRoom();

	/** The mesh of a kind of prop, or nothing. */
	static UStaticMesh* PropMesh(const FString& Kind);

	/** Sun, sky and atmosphere as the last calls, the picture behind the stage and its level want them. */
	void ApplyLight();

	/** Sets the exposure that an incident-light meter at the stage's centre would choose. */
	void Meter();

	UPROPERTY()
	TObjectPtr<UDirectionalLightComponent> Sun;

	UPROPERTY()
	TObjectPtr<USkyLightComponent> Sky;

	UPROPERTY()
	TObjectPtr<USkyAtmosphereComponent> Atmosphere;

	UPROPERTY()
	TObjectPtr<UPostProcessComponent> Camera;

	UPROPERTY()
	TObjectPtr<UStaticMeshComponent> Floor;

	UPROPERTY()
	TObjectPtr<UStaticMeshComponent> Dome;

	/** Takes depth for masks; captures only when it is told to. */
	UPROPERTY()
	TObjectPtr<USceneCaptureComponent2D> MaskCapture;

	/** In the order of their numbers; one that was destroyed keeps its number. */
	TArray<TWeakObjectPtr<AActor>> MaskActors;

	UPROPERTY()
	TArray<TObjectPtr<UStaticMeshComponent>> Walls;

	UPROPERTY()
	TArray<TObjectPtr<URectLightComponent>> Lamps;

	UPROPERTY()
	TArray<TObjectPtr<AActor>> Props;

	/** Levels that were streamed in before, by name: one object each, since a second of the same name fails. */
	UPROPERTY()
	TMap<FString, TObjectPtr<ULevelStreamingDynamic>> Levels;

	/** The picture behind the stage; its cube is empty when there is none. */
	UPROPERTY()
	FSpinegenPanorama Panorama;

	/** Path and turn of that picture. */
	FString PanoramaKey;

	FString ShownLevel;
	bool bLevelIsLit = false;
	double LevelEv100 = 0.0;
	FRotator SunTurn = FRotator(-45.0, 210.0, 0.0);
	double SunLux = 100000.0;
	double SkyIntensity = 1.0;
	double PictureIntensity = 1.0;
	double LampLux = 0.0;
	bool bRoom = false;
	float ExposureEv = 0.0f;
};
