"""Fit one motion capture: read the file, match its markers, solve the motion, look at the spine.

    python examples/01_fit_a_clip.py dance.c3d --out fitted

Without a clip the first of the shipped yoga clips is fitted. In `fitted/` then lie the performer's OpenSim model and motion.
"""

import argparse
from pathlib import Path

import numpy as np

import spinegen
from spinegen.biomech.fits.files import intervertebral_deg, write_fit
from spinegen.motions.shipped import make_shipped_clips


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", nargs="?", type=Path)
    parser.add_argument("--out", type=Path, default=Path("fitted"))
    given = parser.parse_args()

    clip = spinegen.read_clip(given.clip or make_shipped_clips(given.out / "clips")[0])
    fit = spinegen.fit_clip(clip, spinegen.match_markers(clip), spinegen.load_model())
    write_fit(given.out, fit.model, fit.q, clip.times_s)

    away_mm = 1000 * np.nanmean(np.linalg.norm(fit.observed_m - fit.expected_m, axis=-1))
    print(f"{clip.name}: {len(fit.q)} frames, markers {away_mm:.1f} mm from the model on average")
    angles = intervertebral_deg(fit.model, fit.q)
    for name, flexion in zip(spinegen.VERTEBRAE, angles[..., 0].T, strict=True):
        print(f"{name:>4}  flexion on the vertebra below: {flexion.min():6.1f} to {flexion.max():5.1f} deg")


if __name__ == "__main__":
    main()
