"""Framebuffers of one picture size."""

from dataclasses import dataclass

import moderngl

from .quality import Quality

_SAMPLES = 4


@dataclass
class Surfaces:
    """What the geometry pass lays down: depth and surface (`shaders/packing.glsl`) of what is nearest, several samples a pixel or one."""

    target: moderngl.Framebuffer
    depth: moderngl.Texture
    surface: moderngl.Texture


@dataclass
class Targets:
    """Where one picture size is drawn."""

    masks: moderngl.Framebuffer
    """Depth and mask ids in the middle of each pixel."""
    depth: moderngl.Texture
    """That of `masks`."""
    covered: moderngl.Framebuffer
    """As `masks`, at the size that is lit; the same where that is the picture's own."""
    behind: moderngl.Framebuffer
    """Over the depth of `covered`: what is seen where nothing is."""
    behind_map: moderngl.Texture
    backdrop: moderngl.Framebuffer
    """What would be seen if nothing stood anywhere."""
    backdrop_map: moderngl.Texture
    surfaces: Surfaces
    """At the size that is lit."""
    occlusion_rough: moderngl.Framebuffer
    occlusion_rough_map: moderngl.Texture
    beside_map: moderngl.Texture
    occlusion: moderngl.Framebuffer
    occlusion_map: moderngl.Texture
    lit: moderngl.Framebuffer
    """With a depth that tells where there is anything to be lit."""
    behind_is_empty: bool = False
    """Nothing has been drawn into `behind` since it was last cleared."""


def sample_count(context: moderngl.Context) -> int:
    """Places in a pixel at which the nearest surface is found for the picture: four, or what the driver can do for whole numbers, at least one."""
    limits = ("GL_MAX_INTEGER_SAMPLES", "GL_MAX_COLOR_TEXTURE_SAMPLES", "GL_MAX_SAMPLES")
    return max(1, min(_SAMPLES, *(int(context.info.get(name) or 1) for name in limits)))


def make_surfaces(context: moderngl.Context, size: tuple[int, int], samples: int) -> Surfaces:
    """Allocate them; 0 samples is one in the middle of each pixel."""
    depth = context.texture(size, 1, dtype="f4", samples=samples)
    surface = context.texture(size, 2, dtype="u4", samples=samples)
    nearest = context.depth_renderbuffer(size, samples=samples)
    return Surfaces(context.framebuffer([depth, surface], nearest), depth, surface)


def _make_masks(context: moderngl.Context, size: tuple[int, int]) -> tuple[moderngl.Framebuffer, moderngl.Texture]:
    depth = context.texture(size, 1, dtype="f4")
    depth.filter = (moderngl.NEAREST, moderngl.NEAREST)
    depth.repeat_x = depth.repeat_y = False
    return context.framebuffer([depth, context.texture(size, 1, dtype="u2")], context.depth_renderbuffer(size)), depth


def make_targets(context: moderngl.Context, width: int, height: int, *, quality: Quality, samples: int) -> Targets:
    """Allocate them."""
    size = (width, height)
    masks, depth = _make_masks(context, size)
    large = (width * quality.supersampling, height * quality.supersampling)
    covered = masks if large == size else _make_masks(context, large)[0]
    behind_map = context.texture(large, 4)
    behind = context.framebuffer([behind_map], covered.depth_attachment)
    behind.depth_mask = False
    backdrop_map = context.texture(large, 4)
    half = (max(width // 2, 1), max(height // 2, 1))
    rough_map, open_map, beside_map = context.texture(half, 4), context.texture(half, 4), context.texture(half, 1)
    for texture in (behind_map, rough_map, open_map):
        texture.repeat_x = texture.repeat_y = False
    return Targets(
        masks,
        depth,
        covered,
        behind,
        behind_map,
        context.framebuffer([backdrop_map]),
        backdrop_map,
        make_surfaces(context, large, samples),
        context.framebuffer([rough_map, beside_map]),
        rough_map,
        beside_map,
        context.framebuffer([open_map]),
        open_map,
        context.framebuffer([context.texture(large, 4)], context.depth_renderbuffer(large)),
    )
