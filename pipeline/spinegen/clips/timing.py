"""When the frames of a capture were taken: the rate, the unit of time, and which frames are missing in between."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import ClipError
from ..geometry.types import Array, Flags
from .intake import MAX_FRAMES, RATE_RANGE_HZ, check_rate

TimeUnit = Literal["s", "ms", "us", "ns"]

SECONDS: dict[TimeUnit, float] = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_UNIT_WORDS: dict[TimeUnit, str] = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
ASSUMED_RATE_HZ = 30.0
"""Where nothing tells the rate: that of most videos from which 3D keypoints are made."""
USUAL_RATES_HZ = (
    *(10.0, 12.0, 12.5, 15.0, 20.0, 24.0, 25.0, 30.0, 40.0, 48.0, 50.0, 60.0, 72.0, 75.0, 80.0, 90.0, 100.0, 120.0),
    *(125.0, 144.0, 150.0, 160.0, 180.0, 200.0, 240.0, 250.0, 300.0, 360.0, 400.0, 480.0, 500.0, 600.0, 1000.0),
    *(24e3 / 1001, 30e3 / 1001, 60e3 / 1001, 120e3 / 1001, 240e3 / 1001),
)
"""Rates of cameras and of motion-capture systems; the last ones are television's 23.976, 29.97, 59.94, 119.88 and 239.76."""
JUDGED_RANGE_HZ = (1.5, 1000.5)
"""Where the unit of time must be judged: the first unit in which the rate lies here is taken."""
LIKE_HEADER = 0.1
"""A unit of time is that of the header's rate when the two agree within this part."""
CLOCK_ERROR = 2e-4
"""Part by which the clock of a camera may be off; smaller than what tells 59.94 from 60 Hz."""
HOLE_STEPS = 1.5
"""A step longer than so many usual ones is a hole."""
LONGEST_HOLE_S = 10.0
"""A pause longer than this is no gap in a motion but the end of a take."""
UNEVEN = 0.3
"""Frames whose time lies farther than this part of a step from the even grid are uneven ..."""
UNEVEN_SHARE = 0.05
"""... and so many of them are worth a note."""
STEP_RANGE_HZ = (24.0, 500.0)
"""What a frame time that cannot be in seconds must come to in another unit."""
ROUNDED_OFF = 5e-3
"""A frame time whose rounding shifts the rate by more than this part is said to."""
COARSE = 0.2
"""Times rounded to more than this part of a step do not show single holes or doubles by themselves."""
FAR_OFF = 0.02
"""A header's rate that is wrong by more than this part is said to be."""


@dataclass(frozen=True)
class Moments:
    """What a file says about time; whatever it does not say is None."""

    rate_hz: float | None = None
    """From a header."""
    step: float | None = None
    """One time for every frame, as it is written (a BVH's frame time)."""
    step_rounding: float = 0.0
    """Half a unit of the last digit in which the step is written."""
    times: Array | None = None
    """`(F,)` as written."""
    unit: TimeUnit | None = None
    """Unit of step and times, where the file names it."""
    numbers: Array | None = None
    """`(F,)` numbers of the frames."""
    lines: tuple[int, ...] = ()
    """Line of the file of every frame, for error texts."""


