"""The text of a BVH file: a hierarchy of offsets and channels, then one row of channel values a frame."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import ClipError
from ..geometry.types import Array
from .intake import MAX_LABELS, check_size
from .words import is_number, rounding_of_word, wrong_number

MAX_DEPTH = 200
_MOTION = re.compile(r"\s*MOTION\b", re.IGNORECASE)
_HEADER = re.compile(r"(?P<what>frames|frame[\s_]*time)\s*[:=]?\s*(?P<value>[^\s:=]+)", re.IGNORECASE)
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
    values: Array
    """`(F, C)`: channel values, degrees and file units."""
    frame_time: float | None
    """As written, where it is."""
    frame_time_rounding: float
    notes: tuple[str, ...] = ()


class _Tokens:
    """Words of the hierarchy with their lines; brackets stand alone even where they touch a word."""

    def __init__(self, path: Path, lines: list[str]) -> None:
        self.path, self.at = path, 0
        self.words: list[str] = []
        self.lines: list[int] = []
        for number, line in enumerate(lines, start=1):
            found = line.replace("{", " { ").replace("}", " } ").split()
            self.words += found
            self.lines += [number] * len(found)

    def peek(self) -> str:
        return self.words[self.at].upper() if self.at < len(self.words) else ""

    def next(self) -> str:
        if self.at >= len(self.words):
            raise ClipError(f"{self.path}: the BVH hierarchy ends too early")
        self.at += 1
        return self.words[self.at - 1]

    def number(self) -> float:
        word = self.next()
        if not is_number(word):
            raise self.wrong(wrong_number(word))
        value = float(word)
        if not np.isfinite(value):
            raise self.wrong(f"{word[:40]!r} where a finite number must be")
        return value

    def expect(self, word: str) -> None:
        found = self.next()
        if found.upper() != word:
            raise self.wrong(f"{found[:40]!r} where {word!r} must be")

    def wrong(self, what: str) -> ClipError:
        """An error about the latest word."""
        return ClipError(f"{self.path}: line {self.lines[self.at - 1]}: the BVH hierarchy holds {what}")


def parse_bvh(path: Path, text: str) -> BvhText:
    """Raises ClipError: not a BVH file, or damaged; the text names the line."""
    lines = text.splitlines()
    first = next((line.split()[0].upper() for line in lines if line.strip()), "")
    motion = next((number for number, line in enumerate(lines) if _MOTION.match(line)), None)
    if first != "HIERARCHY" or motion is None:
        raise ClipError(f"{path}: is not a BVH file (it must start with HIERARCHY and hold a MOTION section)")
    joints = _hierarchy(_Tokens(path, lines[:motion]))
    lines[motion] = _MOTION.sub("", lines[motion])
    return parse_motion(path, lines, motion, joints, cut=not text.endswith(("\n", "\r")))


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
            raise tokens.wrong(f"{word[:40]!r} where a joint or '}}' must be")
        name = _name(tokens)
        if word == "END":
            name = f"{joints[stack[-1]].name}_end"
        joint = _joint(tokens, name, stack[-1] if stack else -1, channel, end_site=word == "END")
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
    words: list[str] = []
    while tokens.peek() not in ("{", "") and len(words) < 10:
        words.append(tokens.next())
    return " ".join(words)


def _joint(tokens: _Tokens, name: str, parent: int, first_channel: int, *, end_site: bool) -> BvhJoint:
    tokens.expect("{")
    offset: tuple[float, float, float] | None = None
    channels: list[tuple[str, int]] = []
    while tokens.peek() in ("OFFSET", "CHANNELS"):
        if tokens.next().upper() == "OFFSET":
            offset = (tokens.number(), tokens.number(), tokens.number())
            continue
        count = tokens.number()
        if not 0 <= count <= 6 or end_site:
            raise tokens.wrong(f"{count:g} channels of joint {name!r}; allowed are {0 if end_site else '0 to 6'}")
        for _ in range(int(count)):
            word = tokens.next()
            if word.lower() not in _CHANNELS:
                raise tokens.wrong(f"a channel {word[:40]!r} of joint {name!r}; allowed: {', '.join(_CHANNELS)}")
            channels.append(_CHANNELS[word.lower()])
    if offset is None:
        raise tokens.wrong(f"no OFFSET for joint {name!r}")
    return BvhJoint(name, parent, offset, tuple(channels), first_channel, end_site)


def parse_motion(path: Path, lines: list[str], start: int, joints: tuple[BvhJoint, ...], *, cut: bool) -> BvhText:
    """The MOTION section: `lines[start:]`, its first word taken away.

    Args:
        cut: the file does not end with a line break, so its last row may be cut short.

    Raises:
        ClipError: a row that does not hold a value a channel; the text names its line.
    """
    rows = [number for number in range(start, len(lines)) if lines[number].strip()]
    head = next(
        (i for i, number in enumerate(rows) if not lines[number].lower().lstrip().startswith("frame")), len(rows)
    )
    promised, frame_time, rounding = _motion_header(path, [(number, lines[number]) for number in rows[:head]])
    width = sum(len(joint.channels) for joint in joints)
    if width == 0:
        raise ClipError(f"{path}: no joint has channels, so nothing moves")
    rows = rows[head:]
    check_size(path, len(rows), len(joints))
    counts = [len(lines[number].split()) for number in rows]
    notes: list[str] = []
    if rows and cut and counts[-1] < width and len(rows) > 1:
        notes.append(f"the file is cut off within line {rows[-1] + 1}, which was left out")
        rows, counts = rows[:-1], counts[:-1]
    wrapped = width not in counts and promised is not None and sum(counts) == promised * width
    if not wrapped:
        wrong = next((i for i, count in enumerate(counts) if count != width), None)
        if wrong is not None:
            raise ClipError(
                f"{path}: line {rows[wrong] + 1} (frame {wrong + 1}) holds {counts[wrong]} values, the channels need {width}"
            )
    values = _values(path, lines, rows).reshape(-1, width)
    if promised is not None and promised != len(values):
        notes.append(f"the file promises {promised} frames and holds {len(values)}; those were read")
    return BvhText(joints, values, frame_time, rounding, tuple(notes))


def _values(path: Path, lines: list[str], rows: list[int]) -> Array:
    """All numbers of these lines in a row."""
    try:
        return np.array(" ".join(lines[number] for number in rows).split(), dtype=np.float64)
    except ValueError:
        for number in rows:
            word = next((word for word in lines[number].split() if not is_number(word)), None)
            if word is not None:
                raise ClipError(f"{path}: line {number + 1}: the motion holds {wrong_number(word)}") from None
        raise


def _motion_header(path: Path, lines: list[tuple[int, str]]) -> tuple[int | None, float | None, float]:
    """Promised frames, frame time and its rounding; whatever is not said is None."""
    promised, frame_time, rounding = None, None, 0.0
    for number, line in lines:
        for match in _HEADER.finditer(line):
            word = match["value"]
            if not is_number(word):
                raise ClipError(
                    f"{path}: line {number + 1}: MOTION must be followed by 'Frames: N' and 'Frame Time: SECONDS', found {wrong_number(word)}"
                )
            if match["what"].lower().startswith("frames"):
                promised = int(float(word)) if np.isfinite(float(word)) else None
            else:
                frame_time, rounding = float(word), rounding_of_word(word)
    return promised, frame_time, rounding
