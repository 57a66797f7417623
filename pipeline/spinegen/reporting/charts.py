"""Charts as inline SVG that follows the page's colours; every mark has its figure as a tooltip."""

from collections.abc import Sequence
from html import escape

import numpy as np

from ..geometry.types import Array, Flags


def bars(rows: Sequence[tuple[str, float]], label_width: int = 130, unit: str = "") -> str:
    """Horizontal bars: `(label, count)` from top to bottom."""
    if not rows:
        return ""
    most, total = max(value for _, value in rows) or 1, sum(value for _, value in rows) or 1
    width, step = 420, 19
    track = width - label_width - 52
    parts = []
    for i, (label, value) in enumerate(rows):
        y = i * step
        length = track * value / most
        parts.append(
            f'<text x="{label_width - 8}" y="{y + 13}" text-anchor="end">{escape(_short(label, label_width))}</text>'
            f'<rect class="bar" x="{label_width}" y="{y + 3}" width="{max(length, 0.5):.1f}" height="13" rx="2">'
            f"<title>{escape(label)}: {value:g}{unit}, {100 * value / total:.1f} %</title></rect>"
            f'<text class="num" x="{label_width + length + 6:.1f}" y="{y + 13}">{value:g}{unit}</text>'
        )
    return f'<svg class="chart" viewBox="0 0 {width} {len(rows) * step}" role="img">{"".join(parts)}</svg>'