@dataclass(frozen=True)
class Placement:
    """Frames on an even grid."""

    rate_hz: float
    index: NDArray[np.int_]
    """Place of each kept frame, strictly rising from 0."""
    kept: Flags
    """`(F,)` frames that are not doubles of the one before."""
    notes: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Places of the grid."""
        return int(self.index[-1]) + 1

    def spread(self, values: Array) -> Array:
        """`(F, ...)` to `(count, ...)` with NaN in the holes."""
        if self.count == len(values) == len(self.index):
            return values
        out = np.full((self.count, *values.shape[1:]), np.nan)
        out[self.index] = values[self.kept]
        return out


def place_frames(path: Path, frames: int, moments: Moments, asked_hz: float | None = None) -> Placement:
    """The rate and the place of each frame in time.

    Times are believed before frame numbers, and both before the order of the rows; `asked_hz` overrules the rate, not the holes.

    Raises:
        ClipError: times or numbers that do not rise, or no rate that a camera can have.
    """
    times = moments.times if _tells(moments.times) else None
    if times is not None:
        return _by_times(path, moments, times, asked_hz)
    rate, notes = _without_times(path, moments, asked_hz)
    if moments.numbers is not None and _tells(moments.numbers):
        index, number_notes = _by_numbers(path, moments.numbers, moments.lines, rate)
        return Placement(rate, index, np.ones(frames, dtype=bool), (*notes, *number_notes))
    return Placement(rate, np.arange(frames), np.ones(frames, dtype=bool), tuple(notes))


def rounding_of(values: Array) -> float:
    """Half a unit of the last decimal place in which all values are written (0 to 9 places); 0 where more are used."""
    for places in range(10):
        scaled = values * 10.0**places
        if np.all(np.abs(scaled - np.round(scaled)) < 1e-3):
            return 0.5 * 10.0**-places
    return 0.0


def usual_rate(low_hz: float, high_hz: float, middle_hz: float, header_hz: float | None) -> float | None:
    """The header's rate where it lies in a range, else the usual one nearest to the middle; whole rates come first."""
    if header_hz is not None and low_hz <= header_hz <= high_hz:
        return header_hz
    inside = [rate for rate in USUAL_RATES_HZ if low_hz <= rate <= high_hz]
    whole = [rate for rate in inside if rate.is_integer()]
    return min(whole or inside, key=lambda rate: abs(rate - middle_hz), default=None)


def _tells(values: Array | None) -> bool:
    return values is not None and len(values) > 1 and bool(np.isfinite(values).all() and np.ptp(values) > 0)


def _without_times(path: Path, moments: Moments, asked_hz: float | None) -> tuple[float, list[str]]:
    """Rate and notes of a file whose frames bear no times."""
    if asked_hz is not None:
        return check_rate(path, asked_hz), []
    if moments.step is not None:
        return _by_step(path, moments)
    if moments.rate_hz is not None:
        rate = check_rate(path, moments.rate_hz)
        return rate, _odd(rate)
    return ASSUMED_RATE_HZ, [
        f"nothing in the file tells the rate: {ASSUMED_RATE_HZ:g} Hz was assumed (--rate says another)"
    ]


def _by_step(path: Path, moments: Moments) -> tuple[float, list[str]]:
    """The rate of one step for all frames, which may be in another unit or be the rate itself."""
    step, rounding = moments.step or 0.0, moments.step_rounding
    if not (np.isfinite(step) and step > 0):
        raise ClipError(f"{path}: the time of a frame is {step:g} s; it must be positive (or say --rate HZ)")
    if step >= 1.0 / JUDGED_RANGE_HZ[0]:
        low, high = STEP_RANGE_HZ
        for rate, what in (
            (1e3 / step, "is in milliseconds"),
            (step, "is frames a second"),
            (1e6 / step, "is in microseconds"),
        ):
            snapped = usual_rate(rate * 0.995, rate * 1.005, rate, None)
            if snapped is not None and low <= snapped <= high:
                return snapped, [f"the time of a frame ({step:g}) {what}: {snapped:.6g} Hz (--rate says another)"]
    rate = check_rate(path, 1.0 / step)
    exact = usual_rate(rate * (1 - 1e-5), rate * (1 + 1e-5), rate, None)
    within = usual_rate(1.0 / (step + rounding), 1.0 / max(step - rounding, 1e-9), rate, None)
    snapped = exact or within
    if snapped is None:
        return rate, _odd(rate)
    if abs(snapped / rate - 1) > ROUNDED_OFF:
        return snapped, [f"the time of a frame ({step:g} s) is rounded: {snapped:.6g} Hz was taken for {rate:.5g} Hz"]
    return snapped, []


