"""Settings of training and validation; unknown constants of the published recipe stand here with their defaults."""

from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from ..config import Settings
from ..media.pictures import Exif
from .assembly import ARCHITECTURES
from .names import BACKBONES
from .networks import cards, network_file


class LossSettings(Settings):
    """Weights of the four SpinePose losses (arXiv 2504.08110) and of two of our own; zero switches one off."""

    position: float = Field(default=1.0, ge=0)
    """KL divergence of every keypoint's bins to the label (sources disagree between 1 and 5)."""
    distillation: float = Field(default=2.5, ge=0)
    """KL divergence of the keypoints that a teacher knows to its own; needs `teacher`."""
    structure: float = Field(default=0.1, ge=0)
    """Mean wrapped difference of bone angles over pi."""
    spine: float = Field(default=0.5, ge=0)
    """Mean squared distance of the spine chain from a smooth curve through it."""
    field: float = Field(default=1.0, ge=0)
    """KL divergence of the head's field to the label, both axes at once; ours, for trainings of few views."""
    nearness: float = Field(default=0.0, ge=0)
    """Negative logarithm of the OKS that a distribution has at its label; ours: it is spent on what is lost, not on the last pixel."""
    face: float = Field(default=1.0, ge=0)
    """Weight of nose, eyes and ears in these losses as a multiple of the usual; their sigmas are the smallest, so they cost most AP."""
    field_sigma: float = Field(default=1.0, gt=0)
    """Width of the field's label in cells of four pixels."""
    label_sigma: float = Field(default=1.0, gt=0)
    """Width of the label's Gaussian as a multiple of sqrt(input size / 8) bins (MMPose: 4.9 and 5.66 bins at 192 x 256 px)."""
    hidden: float = Field(default=1.0, ge=0, le=1)
    """Weight of points that something hides, drawn or pasted, beside 1 of those that are seen; scores count both alike."""
    spine_degree: int = Field(default=3, ge=1, le=7)
    """Degree of the smoothing polynomial over the vertebral level; not published, three bends as the spine has."""


class AugmentSettings(Settings):
    """Ranges of the augmentation (the defaults are the full recipe); probabilities lie in 0..1."""

    flip: float = Field(default=0.5, ge=0, le=1)
    scale: tuple[float, float] = (0.7, 1.35)
    """Size of the crop as a multiple of the padded box, uniform."""
    shift: float = Field(default=0.12, ge=0)
    """Largest shift of the crop as a share of the box."""
    rotation_deg: float = Field(default=80, ge=0, le=180)
    """Two standard deviations of the rotation; clipped there."""
    rotation: float = Field(default=0.6, ge=0, le=1)
    upright: float = Field(default=0.5, ge=0, le=1)
    """Turned first until the trunk stands, as prediction turns its second look at those who lean."""
    half_body: float = Field(default=0.2, ge=0, le=1)
    bust: float = Field(default=0.1, ge=0, le=1)
    """Head and shoulders, the picture's lower edge through the trunk: portraits, webcams."""
    trunk: float = Field(default=0.1, ge=0, le=1)
    """Head and trunk fill the crop, as in the second look at whoever is new."""
    head: float = Field(default=0.0, ge=0, le=1)
    """Head and shoulders fill it, as in the third; in no recipe, since that look is as good without."""
    color: float = Field(default=0.8, ge=0, le=1)
    swap_channels: float = Field(default=0.1, ge=0, le=1)
    """RGB given as BGR: clients disagree, and a network that has seen both forgives it."""
    spectrum: float = Field(default=0.3, ge=0, le=1)
    """Amplitude spectrum disturbed, phases kept."""
    low_resolution: float = Field(default=0.2, ge=0, le=1)
    """A person of few pixels, enlarged."""
    blur: float = Field(default=0.2, ge=0, le=1)
    noise: float = Field(default=0.2, ge=0, le=1)
    jpeg: float = Field(default=0.2, ge=0, le=1)
    patches: float = Field(default=0.5, ge=0, le=1)
    """Things pasted before the person: patches, bars and edges with the texture of a photographed place, noise or one colour; other people."""
    background: float = Field(default=0.5, ge=0, le=1)
    """Background replaced by a photographed place, that of another picture, or noise; only where the file has masks."""


LIGHT = AugmentSettings(
    scale=(0.8, 1.25),
    shift=0.08,
    rotation_deg=40,
    rotation=0.3,
    upright=0.5,
    half_body=0,
    bust=0,
    trunk=0,
    color=0.6,
    swap_channels=0.05,
    spectrum=0,
    low_resolution=0,
    blur=0.05,
    noise=0,
    jpeg=0,
    patches=0.1,
    background=0.3,
)
"""What a short training can afford: after some 10,000 views a network does not yet find in its own pictures what the full recipe
would have it find turned and hidden."""
MODERATE = LIGHT.model_copy(
    update={
        "rotation": 0.4,
        "half_body": 0.1,
        "bust": 0.1,
        "trunk": 0.1,
        "color": 0.7,
        "spectrum": 0.1,
        "low_resolution": 0.1,
        "blur": 0.1,
        "noise": 0.1,
        "jpeg": 0.1,
        "patches": 0.2,
        "background": 0.4,
    }
)
"""What the networks that ship learnt with last: its turns need not be wider, since whoever leans is looked at again upright."""


