"""Short captures of two laboratories that name their markers differently, and their marker sets."""

from pathlib import Path

import numpy as np
import yaml

from spinegen.biomech.anatomy.assemble import load_model
from support.clip_captures import write_trc

LANDMARKS = (
    *("RFHD", "LFHD", "RBHD", "LBHD", "C7", "T10", "CLAV", "STRN"),
    *(
        s + n
        for n in ("ACR", "ELL", "ELM", "WRR", "WRU", "ASI", "PSI", "KNL", "KNM", "ANL", "ANM", "HEE", "MT5")
        for s in "RL"
    ),
)


def make_captures(folder: Path, frames: int = 30) -> None:
    """`one/walk.trc` and `two/walk.trc` (in millimetres without a unit) with `one.yaml` and `two.yaml`."""
    model = load_model()
    times = np.arange(frames) / 20.0
    rng = np.random.default_rng(0)
    for number, name in enumerate(("one", "two")):
        labels = tuple(f"{name}{i}" for i in range(len(LANDMARKS)))
        rows = {label: {"station": f"landmark/{mark}"} for label, mark in zip(labels, LANDMARKS, strict=True)}
        (folder / f"{name}.yaml").write_text(yaml.safe_dump({"kind": "markers", "markers": rows}))
        q = np.repeat(model.default_q[None], frames, axis=0)
        q[:, model.coordinate_index["lumbar_flexion"]] = 0.4 * np.sin(times + number)
        at = model.station_positions(model.forward(q), [f"landmark/{mark}" for mark in LANDMARKS])
        at += 0.001 * rng.standard_normal(at.shape)
        (folder / name).mkdir()
        scale, unit = (1.0, "m") if name == "one" else (1000.0, "?")
        write_trc(folder / name / "walk.trc", labels, scale * at, 20.0, unit=unit)