def _by_times(path: Path, moments: Moments, times: Array, asked_hz: float | None) -> Placement:
    falls = np.flatnonzero(np.diff(times) < 0)
    if len(falls):
        raise ClipError(
            f"{path}: the time column does not rise steadily: {times[falls[0] + 1]:g} follows {times[falls[0]]:g}"
            f"{_at_line(moments.lines, int(falls[0]) + 1)}"
        )
    times = times - times[0]
    rounding = rounding_of(times)
    step, error = _usual_step(times, rounding)
    unit, notes = _time_unit(path, moments, step)
    if unit is None:
        return _counted(path, moments, times, asked_hz)
    measured = 1.0 / (step * SECONDS[unit])
    if asked_hz is not None:
        rate = check_rate(path, asked_hz)
    else:
        rate, rate_notes = _rate_of_times(path, moments.rate_hz, measured, error / step)
        notes += rate_notes
        if rounding > COARSE * step:
            step = 1.0 / (rate * SECONDS[unit])
    kept = np.ones(len(times), dtype=bool)
    if rounding <= COARSE * step:
        kept[1:] = np.diff(times) > 0
        if not kept.all():
            notes.append(f"{np.count_nonzero(~kept)} frames bear the time of the frame before them and were left out")
    index, placed = _grid(path, times[kept] / step, rounding / step)
    return Placement(rate, index, kept, (*notes, *placed, *_holes(path, index, rate)))


def _usual_step(times: Array, rounding: float) -> tuple[float, float]:
    """Mean step outside the holes, and how far rounding may put it off; in the times' own unit."""
    steps = np.diff(times)
    usual = float(np.median(steps[steps > 0]))
    whole = steps > 0
    for _ in range(3):
        whole = (steps <= HOLE_STEPS * usual + 2.0 * rounding) & ((steps > 0) | (rounding > COARSE * usual))
        if not whole.any():
            break
        mean = float(steps[whole].mean())
        if mean <= 0 or abs(mean - usual) < 1e-12:
            break
        usual = mean
    stretches = 1 + int(np.count_nonzero(np.diff(np.concatenate([[1], whole.astype(int)])) < 0))
    return usual, 2.0 * rounding * stretches / max(int(whole.sum()), 1)


def _time_unit(path: Path, moments: Moments, step: float) -> tuple[TimeUnit | None, list[str]]:
    """Unit of the time column and notes; None where it counts frames."""
    if moments.unit is not None:
        return moments.unit, []
    rates: dict[TimeUnit, float] = {unit: 1.0 / (step * seconds) for unit, seconds in SECONDS.items()}
    header = moments.rate_hz
    if header is not None:
        near: list[TimeUnit] = [unit for unit, rate in rates.items() if abs(rate / header - 1) < LIKE_HEADER]
        if near:
            return near[0], _unit_note(near[0], step)
    if abs(step - 1.0) < 1e-3:
        return None, []
    for unit, rate in rates.items():
        if JUDGED_RANGE_HZ[0] <= rate <= JUDGED_RANGE_HZ[1]:
            return unit, _unit_note(unit, step)
    low, high = RATE_RANGE_HZ
    raise ClipError(
        f"{path}: frames are {step:g} apart in the time column, which is a rate of {low:g} to {high:g} Hz in no unit of time; "
        "say --rate HZ"
    )


def _unit_note(unit: TimeUnit, step: float) -> list[str]:
    if unit == "s":
        return []
    return [f"time is in {_UNIT_WORDS[unit]}, judged from its steps of {step:.4g} (--rate says another rate)"]


def _counted(path: Path, moments: Moments, times: Array, asked_hz: float | None) -> Placement:
    """A time column that counts frames."""
    rate, notes = _without_times(path, moments, asked_hz)
    index, placed = _grid(path, times, 0.0)
    every = np.ones(len(index), dtype=bool)
    return Placement(rate, index, every, ("the time column counts frames", *notes, *placed, *_holes(path, index, rate)))