SHORT_VIEWS, LONG_VIEWS = 20_000, 500_000
"""People that a training must show to gain from the moderate and from the full recipe; the second is a guess, since the longest
measured, of 80,000, lost by it."""
UNDISTURBED = AugmentSettings(
    flip=0,
    scale=(1, 1),
    shift=0,
    rotation=0,
    upright=0,
    half_body=0,
    bust=0,
    trunk=0,
    color=0,
    swap_channels=0,
    spectrum=0,
    low_resolution=0,
    blur=0,
    noise=0,
    jpeg=0,
    patches=0,
    background=0,
)
"""Pictures as they are: what a comparison switches one augmentation on in."""


def _recipe(views: int) -> Literal["light", "moderate", "full"]:
    """The recipe of a training that shows so many people, where nothing else is asked for."""
    if views < SHORT_VIEWS:
        return "light"
    return "moderate" if views < LONG_VIEWS else "full"


class TrainSettings(Settings):
    """What `train-validate` does.

    A workspace may be trained on again with other settings: the training itself notices what changed.
    """

    transient: ClassVar[frozenset[str]] = frozenset({"device", "threads"})
    remade: ClassVar[bool] = True

    model: str = "full"
    """Network: full, light or lite (on BlazePose's features), tiny, small or medium (CSPNeXt); with only="validate" also an ONNX file."""
    backbone: str | None = None
    """What the backbone starts from: scratch, blazepose-lite, blazepose-full, or an RTMPose checkpoint of a CSPNeXt size; None: the shipped
    weights where the network has them, else scratch."""
    start: str | None = None
    """A whole network to go on from: one that ships (full, light; each may go on from the other), an exported file, or the `weights.pt` of a
    finished training of the same model; None: a new head."""
    frozen: float | None = Field(default=None, ge=0, le=1)
    """Share of the training, from its start on, in which the backbone does not learn; None: all of it where it starts from weights of
    real pictures, else none. Plainly released features forget real pictures while they learn drawn ones."""
    backbone_rate: float = Field(default=0.1, ge=0, le=1)
    """Learning rate of a backbone that started from weights, as a share of the head's."""
    upper_rate: float = Field(default=0.04, ge=0, le=1)
    """Learning rate of the upper trunk that full, light and lite have a second time beside their frozen backbone, as a share of the head's; 0: it stays
    as published."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    steps: int | None = Field(default=None, ge=1)
    """Batches to learn from; None: from `epochs`, or as many as show 6,400 people on a CPU, or 60 epochs on a GPU."""
    epochs: int | None = Field(default=None, ge=1)
    """Passes over the set, where `steps` is not given."""
    max_minutes: float | None = Field(default=None, gt=0)
    """Time for training alone, which ends it before its steps do; the learning rate follows whichever is nearer. None: no limit, so that
    what is learnt does not depend on how busy the machine was."""
    batch: int | None = Field(default=None, ge=2)
    """People a step; None: 16 on a CPU, 256 on a GPU, never more than a quarter of the set."""
    learning_rate: float | None = Field(default=None, gt=0)
    """Peak of the schedule; None: 4e-3 * sqrt(batch / 1024), at least 2e-3."""
    optimizer: Literal["muon", "adamw"] = "muon"
    """Of matrices and convolutions; norms, biases and depthwise kernels always take AdamW's steps."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """Arithmetic of the network; auto: bfloat16 on a GPU, float32 on a CPU. The losses are always in float32."""
    weight_decay: float = Field(default=0.05, ge=0)
    seed: int = Field(default=0, ge=0)
    threads: int | None = Field(default=None, ge=1)
    """Threads of torch on a CPU; None: the cores of this process, or one where time is limited and
    one is faster (a busy machine)."""
    teacher: str | None = None
    """Network that teaches: all keypoints where it is one of ours (a shipped one's name, or an exported file); body points where it is a shipped
    BlazePose's name, or a SimCC ONNX file of 17 COCO or of at least 26 keypoints that begin with Halpe-26."""
    losses: LossSettings = LossSettings()
    backdrops: Path | None = None
    """Folder of photographs without people that stand behind people and before them, beside the shipped panoramas."""
    augment: AugmentSettings | Literal["light", "moderate", "full"] | None = None
    """Ranges, or the name of a recipe; None: light where fewer than 20,000 people are shown, moderate below 500,000, else full."""
    mix: Path | None = None
    """A second COCO keypoint file with the same 37 keypoints, mixed into every batch."""
    mix_images: Path | None = None
    """Folder of its pictures; None: `images/<name>` beside its `annotations/person_keypoints_<name>.json`."""
    exif: Exif = "as-labelled"
    """Whether the labels of `mix` and `annotations` mean pictures turned as their EXIF says; `as-labelled`: their size tells."""
    mix_ratio: float = Field(default=0.5, gt=0, lt=1)
    """Share of a batch that comes from the second set."""
    fp16: bool = False
    """Also write pose-fp16.onnx."""
    only: Literal["train", "validate"] | None = None
    annotations: Path | None = None
    """With only="validate": a COCO keypoint file; None: the validation split."""
    images: Path | None = None
    benchmark: bool = False
    """Learning curve over 1/8, 1/4, 1/2 and all of the data."""

    def augmentation(self, views: int) -> AugmentSettings:
        """The ranges that count in a training that shows so many people."""
        if isinstance(self.augment, AugmentSettings):
            return self.augment
        return {"light": LIGHT, "moderate": MODERATE, "full": AugmentSettings()}[self.augment or _recipe(views)]

    @property
    def backbone_start(self) -> str:
        """What the backbone starts from, where the whole network does not start from a file."""
        if self.backbone is not None:
            return self.backbone
        return ARCHITECTURES[self.model].blazepose or "scratch"

    @property
    def start_file(self) -> Path | None:
        """The whole network to go on from."""
        if self.start is None:
            return None
        return network_file(self.start)

    @property
    def teacher_file(self) -> Path | None:
        """What teaches, where it is no shipped BlazePose."""
        if self.teacher is None or self.teacher in BACKBONES:
            return None
        return network_file(self.teacher)

    @property
    def frozen_share(self) -> float:
        """Share of the training in which the backbone does not learn."""
        return self.frozen if self.frozen is not None else float(self.backbone_start != "scratch")

    @model_validator(mode="before")
    @classmethod
    def _model_of_backbone(cls, given: Any) -> Any:
        """A shipped backbone, or network to start from, belongs to one model, which need not be said."""
        if isinstance(given, dict) and given.get("model") is None and given.get("start") in cards():
            return {**given, "model": given["start"]}
        if isinstance(given, dict) and given.get("model") is None and given.get("backbone") in BACKBONES:
            fitting = next(size for size, a in ARCHITECTURES.items() if a.blazepose == given["backbone"])
            return {**given, "model": fitting}
        return given

    @model_validator(mode="after")
    def _consistent(self) -> "TrainSettings":
        if self.model not in ARCHITECTURES and self.only != "validate":
            raise ValueError(
                f"model must be one of {', '.join(ARCHITECTURES)} (an ONNX file only with only=validate), found {self.model!r}"
            )
        self._check_backbone()
        if self.steps is not None and self.epochs is not None:
            raise ValueError("steps and epochs both say how long: give one of them")
        self._check_start()
        shipped = (*BACKBONES, *cards())
        if self.teacher is not None and self.teacher not in shipped and not Path(self.teacher).is_file():
            raise ValueError(
                f"teacher must be {', '.join(shipped)} or a file, found {self.teacher!r}, which does not exist"
            )
        if (self.annotations is not None or self.images is not None) and self.only != "validate":
            raise ValueError("annotations and images go with only=validate")
        if (self.annotations is None) != (self.images is None):
            raise ValueError("annotations and images belong together: give both or neither")
        if self.mix_images is not None and self.mix is None:
            raise ValueError("mix_images needs mix")
        if self.mix is None and self.mix_ratio != type(self).model_fields["mix_ratio"].default:
            raise ValueError("mix_ratio needs mix: it is the second set's share of a batch")
        return self

    def _check_start(self) -> None:
        if self.start is None:
            return
        if self.backbone is not None:
            raise ValueError("start and backbone both say what is learnt from: give one of them")
        if self.start in cards():
            own = ARCHITECTURES.get(self.model)
            if own is None or not ARCHITECTURES[self.start].differs_by_input_only(own):
                raise ValueError(f"start {self.start} is a {self.start} network, found model {self.model}")
        elif Path(self.start).suffix not in (".onnx", ".pt") or not Path(self.start).is_file():
            raise ValueError(
                f"start must be {', '.join(cards())}, an exported .onnx file or the weights.pt of a finished training, found {self.start!r}"
                + ("" if Path(self.start).is_file() else ", which does not exist")
            )

    def _check_backbone(self) -> None:
        if self.backbone is None or self.model not in ARCHITECTURES:
            return
        own = ARCHITECTURES[self.model].blazepose
        if self.backbone in BACKBONES and self.backbone != own:
            fitting = " or ".join(size for size, a in ARCHITECTURES.items() if a.blazepose == self.backbone)
            raise ValueError(f"backbone {self.backbone} belongs to model {fitting}, found model {self.model}")
        if self.backbone in BACKBONES or self.backbone == "scratch":
            return
        if not Path(self.backbone).is_file():
            raise ValueError(
                f"backbone must be scratch, {', '.join(BACKBONES)} or a file, found {self.backbone!r}, which does not exist"
            )
        if own is not None:
            raise ValueError(f"backbone {self.backbone}: a checkpoint fits small and medium, found model {self.model}")
