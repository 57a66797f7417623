"""What plan, client and engine all know of each kind of prop: how large it usually is, and which are held in a hand."""

SIZES_CM: dict[str, tuple[float, float, float]] = {
    "mat": (183, 61, 0.6), "block": (23, 15, 10), "bolster": (65, 24, 24), "ball": (65, 65, 65), "dumbbell": (32, 14, 14),
    "barbell": (210, 45, 45), "rack": (120, 140, 220), "bench": (120, 35, 45), "step": (95, 38, 18), "box": (50, 50, 50),
    "chair": (45, 48, 88), "office_chair": (62, 62, 105), "stool": (36, 36, 48), "table": (140, 80, 74),
    "desk": (150, 75, 74), "sofa": (200, 90, 80), "couch": (190, 65, 75), "shelf": (90, 32, 180),
    "cabinet": (90, 45, 110), "plant": (50, 50, 120), "tree": (300, 300, 500), "bush": (120, 120, 110),
    "panel": (120, 8, 175), "pole": (9, 9, 280), "cone": (32, 32, 48), "bollard": (22, 22, 95),
    "street_lamp": (60, 40, 450), "bin": (42, 42, 80), "monitor": (55, 18, 45), "wall": (200, 20, 220),
    "sphere": (40, 40, 40), "cylinder": (40, 40, 60), "counter": (200, 65, 100), "railing": (260, 6, 105),
    "car": (430, 178, 146), "piano": (148, 62, 122), "racket": (68, 1, 25), "club": (105, 3, 11), "broom": (150, 30, 6),
    "bar": (120, 3, 3), "phone": (15.5, 7.4, 0.9), "cup": (10.5, 8, 8), "bottle": (23, 7, 7), "bag": (36, 14, 48),
}  # fmt: skip
"""Usual extents along the thing's own X, Y and Z."""
HELD_ONLY = ("racket", "club", "broom", "bar", "phone", "cup", "bottle", "bag")
"""Kinds whose origin is where a hand holds them; all others stand on theirs, spheres lie around it."""
