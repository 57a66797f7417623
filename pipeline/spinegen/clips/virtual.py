"""Channels of a capture file that are no points on a body."""

import re

_OUTPUTS = re.compile(
    r"(angles?|forces?|moments?|powers?|reactions?|velocit(y|ies)|grf|grm|cop|footprogress\w*)\d*$", re.IGNORECASE
)
"""Ends of the names under which Vicon writes model outputs into POINT data."""
_UNLABELLED = re.compile(r"^(\*|u_|c_|unlabel+ed|uname|unknown|noname)[\s_*-]*\d*$", re.IGNORECASE)
"""Trajectories that nobody named (`*115`, `U_12`, `Unlabeled 3`)."""
_SEGMENT_AXES = "OALP"
"""Plug-in Gait writes a segment's axes as four points: origin, anterior, lateral, proximal (`PELO PELA PELL PELP`)."""


def virtual_labels(labels: tuple[str, ...]) -> set[str]:
    """Labels (without prefixes) that are outputs of a model, segment axes or unnamed trajectories."""
    known = set(labels)
    dropped = {label for label in known if _OUTPUTS.search(label) or _UNLABELLED.match(label) or not label.strip()}
    stems = {label[:-1] for label in known if len(label) > 2 and label[-1:] in _SEGMENT_AXES}
    for stem in stems:
        axes = {stem + axis for axis in _SEGMENT_AXES}
        if axes <= known:
            dropped |= axes
    return dropped
