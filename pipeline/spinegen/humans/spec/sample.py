"""Draws one person: measures from the population, a face, a complexion, hair and an outfit from a wardrobe."""

from collections.abc import Mapping
from typing import cast

import numpy as np

from . import colours
from .person_spec import Fabric, Face, Garment, GarmentKind, Hair, HairStyle, Pattern, PersonSpec, Rgb, Skin
from .population import Measures, Population, sample_measures
from .wardrobe import Outfit, Wardrobe, load_wardrobe

Rng = np.random.Generator

FACE_PAIRS = (
    "head-fat", "head-scale-horiz", "head-scale-vert", "head-scale-depth", "forehead-temple", "forehead-scale-vert",
    "eyebrows-angle", "eyebrows-trans", "nose-base", "nose-compression", "nose-curve", "nose-hump", "nose-point",
    "nose-scale-depth", "nose-scale-horiz", "nose-scale-vert", "nose-volume", "nose-width1", "nose-width2", "nose-width3",
    "mouth-cupidsbow", "mouth-lowerlip-volume", "mouth-upperlip-volume", "mouth-scale-horiz", "mouth-trans",
    "chin-height", "chin-prominent", "chin-width", "chin-bones", "chin-jaw-drop",
)  # fmt: skip
FACE_SIDES = (
    "cheek-bones",
    "cheek-volume",
    "eye-scale",
    "eye-corner1",
    "eye-corner2",
    "eye-height2",
    "ear-scale",
    "ear-wing",
)
BUILD_PAIRS = (
    "torso-vshape",
    "torso-scale-horiz",
    "hip-scale-horiz",
    "buttocks-volume",
    "stomach-tone",
    "neck-scale-horiz",
)
EXPRESSIONS: tuple[tuple[str, ...], ...] = (
    ("mouthSmileLeft", "mouthSmileRight"), ("mouthFrownLeft", "mouthFrownRight"), ("jawOpen",), ("browInnerUp",),
    ("browDownLeft", "browDownRight"), ("eyeSquintLeft", "eyeSquintRight"), ("eyeBlinkLeft", "eyeBlinkRight"),
    ("cheekSquintLeft", "cheekSquintRight"), ("mouthPressLeft", "mouthPressRight"), ("mouthPucker",),
)  # fmt: skip
EXPRESSION_LIMIT = {"jawOpen": 0.35, "eyeBlinkLeft": 0.35, "eyeBlinkRight": 0.35, "mouthPucker": 0.4}

LOOSE_M: Mapping[str, tuple[float, float]] = {
    "t_shirt": (0.004, 0.035), "long_sleeve": (0.003, 0.025), "tank_top": (0.001, 0.02), "sports_bra": (0.0, 0.001),
    "hoodie": (0.012, 0.03), "shirt": (0.008, 0.03), "leggings": (0.0, 0.0005), "shorts": (0.006, 0.035),
    "jeans": (0.004, 0.022), "trousers": (0.008, 0.03), "sweatpants": (0.012, 0.035), "skirt": (0.0, 0.04),
    "dress": (0.004, 0.04), "one_piece": (0.0, 0.001), "shoes": (0.004, 0.008), "socks": (0.001, 0.002), "cap": (0.0, 0.004),
}  # fmt: skip


def sample_person(rng: Rng, wardrobe: str | Wardrobe, population: Population | None = None) -> PersonSpec:
    """One person dressed from a wardrobe (a shipped name, a file or settings); a pure function of the generator's state.

    Raises:
        ConfigError: the wardrobe is not found or not valid.
    """
    chosen = load_wardrobe(wardrobe) if isinstance(wardrobe, str) else wardrobe
    measures = sample_measures(rng, population or chosen.population)
    melanin = colours.sample_melanin(rng, measures.ancestry)
    natural, worn = colours.sample_hair_colour(rng, melanin)
    grey = (
        float(np.clip((measures.age_years - 38.0) / 40.0 + rng.normal(0.0, 0.2), 0.0, 1.0))
        if measures.age_years > 35
        else 0.0
    )
    return PersonSpec(
        sex=measures.sex,
        age_years=measures.age_years,
        stature_m=measures.stature_m,
        bmi=measures.bmi,
        muscle=measures.muscle,
        masculinity=_round(np.clip((0.96 if measures.sex == "male" else 0.04) + rng.normal(0, 0.06), 0, 1)),
        proportions=_round(rng.uniform(0.5, 0.85)),
        ancestry=measures.ancestry,
        cup=_round(np.clip(rng.normal(0.45, 0.15), 0.05, 0.95)),
        firmness=_round(np.clip(0.75 - (measures.age_years - 20.0) * 0.008 + rng.normal(0, 0.1), 0.05, 0.95)),
        build={pair: _round(np.clip(rng.normal(0, 0.22), -0.6, 0.6)) for pair in BUILD_PAIRS},
        hand_curl=_round(np.clip(rng.normal(0.95, 0.3), 0.1, 1.5)),
        face=_face(rng, measures, melanin, colours.greyed(natural, grey * 0.7)),
        skin=Skin(
            melanin=_round(melanin),
            redness=_round(rng.uniform(0.2, 0.9)),
            freckles=_round(rng.uniform(0.2, 1.0)) if melanin < 0.3 and rng.random() < 0.3 else 0.0,
            blemish=_round(rng.uniform(0.05, 0.8)),
            roughness=_round(rng.uniform(0.54, 0.72)),
            seed=_seed(rng),
        ),
        hair=_hair(rng, measures, melanin, worn, grey=grey),
        garments=_dress(rng, chosen, measures),
    )


