#!/bin/sh
# Builds and packages the project for Linux (Development: UnrealCV's vbp is not in Shipping builds).
# usage: UE_ROOT=/path/to/UnrealEngine package_linux.sh OUT_FOLDER
set -eu
: "${UE_ROOT:?set UE_ROOT to the Unreal Engine folder}"
out=${1:?usage: UE_ROOT=... package_linux.sh OUT_FOLDER}
project=$(cd "$(dirname "$0")/.." && pwd)/SpinegenUE.uproject
if [ ! -d "$(dirname "$project")/Plugins/UnrealCV" ]; then
    echo "error: Plugins/UnrealCV is missing; see Plugins/README.md" >&2
    exit 1
fi
exec "$UE_ROOT/Engine/Build/BatchFiles/RunUAT.sh" BuildCookRun -project="$project" -platform=Linux -clientconfig=Development \
    -build -cook -stage -pak -archive -archivedirectory="$out" -noP4 -utf8output
