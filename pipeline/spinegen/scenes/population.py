"""The people of a set: drawn once, each in training or in validation."""

from dataclasses import dataclass

import numpy as np

from ..errors import ConfigError
from ..humans.spec.person_spec import PersonSpec
from ..humans.spec.sample import sample_person
from ..humans.spec.spine_shape import sample_spine
from ..humans.spec.wardrobe import load_wardrobe
from ..streams import Stream, generator
from .settings import HeldSettings, SceneSettings


@dataclass(frozen=True)
class Member:
    """What the sampler knows of one person."""

    id: str
    sex: str
    age: float
    stature_m: float
    wardrobe: str
    hands_closed: tuple[float, float] = (0.0, 0.0)
    """Left and right, 0 open .. 1 a fist."""


def sample_population(settings: SceneSettings, seed: int) -> "tuple[dict[str, PersonSpec], dict[str, Member]]":
    """Everybody's full description and what the sampler knows of them, by id (`p0000`, ...).

    Raises:
        ConfigError: an unknown wardrobe.
    """
    wardrobes = {name: load_wardrobe(name) for name in settings.people.wardrobe.names}
    specs, members = {}, {}
    for index in range(settings.people.population):
        rng = generator(seed, Stream.PERSON.at(index))
        wardrobe = settings.people.wardrobe.sample(rng)
        spec = sample_person(rng, wardrobes[wardrobe])
        own = generator(seed, Stream.SPINE.at(index))
        spine = sample_spine(own, spec.sex, spec.age_years, settings.people.spine)
        hands = closed_hands(generator(seed, Stream.HANDS, index), settings.props.held)
        spec = spec.model_copy(update={"spine": spine, "hands_closed": hands})
        name = f"p{index:04d}"
        specs[name] = spec
        members[name] = Member(name, spec.sex, round(spec.age_years, 1), round(spec.stature_m, 3), wardrobe, hands)
    return specs, members


def closed_hands(rng: np.random.Generator, settings: HeldSettings) -> tuple[float, float]:
    """How far a person's left and right hand are closed: both, or the right or left one alone, or, of most people, neither."""
    if rng.random() >= settings.closed:
        return (0.0, 0.0)
    which = int(rng.choice(3, p=[0.6, 0.28, 0.12]))
    left, right = (round(float(rng.uniform(0.7, 0.9)), 3) for _ in range(2))
    return ((left, right), (0.0, right), (left, 0.0))[which]


def split_members(members: dict[str, Member], validation_share: float) -> dict[str, tuple[Member, ...]]:
    """Training and validation people: spread evenly over the drawn order, so no person is in both.

    Raises:
        ConfigError: too few people for both.
    """
    everybody = tuple(members.values())
    if validation_share == 0:
        return {"train": everybody, "val": ()}
    if len(everybody) < 2:
        raise ConfigError(
            f"people.population: found {len(everybody)}; a validation split needs at least 2 people, "
            "because nobody may be in training and validation (or set validation_share to 0)"
        )
    held = max(1, min(len(everybody) - 1, round(validation_share * len(everybody))))
    chosen = {int((index + 0.5) * len(everybody) / held) for index in range(held)}
    return {
        "train": tuple(m for i, m in enumerate(everybody) if i not in chosen),
        "val": tuple(m for i, m in enumerate(everybody) if i in chosen),
    }
