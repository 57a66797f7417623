"""Training data for spine-aware human pose estimation, from motion capture to a scored network.

What most users need stands here and is loaded when it is first used, so that `import spinegen` is quick and needs neither torch nor
OpenSim. A name's own module says more:

    import spinegen

    clip = spinegen.read_clip("walk.c3d")
    fit = spinegen.fit_clip(clip, spinegen.match_markers(clip), spinegen.load_model())

    spinegen.fit_mocap("workspace", "walk.c3d")     # the stages, run and recorded as by the commands
    spinegen.render_frames("workspace", scenes="yoga", shots=100)
    spinegen.export_coco("workspace")
    spinegen.train("workspace", max_minutes=10)

    predictor = spinegen.PosePredictor(spinegen.shipped_model())
"""

from typing import TYPE_CHECKING

from .lazy import loaded
from .version import __version__

if TYPE_CHECKING:
    from .biomech.anatomy.assemble import load_model
    from .biomech.fit.fit_clip import fit_clip
    from .clips.matching import choose as match_markers
    from .clips.read import read_clip
    from .humans.person import build_person
    from .humans.spec.sample import sample_person
    from .pipeline import export_coco, fit_mocap, render_frames, run_pipeline, train
    from .pose.networks import shipped_model
    from .pose.predictor import PosePredictor
    from .predict.estimator import SpineEstimator
    from .skeleton import KEYPOINTS, VERTEBRAE
    from .workspace import Workspace

__all__ = [
    "KEYPOINTS",
    "VERTEBRAE",
    "PosePredictor",
    "SpineEstimator",
    "Workspace",
    "__version__",
    "build_person",
    "export_coco",
    "fit_clip",
    "fit_mocap",
    "load_model",
    "match_markers",
    "read_clip",
    "render_frames",
    "run_pipeline",
    "sample_person",
    "shipped_model",
    "train",
]

_WHERE = {
    "KEYPOINTS": "skeleton:KEYPOINTS",
    "VERTEBRAE": "skeleton:VERTEBRAE",
    "PosePredictor": "pose.predictor:PosePredictor",
    "SpineEstimator": "predict.estimator:SpineEstimator",
    "Workspace": "workspace:Workspace",
    "build_person": "humans.person:build_person",
    "export_coco": "pipeline:export_coco",
    "fit_clip": "biomech.fit.fit_clip:fit_clip",
    "fit_mocap": "pipeline:fit_mocap",
    "load_model": "biomech.anatomy.assemble:load_model",
    "match_markers": "clips.matching:choose",
    "read_clip": "clips.read:read_clip",
    "render_frames": "pipeline:render_frames",
    "run_pipeline": "pipeline:run_pipeline",
    "sample_person": "humans.spec.sample:sample_person",
    "shipped_model": "pose.networks:shipped_model",
    "train": "pipeline:train",
}


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has: {', '.join(__all__)}")
    found = loaded(_WHERE[name])
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
