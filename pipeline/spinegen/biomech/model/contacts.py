"""What of a body may touch the floor: stations and how high they lie when it does."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contact:
    """A part that lies on the floor."""

    stations: tuple[str, ...]
    heights_m: tuple[float, ...]
    """Height of each station above the floor in contact: the flesh or hand beneath it."""


def _contacts() -> dict[str, Contact]:
    table: dict[str, Contact] = {
        "forehead": Contact(("landmark/FORE",), (0.01,)),
        "back_of_head": Contact(("landmark/BACK",), (0.005,)),
        "back": Contact(("posterior/T6",), (0.016,)),
        "sacrum": Contact(("posterior/S1",), (0.018,)),
    }
    for side in "rl":
        big = side.upper()

        def marks(*names: str, big: str = big) -> tuple[str, ...]:
            return tuple(f"landmark/{big}{name}" for name in names)

        soles = tuple(f"sole/{part}_{side}" for part in ("heel", "ball", "toe"))
        table |= {
            f"foot_{side}": Contact(soles, (0.0, 0.0, 0.0)),
            f"ball_{side}": Contact(soles[1:], (0.0, 0.0)),
            f"heel_{side}": Contact(soles[:1], (0.0,)),
            f"toe_{side}": Contact(soles[2:], (0.0,)),
            f"heel_back_{side}": Contact(marks("HEE"), (0.005,)),
            f"instep_{side}": Contact(marks("TOE"), (0.01,)),
            f"knee_{side}": Contact(marks("TTB"), (0.01,)),
            f"thigh_{side}": Contact(marks("THF"), (0.01,)),
            f"hip_{side}": Contact(marks("ASI"), (0.02,)),
            f"hand_{side}": Contact(marks("MC2", "MC5", "FTP"), (0.038, 0.038, 0.018)),
            f"fingers_{side}": Contact(marks("FTP"), (0.018,)),
            f"elbow_{side}": Contact(marks("ELP"), (0.005,)),
            f"shoulder_{side}": Contact((f"joint/humerus_{side}",), (0.065,)),
            f"seat_{side}": Contact((f"joint/femur_{side}",), (0.09,)),
        }
    return table


CONTACTS: dict[str, Contact] = _contacts()
"""Sole, ball, heel, tip, top of the foot and back of the heel, knee, front of thigh and hip, palm, fingertips, elbow, shoulder
and buttock of each side; forehead, back of the head, chest and sacrum. A buttock is a ball about the hip joint: sitting, lying
and rolling, the joint's centre stays about as far from the floor."""

FLOOR_STATIONS: dict[str, float] = {
    station: height
    for contact in CONTACTS.values()
    for station, height in zip(contact.stations, contact.heights_m, strict=True)
}
"""Every station that may lie on the floor and none of which may sink into it."""