def _rate_of_times(path: Path, header: float | None, measured: float, error: float) -> tuple[float, list[str]]:
    """The rate that a time column means, where its mean step may be off by a part `error`."""
    room = max(error, CLOCK_ERROR)
    low, high = measured / (1 + room), measured / max(1 - room, 1e-3)
    snapped = usual_rate(low, high, measured, header)
    rate = check_rate(path, float(f"{measured:.6g}") if snapped is None else snapped)
    notes = []
    if header is not None and abs(header / rate - 1) > FAR_OFF:
        notes.append(f"the header says {header:g} Hz and the time column {rate:.6g} Hz; the time column was believed")
    return rate, [*notes, *_odd(rate)]


def _grid(path: Path, places: Array, rounding: float) -> tuple[NDArray[np.int_], list[str]]:
    """Whole places for frames at `places` steps from the first, no two in one, and a note where they are uneven."""
    if places[-1] > MAX_FRAMES:
        raise ClipError(
            f"{path}: by its times the capture lasts {places[-1]:.4g} frames; at most {MAX_FRAMES} are read: cut the clip"
        )
    wanted = np.round(places).astype(int)
    index = np.maximum.accumulate(wanted - np.arange(len(wanted))) + np.arange(len(wanted))
    off = np.abs(places - index) > UNEVEN + rounding
    if off.mean() <= UNEVEN_SHARE:
        return index, []
    return index, [
        f"times are uneven: {100 * off.mean():.0f} % of the frames lie more than {UNEVEN:g} of a step from an even rate"
    ]


def _holes(path: Path, index: NDArray[np.int_], rate_hz: float) -> list[str]:
    """What to say of places without a frame. Raises ClipError: one is longer than `LONGEST_HOLE_S`."""
    missing = np.diff(index) - 1
    lost = int(missing.sum())
    if lost == 0:
        return []
    longest = int(missing.argmax())
    if missing[longest] > LONGEST_HOLE_S * rate_hz:
        raise ClipError(
            f"{path}: nothing was captured for {missing[longest] / rate_hz:.4g} s after {index[longest] / rate_hz:.4g} s (at most "
            f"{LONGEST_HOLE_S:g} s are a gap): cut it into two clips there"
        )
    return [
        f"{lost} frames are missing by their time or number and are gaps (the longest: {missing[longest] / rate_hz:.3g} s "
        f"after {index[longest] / rate_hz:.3g} s)"
    ]


def _by_numbers(
    path: Path, numbers: Array, lines: tuple[int, ...], rate_hz: float
) -> tuple[NDArray[np.int_], list[str]]:
    """Places by frame numbers, whose common step is one frame."""
    steps = np.diff(numbers)
    wrong = np.flatnonzero((steps <= 0) | (steps != np.round(steps)))
    if len(wrong):
        raise ClipError(
            f"{path}: frame numbers must be whole and rise: {numbers[wrong[0] + 1]:g} follows {numbers[wrong[0]]:g}"
            f"{_at_line(lines, int(wrong[0]) + 1)}"
        )
    unit = int(np.gcd.reduce(steps.astype(np.int64)))
    index, notes = _grid(path, (numbers - numbers[0]) / unit, 0.0)
    return index, [*notes, *_holes(path, index, rate_hz)]


def _odd(rate_hz: float) -> list[str]:
    """A note on a rate that no camera has by custom."""
    if any(abs(rate_hz / usual - 1) < 2e-3 for usual in USUAL_RATES_HZ):
        return []
    return [f"the rate of {rate_hz:.5g} Hz is an odd one (--rate says another)"]


def _at_line(lines: tuple[int, ...], row: int) -> str:
    return f" in line {lines[row]}" if row < len(lines) else ""
