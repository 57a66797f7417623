"""Framebuffers of one picture size."""

from dataclasses import dataclass

import moderngl

from .quality import Quality


@dataclass
class Targets:
    """Where one picture size is drawn."""

    ids: moderngl.Framebuffer
    depth: moderngl.Texture
    occlusion_rough: moderngl.Framebuffer
    occlusion_rough_map: moderngl.Texture
    occlusion: moderngl.Framebuffer
    occlusion_map: moderngl.Texture
    lit: moderngl.Framebuffer
    resolved: moderngl.Framebuffer


def make_targets(context: moderngl.Context, width: int, height: int, quality: Quality) -> Targets:
    """Allocate them."""
    depth = context.texture((width, height), 1, dtype="f4")
    depth.filter = (moderngl.NEAREST, moderngl.NEAREST)
    depth.repeat_x = depth.repeat_y = False
    ids = context.framebuffer(
        [depth, context.texture((width, height), 1, dtype="u2")], context.depth_renderbuffer((width, height))
    )
    half = (max(width // 2, 1), max(height // 2, 1))
    rough_map, open_map = context.texture(half, 1), context.texture(half, 1)
    for texture in (rough_map, open_map):
        texture.repeat_x = texture.repeat_y = False
    large = (width * quality.supersampling, height * quality.supersampling)
    resolved = context.framebuffer([context.texture(large, 4)], context.depth_renderbuffer(large))
    lit = resolved
    if quality.msaa:
        samples = min(quality.msaa, context.max_samples)
        lit = context.framebuffer(
            [context.renderbuffer(large, 4, samples=samples)], context.depth_renderbuffer(large, samples=samples)
        )
    return Targets(
        ids,
        depth,
        context.framebuffer([rough_map]),
        rough_map,
        context.framebuffer([open_map]),
        open_map,
        lit,
        resolved,
    )
