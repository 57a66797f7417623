#!/bin/sh
# Makes .venv (VENV names another) with spinegen and everything that it needs, on a bare Debian or Ubuntu with Python 3.11-3.13.
# Installs system libraries where it may (root, or sudo without a password); else says the one line to type.
set -eu
cd "$(dirname "$0")/.."
venv=${VENV:-.venv}
extra=${1:-}
torch_version=${TORCH_VERSION:-2.13.0}
torch_cpu_index=${TORCH_CPU_INDEX:-https://download.pytorch.org/whl/cpu}

python=
for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
    if command -v "$name" >/dev/null 2>&1 &&
        "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    echo "error: no Python 3.11, 3.12 or 3.13 found; install one (apt-get install python3 python3-venv) or set PYTHON" >&2
    exit 1
fi

needed=
"$python" -c 'import ensurepip' 2>/dev/null || needed="$needed python3-venv"
for pair in libEGL.so.1:libegl1 libGL.so.1:libgl1 libglib-2.0.so.0:libglib2.0-0; do
    "$python" -c "import ctypes; ctypes.CDLL('${pair%%:*}')" 2>/dev/null || needed="$needed ${pair##*:}"
done
# A GL driver: NVIDIA's own, or Mesa with its software renderer.
vendors=/usr/share/glvnd/egl_vendor.d
if ! ls $vendors/*nvidia*.json /etc/glvnd/egl_vendor.d/*nvidia*.json 2>/dev/null | grep -q . &&
    { ! ls $vendors/*mesa*.json >/dev/null 2>&1 ||
        ! ls /usr/lib/*/dri/swrast_dri.so /usr/lib/*/libgallium*.so 2>/dev/null | grep -q .; }; then
    needed="$needed libegl-mesa0 libgl1-mesa-dri"
fi
if [ -n "$needed" ]; then
    install="apt-get install -y --no-install-recommends$needed"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        apt-get update -q && $install
    elif command -v apt-get >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo apt-get update -q && sudo $install
    else
        echo "error: system libraries are missing; type this, then run the same command again:" >&2
        echo "    sudo $install" >&2
        exit 1
    fi
fi

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "installing spinegen and what it needs into $venv (a few minutes the first time)"
pip="$venv/bin/python -m pip --disable-pip-version-check -q"
if ! "$venv/bin/python" -c 'import torch' 2>/dev/null; then
    if command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi >/dev/null 2>&1; then
        $pip install "torch==$torch_version"
    elif $pip install --dry-run --report - "torch==$torch_version" 2>/dev/null | grep -q '"name": "nvidia-'; then
        # The default build brings gigabytes of CUDA; without an NVIDIA GPU PyTorch's CPU index serves the plain one.
        $pip install --index-url "$torch_cpu_index" "torch==$torch_version"
    else
        $pip install "torch==$torch_version"
    fi
fi
$pip install -e ".[demo${extra:+,$extra}]"
# A film of a dancer and one of a pianist lie in this package; the report tries the networks on them. None of its code is used.
$pip install --no-deps musicalgestures==1.32.0 || echo "musicalgestures is not to be had: the report shows fewer photographs"
touch "$venv/.spinegen${extra:+-$extra}"
