#!/bin/sh
# Starts a packaged project without a window, on one GPU, with UnrealCV on one port.
# usage: start_headless.sh PACKAGED_FOLDER [PORT] [GPU]
set -eu
folder=${1:?usage: start_headless.sh PACKAGED_FOLDER [PORT] [GPU]}
exec "$folder/SpinegenUE.sh" -RenderOffScreen -graphicsadapter="${3:-0}" -cvport="${2:-9000}" -nosound -unattended -NoSplash -log
