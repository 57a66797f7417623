"""What is known of postures before any is drawn: key postures of the shipped motions, and moments on the way from one to the next."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..biomech.model.spine_model import SpineModel
from ..geometry.types import Array
from .flow import Flow, Pose
from .performance import written_q

_ON_THE_WAY = (0.25, 0.5, 0.75)
_LYING = {"back", "sacrum", "hip", "thigh", "shoulder", "back_of_head"}


@dataclass(frozen=True, eq=False)
class Anchor:
    """A posture of an authored motion."""

    kind: str
    contacts: tuple[str, ...]
    q: Array
    passing: bool = False
    """On the way from one key posture to the next."""


class Library:
    """Anchors as draws ask for them."""

    def __init__(self, known: Sequence[Anchor]) -> None:
        self.known = tuple(known)
        self.by_kind: dict[str, list[Anchor]] = defaultdict(list)
        for anchor in known:
            self.by_kind[anchor.kind].append(anchor)
        self._alike: dict[tuple[str, tuple[str, ...]], list[Anchor]] = {}

    def alike(self, anchor: Anchor) -> list[Anchor]:
        """Those of its kind that whatever bears it bears, too; itself among them."""
        key = anchor.kind, anchor.contacts
        if key not in self._alike:
            borne = set(anchor.contacts)
            self._alike[key] = [other for other in self.by_kind[anchor.kind] if borne <= set(other.contacts)]
        return self._alike[key]


def anchors(model: SpineModel, flows: Iterable[Flow], leave_out: Collection[str] = ()) -> list[Anchor]:
    """Every pose of the flows, and moments between those that follow each other, with their mirror images.

    Args:
        leave_out: names of poses that nothing is to be known of.
    """
    out = []
    for flow in flows:
        for name in flow.poses:
            if name in leave_out:
                continue
            for pose in (flow.pose(name), flow.pose(name).mirrored()):
                out.append(Anchor(kind_of(pose), pose.contacts, written_q(model, pose, f"pose {name}")))
        for first, second in _steps(flow, leave_out):
            out += _between(model, first, second)
            out += _between(model, first.mirrored(), second.mirrored())
    return out


def kind_of(pose: Pose) -> str:
    """One of `pose_sampler.KIND_WEIGHTS`."""
    parts = {contact.removesuffix("_r").removesuffix("_l") for contact in pose.contacts}
    if parts & {"hand", "elbow"}:
        return "on_hands"
    if parts & _LYING:
        return "lying"
    if "seat" in parts:
        return "sitting"
    if "knee" in parts:
        return "kneeling"
    if not parts:
        return "in_air" if pose.above_floor_m > 0 else "lying"
    bent = min(pose.angles.get("knee_angle", 0.0), pose.angles.get("hip_flexion", 0.0))
    return "seated" if pose.balanced is False and bent > 45.0 else "standing"


def _steps(flow: Flow, leave_out: Collection[str]) -> Iterator[tuple[Pose, Pose]]:
    """Poses that follow each other in a clip, each pair once, variants of a clip left out."""
    seen = set()
    for name, clip in flow.clips.items():
        if any(name == f"{other}_{word}" for other, spec in flow.clips.items() for word in spec.variants):
            continue
        for (a, first), (b, second) in pairwise(zip(clip.played, flow.key_poses(name), strict=True)):
            pair = (a.pose, a.mirror, b.pose, b.mirror)
            if pair in seen or a.pose == b.pose or {a.pose, b.pose} & set(leave_out):
                continue
            seen.add(pair)
            yield first, second


def _between(model: SpineModel, first: Pose, second: Pose) -> Iterator[Anchor]:
    """Moments borne by what bears both poses, or else by what bears the nearer one."""
    start, end = (written_q(model, pose, strict=False) for pose in (first, second))
    shared = tuple(contact for contact in first.contacts if contact in second.contacts)
    for share in _ON_THE_WAY:
        nearer = first if share < 0.5 else second
        contacts = shared or nearer.contacts
        kind = kind_of(nearer.model_copy(update={"contacts": contacts}))
        yield Anchor(kind, contacts, start + share * (end - start), passing=True)
