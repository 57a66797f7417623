@echo off
rem Builds and packages the project for Windows (Development: UnrealCV's vbp is not in Shipping builds).
rem usage: set UE_ROOT=C:\path\to\UE_5.4 and then package_windows.bat OUT_FOLDER
if "%UE_ROOT%"=="" (echo error: set UE_ROOT to the Unreal Engine folder & exit /b 1)
if "%~1"=="" (echo usage: package_windows.bat OUT_FOLDER & exit /b 2)
if not exist "%~dp0..\Plugins\UnrealCV" (echo error: Plugins\UnrealCV is missing; see Plugins\README.md & exit /b 1)
call "%UE_ROOT%\Engine\Build\BatchFiles\RunUAT.bat" BuildCookRun -project="%~dp0..\SpinegenUE.uproject" -platform=Win64 -clientconfig=Development -build -cook -stage -pak -archive -archivedirectory="%~1" -noP4 -utf8output
