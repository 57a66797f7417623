"""The passes that light what the geometry pass has laid down: first what of the light reaches every second pixel, then the picture."""

from typing import NamedTuple

import moderngl

from .gl import uniform
from .programs import UNITS, Programs
from .quality import Quality
from .targets import Targets


class Light(NamedTuple):
    """What a picture's light needs: a program of its own for each kind, because software renderers walk through what they do not need."""

    soft: bool
    """Large lamps whose shadows are soft."""
    catcher: bool
    """A ground that shows nothing but the shadows on it."""
    hazy: bool
    """Air that veils what is far off."""
    covered: bool = False
    """Something stands in every pixel."""


class LightPasses:
    """Lights pictures of one context."""

    def __init__(
        self, context: moderngl.Context, programs: Programs, quality: Quality, *, samples: int, software: bool
    ) -> None:
        self._context, self._programs, self._quality = context, programs, quality
        self._samples, self._software = samples, software
        self._blur = programs.screen("blur.frag")
        self._covered = programs.screen("covered.frag", SAMPLES=samples)
        self._occlusion: dict[int, moderngl.VertexArray] = {}
        self._lights: dict[Light, moderngl.VertexArray] = {}

    def draw_occlusion(self, targets: Targets, soft: int) -> None:
        """Light from all around that reaches every second pixel, and of the first `soft` large lamps."""
        if not self._quality.ambient_taps and not soft:
            targets.occlusion.clear(1.0, 1.0, 1.0, 1.0)
            return
        if soft not in self._occlusion:
            taps = {"AMBIENT": self._quality.ambient_taps, "SOFT": soft}
            self._occlusion[soft] = self._programs.screen("occlusion.frag", **taps)
        targets.occlusion_rough.use()
        targets.depth.use(10)
        self._occlusion[soft].render()
        targets.occlusion.use()
        targets.occlusion_rough_map.use(4)
        targets.beside_map.use(UNITS.index("beside_map"))
        uniform(self._blur.program, "texel_uv").value = tuple(1.0 / side for side in targets.occlusion_rough_map.size)
        self._blur.render()

    def light(self, targets: Targets, light: Light) -> None:
        """Light what there is; a software renderer would take as long for the sky."""
        targets.lit.use()
        if not self._software or targets.behind_is_empty:
            self._lighting(light._replace(covered=targets.behind_is_empty)).render()
            return
        context = self._context
        context.enable(moderngl.DEPTH_TEST)
        context.depth_func = "1"
        self._covered.render()
        context.depth_func = "<="
        targets.lit.depth_mask = False
        self._lighting(light).render()
        targets.lit.depth_mask = True
        context.depth_func = "<"
        context.disable(moderngl.DEPTH_TEST)

    def _lighting(self, light: Light) -> moderngl.VertexArray:
        if light not in self._lights:
            taps = {"TAPS": self._quality.shadow_taps, "BLOCKERS": self._quality.blocker_taps}
            kinds = {name.upper(): int(value) for name, value in light._asdict().items()}
            self._lights[light] = self._programs.screen("light.frag", **taps, **kinds, SAMPLES=self._samples)
        return self._lights[light]
