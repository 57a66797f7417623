"""Markers as TRC, OpenSim's and Motion Analysis' tab-separated table."""

from collections.abc import Sequence

import numpy as np

from ..geometry.types import Array


def trc_text(name: str, labels: Sequence[str], times_s: Array, positions_m: Array) -> str:
    """The text of a TRC file in metres.

    Args:
        name: of the file, which its first line repeats.
        times_s: `(F,)`.
        positions_m: `(F, M, 3)`; NaN becomes a blank cell, which is a gap.
    """
    count = len(times_s)
    rate = (count - 1) / float(times_s[-1] - times_s[0]) if count > 1 and times_s[-1] > times_s[0] else 1.0
    head = [
        f"PathFileType\t4\t(X/Y/Z)\t{name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate:.6g}\t{rate:.6g}\t{count}\t{len(labels)}\tm\t{rate:.6g}\t1\t{count}",
        "Frame#\tTime\t" + "\t\t\t".join(labels) + "\t\t",
        "\t\t" + "\t".join(f"{axis}{number}" for number in range(1, len(labels) + 1) for axis in "XYZ"),
        "",
    ]
    rows = [
        f"{number}\t{time_s:.5f}\t"
        + "\t".join(f"{value:.5f}" if np.isfinite(value) else "" for value in points.ravel())
        for number, (time_s, points) in enumerate(zip(times_s, positions_m, strict=True), 1)
    ]
    return "\n".join([*head, *rows]) + "\n"
