"""The one GL context of a process, without a window."""

import os
from typing import Any

import moderngl

from ...errors import EngineError

LIBRARY = "libGL.so.1"
HELP = "install EGL and Mesa (Debian, Ubuntu: `apt install libegl1 libgl1 libgl1-mesa-dri`) or a GPU driver with EGL"


def create_context() -> moderngl.Context:
    """A headless GL 3.3 context on the first EGL device (`SPINEGEN_GL_DEVICE` chooses another by number).

    Raises:
        EngineError: no EGL, no driver, or GL older than 3.3.
    """
    options: dict[str, Any] = {"backend": "egl", "libgl": LIBRARY, "libegl": "libEGL.so.1"}
    if device := os.environ.get("SPINEGEN_GL_DEVICE"):
        options["device_index"] = int(device)
    try:
        context = moderngl.create_context(standalone=True, require=330, **options)
    except Exception as error:
        raise EngineError(f"no GL context: {' '.join(str(error).split())}; {HELP}") from error
    # What nobody holds waits for `take_hold`: GL frees numbers, and another context has the same ones.
    context.gc_mode = "context_gc"
    return context


def take_hold(context: moderngl.Context) -> None:
    """Make a context the one that GL calls of this thread are for, whatever has been made since, and free what nobody holds of it."""
    context.__enter__()
    context.gc()


def renderer_name() -> str:
    """GL_RENDERER of a fresh context, e.g. `llvmpipe (LLVM 15.0.6, 256 bits)`; for diagnosis.

    Raises:
        EngineError: no GL.
    """
    context = create_context()
    name = str(context.info["GL_RENDERER"])
    context.release()
    return name


def uniform(program: moderngl.Program, name: str) -> moderngl.Uniform:
    """A uniform that the program has."""
    member = program[name]
    assert isinstance(member, moderngl.Uniform)
    return member


def uniform_block(program: moderngl.Program, name: str) -> moderngl.UniformBlock:
    """A block of uniforms that the program has."""
    member = program[name]
    assert isinstance(member, moderngl.UniformBlock)
    return member


def uniforms(program: moderngl.Program) -> dict[str, moderngl.Uniform]:
    """All uniforms by name: asking a program for one takes a walk through all that it has."""
    return {name: member for name in program if isinstance(member := program[name], moderngl.Uniform)}
