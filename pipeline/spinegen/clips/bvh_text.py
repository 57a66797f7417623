"""The text of a BVH file: a hierarchy of offsets and channels, then one row of channel values a frame."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ClipError
from .raw import MAX_LABELS, check_size

MAX_DEPTH = 200
_CHANNELS = {f"{axis}{kind}": (kind, index) for index, axis in enumerate("xyz") for kind in ("position", "rotation")}


@dataclass(frozen=True)
class BvhJoint:
    """One joint (or end site) of the hierarchy."""

    name: str
    parent: int
    """Index of the parent, -1 for a root."""
    offset: tuple[float, float, float]
    channels: tuple[tuple[str, int], ...]
    """`("position" | "rotation", axis 0..2)` in file order."""
    first_channel: int
    end_site: bool = False


@dataclass(frozen=True)
class BvhText:
    """A parsed file."""

    joints: tuple[BvhJoint, ...]
    frame_time_s: float
    values: NDArray[np.float64]
    """`(F, C)`: channel values, degrees and file units."""


class _Tokens:
    def __init__(self, path: Path, text: str) -> None:
        self.path, self.words, self.at = path, text.split(), 0

    def next(self) -> str:
        if self.at >= len(self.words):
            raise ClipError(f"{self.path}: the BVH hierarchy ends too early")
        self.at += 1
        return self.words[self.at - 1]

    def number(self) -> float:
        word = self.next()
        try:
            value = float(word)
        except ValueError:
            raise ClipError(f"{self.path}: the BVH hierarchy holds {word[:40]!r} where a number must be") from None
        if not np.isfinite(value):
            raise ClipError(f"{self.path}: the BVH hierarchy holds {word[:40]!r} where a finite number must be")
        return value

    def expect(self, word: str) -> None:
        found = self.next()
        if found.upper() != word:
            raise ClipError(f"{self.path}: the BVH hierarchy holds {found[:40]!r} where {word!r} must be")


def parse_bvh(path: Path, text: str) -> BvhText:
    """Raises ClipError: not a BVH file, or damaged."""
    head, _, motion = text.partition("MOTION")
    if not head.lstrip().upper().startswith("HIERARCHY") or not motion:
        raise ClipError(f"{path}: is not a BVH file (it must start with HIERARCHY and hold a MOTION section)")
    joints = _hierarchy(_Tokens(path, head))
    return _motion(path, motion, joints)


def _hierarchy(tokens: _Tokens) -> tuple[BvhJoint, ...]:
    joints: list[BvhJoint] = []
    stack: list[int] = []
    channel = 0
    tokens.expect("HIERARCHY")
    while tokens.at < len(tokens.words):
        word = tokens.next().upper()
        if word == "}":
            if not stack:
                raise ClipError(f"{tokens.path}: the BVH hierarchy closes a bracket too many")
            stack.pop()
            continue
        if word not in ("ROOT", "JOINT", "END") or (word == "ROOT") != (not stack):
            raise ClipError(f"{tokens.path}: the BVH hierarchy holds {word[:40]!r} where a joint or '}}' must be")
        name = _name(tokens)
        if word == "END":
            name = f"{joints[stack[-1]].name}_end"
        joint = _joint(tokens, name, stack[-1] if stack else -1, channel, word == "END")
        channel += len(joint.channels)
        stack.append(len(joints))
        joints.append(joint)
        if len(joints) > MAX_LABELS or len(stack) > MAX_DEPTH:
            raise ClipError(
                f"{tokens.path}: more than {MAX_LABELS} joints or {MAX_DEPTH} levels (is the file damaged?)"
            )
    if stack or not joints:
        raise ClipError(f"{tokens.path}: the BVH hierarchy ends too early")
    return tuple(joints)


def _name(tokens: _Tokens) -> str:
    """A joint's name, which may hold spaces, up to its bracket."""
    words = [tokens.next()]
    while tokens.at < len(tokens.words) and tokens.words[tokens.at] != "{" and len(words) < 10:
        words.append(tokens.next())
    return " ".join(words)


def _joint(tokens: _Tokens, name: str, parent: int, first_channel: int, end_site: bool) -> BvhJoint:
    tokens.expect("{")
    tokens.expect("OFFSET")
    offset = (tokens.number(), tokens.number(), tokens.number())
    channels: list[tuple[str, int]] = []
    if not end_site:
        tokens.expect("CHANNELS")
        count = tokens.number()
        if not 0 <= count <= 6:
            raise ClipError(f"{tokens.path}: joint {name!r} has {count:g} channels; allowed are 0 to 6")
        for _ in range(int(count)):
            word = tokens.next()
            if word.lower() not in _CHANNELS:
                raise ClipError(
                    f"{tokens.path}: joint {name!r} has a channel {word[:40]!r}; allowed: {', '.join(_CHANNELS)}"
                )
            channels.append(_CHANNELS[word.lower()])
    return BvhJoint(name, parent, offset, tuple(channels), first_channel, end_site)


def _motion(path: Path, text: str, joints: tuple[BvhJoint, ...]) -> BvhText:
    words = text.split()
    width = sum(len(joint.channels) for joint in joints)
    try:
        frames, frame_time, start = _motion_header(words)
    except (IndexError, ValueError):
        raise ClipError(f"{path}: MOTION must be followed by 'Frames: N' and 'Frame Time: SECONDS'") from None
    check_size(path, frames, len(joints))
    if width == 0:
        raise ClipError(f"{path}: no joint has channels, so nothing moves")
    found = len(words) - start
    if found < width:
        raise ClipError(f"{path}: holds {found} channel values, one frame needs {width}")
    whole = min(frames, found // width)
    try:
        values = np.array(words[start : start + whole * width], dtype=np.float64).reshape(whole, width)
    except ValueError as error:
        raise ClipError(f"{path}: the motion holds a word where a number must be ({error})") from None
    return BvhText(joints, frame_time, values)


def _motion_header(words: list[str]) -> tuple[int, float, int]:
    at = next(i for i, word in enumerate(words[:20]) if word.lower() == "frames:")
    frames = int(words[at + 1])
    if [word.lower() for word in words[at + 2 : at + 4]] != ["frame", "time:"]:
        raise ValueError
    return frames, float(words[at + 4]), at + 5