def _face(rng: Rng, measures: Measures, melanin: float, hair: Rgb) -> Face:
    shape = {pair: _round(np.clip(rng.normal(0, 0.34), -0.85, 0.85)) for pair in FACE_PAIRS}
    for pair in FACE_SIDES:
        amount = np.clip(rng.normal(0, 0.32), -0.75, 0.75)
        shape |= {f"{side}-{pair}": _round(amount + rng.normal(0, 0.03)) for side in "lr"}
    expression: dict[str, float] = {}
    for group in EXPRESSIONS:
        if rng.random() < 0.3:
            amount = 0.75 * rng.beta(1.1, 2.2)
            expression |= {name: _round(min(amount, EXPRESSION_LIMIT.get(name, 0.8))) for name in group}
    beard = "none"
    if measures.sex == "male" and measures.age_years > 18:
        beard = str(rng.choice(["none", "stubble", "short", "full"], p=[0.5, 0.22, 0.16, 0.12]))
        if beard == "full" and measures.age_years < 22:
            beard = "stubble"
    return Face.model_validate(
        {
            "shape": shape,
            "expression": expression,
            "iris": colours.sample_iris(rng, melanin),
            "brow": tuple(_round(c * 0.85) for c in hair),
            "brow_strength": _round(rng.uniform(0.55, 0.95)),
            "beard": beard,
            "beard_colour": hair,
        }
    )


def _hair(rng: Rng, measures: Measures, melanin: float, colour: Rgb, *, grey: float) -> Hair:
    old = max(measures.age_years - 30.0, 0.0) / 50.0
    if measures.sex == "male":
        styles: dict[HairStyle, float] = {
            "bald": 0.04 + 0.45 * old,
            "buzz": 0.2,
            "short": 0.5,
            "medium": 0.12,
            "long": 0.04,
            "bun": 0.02,
        }
    else:
        styles = {"short": 0.12 + 0.3 * old, "medium": 0.2, "long": 0.26, "bun": 0.2, "ponytail": 0.22}
    if melanin > 0.6:
        styles |= {"afro": 0.2, "curly": 0.25, "buzz": styles.get("buzz", 0.0) + 0.2}
    elif rng.random() < 0.2:
        styles |= {"curly": 0.3}
    style = cast(HairStyle, _pick(rng, cast("dict[str, float]", styles)))
    length = {
        "bald": 0.0,
        "buzz": 0.004,
        "short": 0.03,
        "medium": 0.12,
        "long": 0.3,
        "bun": 0.2,
        "ponytail": 0.3,
        "curly": 0.06,
        "afro": 0.07,
    }
    volume = {
        "bald": 0.0,
        "buzz": 0.003,
        "short": 0.014,
        "medium": 0.02,
        "long": 0.016,
        "bun": 0.009,
        "ponytail": 0.009,
        "curly": 0.035,
        "afro": 0.06,
    }
    return Hair(
        style=style,
        colour=colours.greyed(colour, grey),
        length_m=_round(length[style] * rng.uniform(0.7, 1.4)),
        volume_m=_round(volume[style] * rng.uniform(0.75, 1.3)),
        hairline=_round(np.clip(rng.normal(0.0, 0.3) + (old if measures.sex == "male" else 0.0), -1, 1)),
        grey=_round(grey),
        seed=_seed(rng),
    )


def _dress(rng: Rng, wardrobe: Wardrobe, measures: Measures) -> tuple[Garment, ...]:
    fitting = [o for o in wardrobe.outfits if o.sex in ("any", measures.sex)] or list(wardrobe.outfits)
    outfit = fitting[int(rng.choice(len(fitting), p=_shares([o.weight for o in fitting])))]
    kinds: list[str] = []
    if outfit.whole and (set(outfit.bottom) == {"none"} or rng.random() < 0.5):
        kinds.append(_pick(rng, outfit.whole))
    else:
        top, bottom = _pick(rng, outfit.top), _pick(rng, outfit.bottom)
        if top == "none" and measures.sex == "female":
            top = "tank_top"
        kinds += [bottom, top]
    kinds += [_pick(rng, outfit.feet), _pick(rng, outfit.head)]
    worn = [sample_garment(rng, cast(GarmentKind, k), outfit) for k in kinds if k not in ("none", "bare")]
    return tuple(_tuck(rng, worn))


