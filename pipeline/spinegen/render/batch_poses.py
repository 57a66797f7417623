"""Poses of the shots that a worker draws next: all those of a person are worked out together."""

from collections.abc import Mapping, Sequence

from ..biomech.fits.files import FittedClip
from ..records.plan_shot import PlacedPerson, Shot
from .avatar import Avatar, Pose

BLUR_PICTURES = 5
"""Sub-frames of a frame with motion blur."""


def sub_frame_shifts_s(shot: Shot) -> list[float]:
    """When the sub-frames of a shot are, before and after its moment; none for one without motion blur."""
    exposure = shot.sensor.exposure_s
    if exposure <= 0.0:
        return []
    shifts = [exposure * (index / (BLUR_PICTURES - 1) - 0.5) for index in range(BLUR_PICTURES)]
    return [shift for shift in shifts if abs(shift) >= 1e-9]


class BatchPoses:
    """Poses by shot, person and shift. Which shots are expected together changes no bit of them."""

    def __init__(self, clips: Mapping[str, FittedClip]) -> None:
        self._clips = clips
        self._shots: Sequence[Shot] = ()
        self._known: dict[tuple[int, str, float], Pose] = {}

    def expect(self, shots: Sequence[Shot]) -> None:
        """Forget what was, and get ready for these shots."""
        self._shots, self._known = shots, {}

    def pose(self, shot: Shot, placed: PlacedPerson, avatar: Avatar, shift_s: float = 0.0) -> Pose:
        """The avatar of one placed person of a shot, `shift_s` from its moment."""
        wanted = (shot.shot, placed.person, shift_s)
        if wanted not in self._known:
            if all(shot.shot != other.shot for other in self._shots):
                self.expect((shot,))
            keys, moments = [], []
            for other in self._shots:
                for one in other.people:
                    if one.person == placed.person:
                        for shift in (0.0, *sub_frame_shifts_s(other)):
                            keys.append((other.shot, one.person, shift))
                            moments.append((one, shift))
            self._known |= dict(zip(keys, avatar.poses(moments, self._clips), strict=True))
        return self._known[wanted]
