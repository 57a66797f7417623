"""Poses at the start of a capture that are the rig's and not the person's: held, jumping or swinging into the motion."""

import numpy as np

from ..geometry.types import Array, Flags

_SWING_S = 0.1
"""Converted libraries open with a T-pose that swings into the take within this time (cgspeed's CMU files: 8 frames at 120 Hz)."""
_BLEND_S = 1.0
"""After a pose that was held, the way into the motion may take this long."""
_JUMP = 0.03
"""Mean step of all points, in body sizes a frame, above which a step cannot be a person's motion."""
_FASTER = 5.0
"""... and so many times the largest step of the second that follows it."""
_AWAY = 0.1
"""A root this part of a body size from where the motion is, with the rig at rest, stands at the origin and not where the person is."""


def drop_opening(positions: Array, rest: Flags | None, rate_hz: float) -> tuple[Array, list[str]]:
    """Positions `(F, M, 3)` without such an opening, and a note.

    Args:
        rest: `(F,)` where the rig stands in its rest pose; None for points that no rig made, of which only a pose that is held
            to the last digit and then jumps is one of these.
    """
    held = _held_frames(positions, rest, rate_hz)
    if held:
        blend = held + _blend_frames(positions[held - 1 :], rate_hz)
        more = f" and the {blend - held} in which it moves into the motion" if blend > held else ""
        what = "the rig's rest pose" if rest is not None and rest[0] else "a pose held still"
        return positions[blend:], [f"the first {held} frames show {what}{more}: left out"]
    swing = swing_frames(positions, rate_hz) if rest is not None else 0
    if swing:
        return positions[swing:], [f"the first {swing} frames swing from a rest pose into the motion and were left out"]
    return positions, []


def _held_frames(positions: Array, rest: Flags | None, rate_hz: float) -> int:
    """Frames of a held pose or a rig at rest that the motion does not follow from; 0 for most captures."""
    at_rest = rest is not None and bool(rest[0])
    same = (
        rest if rest is not None and at_rest else (np.nan_to_num(positions) == np.nan_to_num(positions[0])).all((1, 2))
    )
    count = int(np.argmin(same)) if not same.all() else 0
    if count == 0 or (count < 2 and not at_rest) or len(positions) - count < max(round(rate_hz), 5):
        return 0
    size = _size(positions[0])
    away = np.linalg.norm(np.nanmean(positions[count - 1], axis=0) - np.nanmean(positions[count:], axis=(0, 1)))
    at_origin = np.abs(np.nan_to_num(positions[0, 0])).max() < 0.01 * size  # a point at 0 exactly counts as not seen
    if at_rest and away > _AWAY * size and at_origin:
        return count
    steps = _steps(positions[count - 1 : count + 1 + max(round(rate_hz), 5)])
    return count if steps[0] > _JUMP * size and steps[0] > _FASTER * steps[1:].max() else 0


def _blend_frames(positions: Array, rate_hz: float) -> int:
    """Frames after the first that move into the motion, each step faster than anything in the second after them."""
    longest = max(round(_BLEND_S * rate_hz), 2)
    steps = _steps(positions[: 2 * longest + 1])
    if len(steps) <= longest:
        return 0
    slow = steps[1:longest] <= max(1.5 * float(np.nanmax(steps[longest:], initial=0.0)), 1e-12)
    return int(np.argmax(slow)) if slow.any() else longest


def swing_frames(positions: Array, rate_hz: float) -> int:
    """Frames at the start that belong to a rest pose apart from an otherwise calm motion; 0 for most files."""
    window, second = max(round(_SWING_S * rate_hz), 2), max(round(rate_hz), 5)
    head = positions[: window + second + 1]
    if len(head) < 2 * window + 1 or not np.isfinite(head).all():
        return 0
    steps = _steps(head - head.mean(1, keepdims=True))
    usual = float(steps[window:].max())
    if steps[0] < _JUMP * _size(head[0]) or steps[0] < _FASTER * usual:
        return 0
    return int(np.flatnonzero(steps[:window] > usual)[-1]) + 1


def _steps(positions: Array) -> Array:
    """Mean distance of all points from each frame to the next, `(F - 1,)`; NaN where nothing is seen in both."""
    lengths = np.linalg.norm(np.diff(positions, axis=0), axis=-1)
    seen = np.isfinite(lengths)
    return np.where(seen.any(-1), np.where(seen, lengths, 0.0).sum(-1) / np.maximum(seen.sum(-1), 1), np.nan)


def _size(frame: Array) -> float:
    """Largest extent of one frame `(M, 3)`."""
    seen = frame[np.isfinite(frame).all(-1)]
    return float(np.ptp(seen, axis=0).max()) if len(seen) else 0.0
