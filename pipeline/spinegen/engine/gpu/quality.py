"""How much work goes into a picture; masks and depth do not depend on it."""

from dataclasses import dataclass

from ...errors import EngineError


@dataclass(frozen=True)
class Quality:
    """Samples of one level."""

    name: str
    supersampling: int
    """Pictures are drawn so many times larger on a side."""
    shadow_size: int
    """Texels on a side of a shadow map."""
    shadow_taps: int
    blocker_taps: int
    """0 gives penumbras one width everywhere."""
    ambient_taps: int
    """Of ambient occlusion; 0 is none."""
    anisotropy: float
    """Of textures, on GPUs only: llvmpipe takes a hundred times longer with it."""


QUALITIES = {
    quality.name: quality
    for quality in (
        Quality("draft", 1, 1024, 4, 0, 0, 1.0),
        Quality("standard", 1, 1536, 8, 4, 8, 4.0),
        Quality("high", 2, 3072, 16, 8, 16, 8.0),
    )
}


def find_quality(name: str) -> Quality:
    """Raises EngineError for an unknown name."""
    if name not in QUALITIES:
        raise EngineError(f"quality must be one of {', '.join(QUALITIES)}, found {name!r}")
    return QUALITIES[name]
