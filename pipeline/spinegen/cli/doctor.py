"""What works on this machine, and the command that mends what does not."""

import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import SpinegenError

LEAST_FREE_GB = 5.0
_SYSTEM_LIBRARIES = "apt-get install -y libegl1 libgl1 libgl1-mesa-dri libglib2.0-0"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's list."""

    name: str
    ok: bool
    found: str
    fix: str = ""
    """What to type when it is not well."""
    optional: bool = False
    """The pipeline works without it."""


def examine(engine: str, root: Path) -> list[Finding]:
    """Look at everything that the four stages need; `engine` is an external UnrealCV endpoint, `root` the workspace."""
    probes: tuple[Callable[[], Finding], ...] = (
        _python,
        _opensim,
        _gl,
        _embedded_engine,
        _onnxruntime,
        _torch,
        lambda: _disk(root),
        lambda: _external_engine(engine),
    )
    return [probe() for probe in probes]


def print_findings(findings: list[Finding]) -> None:
    """One line each, with a tick, a cross, or a dash for what is optional and absent."""
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    marks = {"ok": ("✓", "32"), "bad": ("✗", "31"), "off": ("-", "33")}
    for finding in findings:
        mark, code = marks["ok" if finding.ok else "off" if finding.optional else "bad"]
        mark = f"\033[{code}m{mark}\033[0m" if colour else mark
        print(f"{mark} {finding.name:<18} {finding.found}")
        if not finding.ok and finding.fix:
            print(f"    {'to use it' if finding.optional else 'to mend it'}: {finding.fix}")


def _python() -> Finding:
    ok = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding("Python", ok, platform.python_version(), "install Python 3.11, 3.12 or 3.13")


def _opensim() -> Finding:
    fix = "pip install 'opensim>=4.6,<4.7'"
    try:
        import opensim

        from ..biomech.osim.build import built_model_path

        opensim.Logger.setLevelString("off")
        model = opensim.Model(str(built_model_path()))
        model.initSystem()
    except Exception as error:
        return Finding("OpenSim", False, f"{type(error).__name__}: {error}", fix)
    bodies = model.getBodySet().getSize()
    return Finding("OpenSim", True, f"{opensim.GetVersion()}, full-body spine model loads ({bodies} bodies)")


def _gl() -> Finding:
    from ..engine.gpu.gl import renderer_name

    try:
        name = renderer_name()
    except SpinegenError as error:
        return Finding("GL renderer", False, str(error), _SYSTEM_LIBRARIES)
    slow = " (software: a GPU with an EGL driver is many times faster)" if "llvmpipe" in name.lower() else ""
    return Finding("GL renderer", True, f"{name}{slow}")


def _embedded_engine() -> Finding:
    from ..engine.server.launch import start_engine

    try:
        with start_engine() as running:
            version = _engine_version(running.address)
    except SpinegenError as error:
        return Finding("UnrealCV, embedded", False, str(error), _SYSTEM_LIBRARIES)
    return Finding("UnrealCV, embedded", True, f"answers over a socket, version {version}")


def _external_engine(engine: str) -> Finding:
    fix = "start an Unreal project with the UnrealCV plugin (docs/unreal.md), or: spinegen engine serve"
    try:
        return Finding("UnrealCV, external", True, f"{engine}: version {_engine_version(engine)}", optional=True)
    except SpinegenError:
        return Finding("UnrealCV, external", False, f"nothing answers at {engine}", fix, optional=True)


def _engine_version(address: str) -> str:
    from ..render.client import Connection
    from ..render.endpoint import parse_endpoint

    connection = Connection(parse_endpoint(address), timeout_s=10.0)
    try:
        return connection.text("vget /unrealcv/version")
    finally:
        connection.close()


def _onnxruntime() -> Finding:
    try:
        import onnxruntime
    except ImportError as error:
        return Finding("ONNX Runtime", False, str(error), "pip install onnxruntime")
    providers = ", ".join(name.removesuffix("ExecutionProvider") for name in onnxruntime.get_available_providers())
    return Finding("ONNX Runtime", True, f"{onnxruntime.__version__}, providers: {providers}")


def _torch() -> Finding:
    try:
        import torch
    except ImportError as error:
        return Finding("torch", False, str(error), "pip install torch")
    device = torch.cuda.get_device_name(0) if torch.cuda.is_available() else f"cpu ({os.cpu_count()} cores)"
    return Finding("torch", True, f"{torch.__version__}, device: {device}")


def _disk(root: Path) -> Finding:
    folder = root.resolve()
    while not folder.exists():
        folder = folder.parent
    free_gb = shutil.disk_usage(folder).free / 1e9
    fix = f"free at least {LEAST_FREE_GB:.0f} GB, or choose another folder with --out"
    return Finding("disk space", free_gb >= LEAST_FREE_GB, f"{free_gb:.1f} GB free at {folder}", fix)