def columns(rows: Sequence[tuple[str, float]]) -> str:
    """Upright bars for ordered bins, with every few labels written."""
    if not rows:
        return ""
    most, total = max(value for _, value in rows) or 1, sum(value for _, value in rows) or 1
    width, height = 420, 130
    step = width / len(rows)
    every = max(1, -(-len(rows) // 9))
    parts = [f'<line class="axis" x1="0" y1="{height}" x2="{width}" y2="{height}"/>']
    for i, (label, value) in enumerate(rows):
        tall = height * value / most
        parts.append(
            f'<rect class="bar" x="{i * step + 1:.1f}" y="{height - tall:.1f}" width="{max(step - 2, 1):.1f}" height="{tall:.1f}" rx="1.5">'
            f"<title>{escape(label)}: {value:g}, {100 * value / total:.1f} %</title></rect>"
        )
        if i % every == 0:
            parts.append(
                f'<text x="{i * step + step / 2:.1f}" y="{height + 14}" text-anchor="middle">{escape(label)}</text>'
            )
    return f'<svg class="chart" viewBox="0 -4 {width} {height + 22}" role="img">{"".join(parts)}</svg>'


def rose(counts: Sequence[int]) -> str:
    """People by the angle of the camera around the trunk: front at the top, the person's right at the right as seen from above."""
    most, total, bins = max(counts) or 1, sum(counts) or 1, len(counts)
    radius, hole = 92, 20
    parts = [f'<circle class="ring" r="{hole + (radius - hole) * part:.1f}"/>' for part in (0.25**0.5, 0.5**0.5, 1.0)]
    for i, count in enumerate(counts):
        # The area of a wedge, not its length, is the count.
        outer = (hole**2 + (radius**2 - hole**2) * count / most) ** 0.5
        a, b = (np.radians((i + shift) * 360 / bins) for shift in (-0.46, 0.46))
        points = [(hole, a), (outer, a), (outer, b), (hole, b)]
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = [(r * np.sin(t), -r * np.cos(t)) for r, t in points]
        parts.append(
            f'<path class="bar" d="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}A{outer:.1f} {outer:.1f} 0 0 1 {x2:.1f} {y2:.1f}L{x3:.1f} {y3:.1f}'
            f'A{hole} {hole} 0 0 0 {x0:.1f} {y0:.1f}"><title>{i * 360 // bins}°: {count} people, {100 * count / total:.1f} %</title></path>'
        )
    names = ((0, -radius - 8, "front"), (0, radius + 17, "back"), (radius + 10, 4, "right"), (-radius - 10, 4, "left"))
    anchors = ("middle", "middle", "start", "end")
    for (x, y, name), anchor in zip(names, anchors, strict=True):
        parts.append(f'<text x="{x}" y="{y}" text-anchor="{anchor}">{name}</text>')
    return f'<svg class="chart rose" viewBox="-140 -112 280 226" role="img">{"".join(parts)}</svg>'


def visibility_bars(rows: Sequence[tuple[str, int, int, int]]) -> str:
    """Stacked bars: `(name, seen, hidden, outside)`."""
    width, label, step = 420, 130, 17
    track = width - label - 8
    parts = []
    for i, (name, seen, hidden, outside) in enumerate(rows):
        total = max(seen + hidden + outside, 1)
        x, y = float(label), i * step
        parts.append(f'<text x="{label - 8}" y="{y + 12}" text-anchor="end">{escape(name)}</text>')
        for kind, value in (("seen", seen), ("hidden", hidden), ("outside", outside)):
            length = track * value / total
            if value:
                parts.append(
                    f'<rect class="v-{kind}" x="{x:.1f}" y="{y + 2}" width="{length:.1f}" height="12">'
                    f"<title>{escape(name)} {kind}: {value} of {total}, {100 * value / total:.1f} %</title></rect>"
                )
            x += length
    return f'<svg class="chart" viewBox="0 0 {width} {len(rows) * step}" role="img">{"".join(parts)}</svg>'


def ranges(
    levels: Sequence[str], low: Array, high: Array, *, published: Array, widest: Array, signs: tuple[str, str]
) -> str:
    """Angles by level: what the set holds (1st to 99th percentile) over the published range.

    Args:
        low, high: `(L,)` degrees; NaN where nothing was counted.
        published: `(L, 2)` representative range, degrees.
        widest: `(L, 2)` upper end of the reported limits, degrees.
        signs: what negative and positive mean.
    """
    width, label, step = 420, 64, 15
    reach = float(np.nanmax(np.abs([low.min(initial=-10), high.max(initial=10), widest.min(), widest.max()]))) * 1.05
    scale = (width - label - 10) / (2 * reach)
    zero = label + reach * scale
    height = len(levels) * step
    parts = [f'<line class="axis" x1="{zero:.1f}" y1="0" x2="{zero:.1f}" y2="{height}"/>']
    for i, level in enumerate(levels):
        y = (len(levels) - 1 - i) * step
        parts.append(f'<text x="{label - 6}" y="{y + 11}" text-anchor="end">{escape(level)}</text>')
        for kind, (a, b), inset in (("widest", widest[i], 1), ("published", published[i], 1)):
            parts.append(
                f'<rect class="r-{kind}" x="{zero + a * scale:.1f}" y="{y + inset}" width="{(b - a) * scale:.1f}" height="{step - 2 * inset}">'
                f"<title>{escape(level)}: {kind if kind == 'published' else 'upper end of published limits'} {a:.0f} to {b:.0f}°</title></rect>"
            )
        if np.isfinite(low[i]) and np.isfinite(high[i]):
            beyond = " beyond" if low[i] < widest[i, 0] - 1 or high[i] > widest[i, 1] + 1 else ""
            parts.append(
                f'<rect class="r-found{beyond}" x="{zero + low[i] * scale:.1f}" y="{y + 4.5}" width="{max((high[i] - low[i]) * scale, 2):.1f}" height="6" rx="2">'
                f"<title>{escape(level)}: this set {low[i]:.0f} to {high[i]:.0f}°</title></rect>"
            )
    tick = 10 if reach < 45 else 20
    for value in np.arange(-reach // tick * tick + tick, reach, tick):
        parts.append(
            f'<text class="num" x="{zero + value * scale:.1f}" y="{height + 13}" text-anchor="middle">{value:g}</text>'
        )
    parts.append(
        f'<text class="num" x="{label}" y="{height + 27}">{escape(signs[0])}</text>'
        f'<text class="num" x="{width - 10}" y="{height + 27}" text-anchor="end">{escape(signs[1])}</text>'
    )
    return f'<svg class="chart" viewBox="0 0 {width} {height + 31}" role="img">{"".join(parts)}</svg>'


def curve(times_s: Array, values: Array, doubtful: Flags, unit: str = "°") -> str:
    """One quantity over time, broken where it is NaN or frames are missing; stretches of `doubtful (T,)` frames are shaded.

    The plot's span is in `data-first` and `data-last`, seconds, and lies between x = 44 and 632 of the view box.
    """
    left, right, top, bottom = 44.0, 632.0, 8.0, 96.0
    first, last = float(times_s[0]), max(float(times_s[-1]), float(times_s[0]) + 1e-3)
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    middle, half = (low + high) / 2, max((high - low) / 2 * 1.1, 5.0)
    x = left + (times_s - first) / (last - first) * (right - left)
    y = bottom - (values - middle + half) / (2 * half) * (bottom - top)
    parts = [
        f'<rect class="doubt" x="{x[a]:.1f}" y="{top}" width="{max(x[b] - x[a], 1.0):.1f}" height="{bottom - top}"/>'
        for a, b in _stretches(doubtful)
    ]
    for value in (middle - half, middle, middle + half):
        height = bottom - (value - middle + half) / (2 * half) * (bottom - top)
        parts.append(f'<line class="axis" x1="{left}" y1="{height:.1f}" x2="{right}" y2="{height:.1f}"/>')
        parts.append(
            f'<text class="num" x="{left - 5}" y="{height + 4:.1f}" text-anchor="end">{value:.0f}{unit}</text>'
        )
    for a, b in _without_jumps(times_s, _stretches(np.isfinite(values))):
        points = " ".join(f"{x[i]:.1f},{y[i]:.1f}" for i in range(a, b + 1))
        parts.append(f'<polyline class="curve" points="{points}"/>')
    for share in np.linspace(0.0, 1.0, 5):
        parts.append(
            f'<text class="num" x="{left + share * (right - left):.1f}" y="{bottom + 14}" text-anchor="middle">'
            f"{first + share * (last - first):.1f} s</text>"
        )
    return (
        f'<svg class="chart curve-plot" viewBox="0 0 640 114" role="img" data-first="{first:.4f}" data-last="{last:.4f}">'
        f'{"".join(parts)}<line class="now" x1="{left}" y1="{top}" x2="{left}" y2="{bottom}"/></svg>'
    )


def _without_jumps(times_s: Array, stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches parted where time leaps by more than three usual steps."""
    if len(times_s) < 2:
        return list(stretches)
    leaps = np.flatnonzero(np.diff(times_s) > 3.0 * np.median(np.diff(times_s)))
    out: list[tuple[int, int]] = []
    for a, b in stretches:
        ends = [int(i) for i in leaps if a <= i < b]
        out += zip([a, *(i + 1 for i in ends)], [*ends, b], strict=True)
    return out


def _stretches(flags: Flags) -> list[tuple[int, int]]:
    """First and last index of each run of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(flags, dtype=np.int8), [0]])))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def _short(label: str, width: int) -> str:
    letters = max(int(width / 6.4), 6)
    return label if len(label) <= letters else label[: letters - 1] + "…"
