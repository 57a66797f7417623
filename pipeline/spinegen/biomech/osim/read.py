"""Models from .osim files: our own as they are, anybody else's through a mapping file."""

from dataclasses import replace
from pathlib import Path

from ...errors import ModelError
from ..anatomy.assemble import load_model
from ..model.definition import Definition
from ..model.spine_model import SpineModel
from .mapping import apply_mapping
from .parse import Parsed, parse_osim
from .write import CARRIER_SUFFIX

_KINDS = ("keypoint", "centroid", "posterior", "landmark", "joint", "sole", "marker")


def read_osim(path: Path, mapping: Path | None = None) -> SpineModel:
    """A model from a file.

    Args:
        path: a model that `SpineModel.write_osim` wrote, or any other together with
        mapping: a YAML file that says which of its bodies, coordinates and points are ours (docs/own_model.md).

    Raises:
        ModelError: the file does not load, or lacks what is needed; the text lists what is missing.
        ConfigError: the mapping is not valid.
    """
    path = Path(path)
    parsed = parse_osim(path)
    if mapping is not None:
        return SpineModel(apply_mapping(parsed, Path(mapping), path))
    return SpineModel(_our_own(parsed, path))


def _our_own(parsed: Parsed, path: Path) -> Definition:
    """A model that we wrote: what the file does not say (regions, rhythms) is the same in every model of ours."""
    template = load_model("unisex").definition
    missing = [body.name for body in template.bodies if body.name not in parsed.bodies]
    if missing:
        raise ModelError(
            f"{path}: not a model of ours, it lacks the bodies {_listed(missing)}; give a mapping file (see docs/own_model.md)"
        )
    stations = {_station_name(name): station for name, station in parsed.markers.items()}
    unplaced = [
        name for name in template.stations if name.startswith(("keypoint/", "centroid/")) and name not in stations
    ]
    if unplaced:
        raise ModelError(f"{path}: not a model of ours, it lacks the markers {_listed(unplaced)}")
    carriers = {name for name in parsed.bodies if name.endswith(CARRIER_SUFFIX)}
    regional = {r.coordinate for r in template.rhythms}
    lost = {c.name for c in template.coordinates} - parsed.coordinates.keys() - regional
    known = template.coordinate_of
    # In the order of our own models, then whatever else somebody else's model has that was mapped before it was written.
    order = [name for name in known if name in parsed.coordinates] if not lost else list(parsed.coordinates)
    return Definition(
        name=parsed.name,
        bodies=tuple(body for name, body in parsed.bodies.items() if name not in carriers),
        joints=tuple(joint for joint in parsed.joints if joint.child not in carriers),
        coordinates=tuple(
            replace(parsed.coordinates[name], kind=known[name].kind, region=known[name].region)
            if name in known
            else parsed.coordinates[name]
            for name in order
        ),
        couplers=tuple(parsed.couplers),
        rhythms=template.rhythms
        if not lost
        else tuple(r for r in template.rhythms if {r.coordinate, *r.levels} <= set(order)),
        stations=stations,
        endplate_s1_rad=template.endplate_s1_rad,
        conventions="theirs" if lost else "ours",
    )


def _station_name(marker: str) -> str:
    kind, _, rest = marker.partition("_")
    return f"{kind}/{rest}" if kind in _KINDS else marker


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:12])
    return shown if len(names) <= 12 else f"{shown} and {len(names) - 12} more"