def _tuck(rng: Rng, worn: list[Garment]) -> list[Garment]:
    """Tops go into skirts, and shirts often into trousers."""
    over = next((g for g in worn if g.kind in ("skirt", "trousers", "jeans")), None)
    if over is None or not (over.kind == "skirt" or rng.random() < 0.3):
        return worn
    tops = ("shirt", "t_shirt", "tank_top", "long_sleeve")
    return [
        g.model_copy(update={"tucked_rise": over.rise, "looseness_m": min(g.looseness_m, 0.008)})
        if g.kind in tops
        else g
        for g in worn
    ]


def sample_garment(rng: Rng, kind: GarmentKind, outfit: Outfit) -> Garment:
    """One garment of a kind, in an outfit's fabrics and fit."""
    low, high = LOOSE_M[kind]
    loose = low + (high - low) * rng.uniform(*outfit.fit)
    sleeve = {
        "t_shirt": (0.24, 0.42),
        "long_sleeve": (0.93, 1.0),
        "hoodie": (0.95, 1.0),
        "shirt": (0.3, 1.0),
        "dress": (0.0, 0.5),
    }
    leg = {
        "leggings": (0.72, 1.0),
        "shorts": (0.2, 0.5),
        "skirt": (0.25, 0.75),
        "dress": (0.3, 0.8),
        "one_piece": (0.0, 0.05),
    }
    hem = {"tank_top": (-0.15, 0.15), "sports_bra": (-1.0, -0.9)}
    neckline = {
        "tank_top": (0.35, 0.8),
        "sports_bra": (0.5, 0.8),
        "dress": (0.2, 0.7),
        "one_piece": (0.5, 0.9),
        "hoodie": (0.0, 0.1),
    }
    return Garment(
        kind=kind,
        fabric=_fabric(rng, kind, outfit),
        looseness_m=_round(loose),
        wrinkle_m=_round(0.0006 + 0.09 * loose * rng.uniform(0.6, 1.3)),
        sleeve=_round(rng.uniform(*sleeve.get(kind, (0.0, 0.0)))),
        leg=_round(rng.uniform(*leg.get(kind, (0.97, 1.0)))),
        hem=_round(rng.uniform(*hem.get(kind, (-0.1, 0.25)))),
        rise=_round(rng.uniform(0.3, 0.9) if kind in ("leggings", "skirt") else rng.uniform(0.1, 0.55)),
        neckline=_round(rng.uniform(*neckline.get(kind, (0.05, 0.4)))),
        seed=_seed(rng),
    )


def _fabric(rng: Rng, kind: GarmentKind, outfit: Outfit) -> Fabric:
    pattern = _pick(rng, cast("dict[str, float]", outfit.patterns))
    if kind == "jeans":
        pattern = "denim"
    elif kind in ("shoes", "socks", "cap", "sports_bra", "hoodie", "sweatpants") and rng.random() < 0.75:
        pattern = "plain"
    scales = {
        "stripes": (0.015, 0.06),
        "pinstripes": (0.008, 0.02),
        "plaid": (0.03, 0.09),
        "dots": (0.015, 0.05),
        "camouflage": (0.06, 0.14),
        "floral": (0.04, 0.1),
    }
    can_print = pattern in ("plain", "melange") and kind in ("t_shirt", "long_sleeve", "hoodie", "tank_top")
    shown = (
        str(rng.choice(["block", "ring", "lines", "letters"])) if can_print and rng.random() < outfit.prints else "none"
    )
    return Fabric.model_validate(
        {
            "pattern": pattern,
            "colours": colours.sample_denim(rng) if pattern == "denim" else colours.sample_cloth(rng, outfit.palette),
            "scale_m": _round(rng.uniform(*scales.get(cast(Pattern, pattern), (0.02, 0.04)))),
            "print": shown,
            "seed": _seed(rng),
        }
    )


def _pick(rng: Rng, weights: Mapping[str, float]) -> str:
    names = list(weights)
    return names[int(rng.choice(len(names), p=_shares(list(weights.values()))))]


def _shares(weights: list[float]) -> np.ndarray:
    values = np.asarray(weights, dtype=np.float64)
    return values / values.sum()


def _round(value: float | np.floating) -> float:
    return round(float(value), 4)


def _seed(rng: Rng) -> int:
    return int(rng.integers(2**31))
