"""Framebuffers of one picture size."""

from dataclasses import dataclass

import moderngl

from .quality import Quality


@dataclass
class Geometry:
    """What the geometry pass lays down at one size: depth, mask ids, paint and shape of the nearest surface."""

    target: moderngl.Framebuffer
    depth: moderngl.Texture
    paint: moderngl.Texture
    shape: moderngl.Texture


@dataclass
class Targets:
    """Where one picture size is drawn."""

    exact: Geometry
    """At the picture's own size: masks and depth."""
    large: Geometry
    """At the size that is lit; the same as `exact` without supersampling."""
    occlusion_rough: moderngl.Framebuffer
    occlusion_rough_map: moderngl.Texture
    occlusion: moderngl.Framebuffer
    occlusion_map: moderngl.Texture
    lit: moderngl.Framebuffer
    lit_map: moderngl.Texture
    smooth: moderngl.Framebuffer


def _geometry(context: moderngl.Context, size: tuple[int, int]) -> Geometry:
    depth = context.texture(size, 1, dtype="f4")
    depth.filter = (moderngl.NEAREST, moderngl.NEAREST)
    depth.repeat_x = depth.repeat_y = False
    paint, shape = context.texture(size, 4), context.texture(size, 4, dtype="f2")
    attachments = [depth, context.texture(size, 1, dtype="u2"), paint, shape]
    return Geometry(context.framebuffer(attachments, context.depth_renderbuffer(size)), depth, paint, shape)


def make_targets(context: moderngl.Context, width: int, height: int, quality: Quality) -> Targets:
    """Allocate them."""
    exact = _geometry(context, (width, height))
    size = (width * quality.supersampling, height * quality.supersampling)
    large = exact if quality.supersampling == 1 else _geometry(context, size)
    half = (max(width // 2, 1), max(height // 2, 1))
    rough_map, open_map = context.texture(half, 1), context.texture(half, 1)
    lit_map = context.texture(size, 4)
    for texture in (rough_map, open_map, lit_map):
        texture.repeat_x = texture.repeat_y = False
    return Targets(
        exact,
        large,
        context.framebuffer([rough_map]),
        rough_map,
        context.framebuffer([open_map]),
        open_map,
        context.framebuffer([lit_map]),
        lit_map,
        context.framebuffer([context.texture(size, 4)]),
    )
