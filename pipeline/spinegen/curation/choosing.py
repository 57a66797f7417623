"""Which pictures are worth a person's time: what the network is unsure of, and unlike what was chosen before."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..geometry.vectors import unit
from ..predict.tracks import SEEN_SCORE
from ..streams import Stream, generator
from .answers import inside_picture
from .looks import HASH_BITS, Look
from .similarity import similarity

ALIKE_BITS = 6
"""Pictures whose hashes differ in no more of 64 bits may be near duplicates,"""
ALIKE_LOSS = 0.15
"""and are where everybody's keypoints agree but for this share of OKS."""
SURE_KEYPOINTS = 6
"""So many surely seen keypoints tell whether two people stand alike."""
KMEANS_STEPS = 20


@dataclass(frozen=True)
class Chosen:
    """A picture for the round."""

    look: Look
    novelty: float
    """Cosine distance of the features of its least familiar person to the nearest person chosen before; 1 where there was none."""


def without_duplicates(looks: Sequence[Look], before: Sequence[Look] = ()) -> tuple[list[Look], list[Look]]:
    """Those that differ from all before them, and near duplicates: the same view with everybody (almost) where they were.

    Args:
        before: looks that are there anyway.
    """
    there = list(before)
    hashes = np.zeros((len(before) + len(looks), HASH_BITS), dtype=np.bool_)
    for row, look in enumerate(before):
        hashes[row] = look.hash64
    kept: list[Look] = []
    dropped: list[Look] = []
    for look in looks:
        near = np.flatnonzero((hashes[: len(there)] != look.hash64).sum(axis=1) <= ALIKE_BITS).tolist()
        if any(alike(look, there[i]) for i in near):
            dropped.append(look)
            continue
        hashes[len(there)] = look.hash64
        there.append(look)
        kept.append(look)
    return kept, dropped


def alike(first: Look, second: Look) -> bool:
    """Whether two pictures show the same, for a network."""
    if first.size_wh != second.size_wh or len(first.features) != len(second.features):
        return False
    if int((first.hash64 != second.hash64).sum()) > ALIKE_BITS:
        return False
    return all(
        min(_lost(first, i, second, k) for k in range(len(second.features))) < ALIKE_LOSS
        for i in range(len(first.features))
    )


def _lost(first: Look, i: int, second: Look, k: int) -> float:
    """OKS that person k of the second lacks to be person i of the first; guesses, outside the picture or not, count only where there is
    little else: they jump from one encoding of a picture to the next."""
    a, b = first.answer.keypoints_px[i], second.answer.keypoints_px[k]
    width, height = first.size_wh
    counted = inside_picture(a, (height, width)) & inside_picture(b, (height, width))
    sure = counted & (np.minimum(first.answer.scores[i], second.answer.scores[k]) >= SEEN_SCORE)
    if sure.sum() >= SURE_KEYPOINTS:
        counted = sure
    return 1 - similarity(a, b, first.answer.boxes_xywh_px[i], counted)


def choose_ranked(looks: Sequence[Look], count: int, before: Sequence[Look] = ()) -> list[Chosen]:
    """Greedy k-centre (Sener and Savarese, ICLR 2018) in the network's features, each distance times how unsure the network is.

    Args:
        looks: with somebody in each.
        before: looks of earlier rounds, from which novelty counts.
    """
    nearest = [_distances(look, before) for look in looks]
    unsure = np.array([look.unsure for look in looks])
    left = np.ones(len(looks), dtype=np.bool_)
    chosen: list[Chosen] = []
    while left.any() and len(chosen) < count:
        novelty = np.array([distances.max() for distances in nearest])
        best = int(np.argmax(np.where(left, unsure * novelty, -1.0)))
        chosen.append(Chosen(looks[best], float(novelty[best])))
        left[best] = False
        for i in np.flatnonzero(left).tolist():
            nearest[i] = np.minimum(nearest[i], _distances(looks[i], [looks[best]]))
    return chosen


def choose_spread(looks: Sequence[Look], count: int, before: Sequence[Look] = ()) -> list[Chosen]:
    """Pictures that stand for all: k-means of the features, each picture weighted by how unsure the network is, and of every group the
    one nearest its centre (CLUE, Prabhu et al., ICCV 2021). Where many are unsure there are more groups; one odd picture makes none.

    Args:
        looks: with somebody in each.
        before: looks of earlier rounds, from which novelty counts.
    """
    if len(looks) <= count:
        return [Chosen(look, float(_distances(look, before).max())) for look in looks]
    # features of one network point nearly the same way: what tells people apart is how they differ from the mean
    mean = np.mean([look.features.mean(axis=0) for look in looks], axis=0)
    points = np.array([unit(look.features.mean(axis=0) - mean) for look in looks], dtype=np.float64)
    weights = np.array([look.unsure for look in looks]) + 1e-6
    centres = points[_first_centres(points, weights, count)]
    for _ in range(KMEANS_STEPS):
        group = (points @ centres.T - 0.5 * (centres**2).sum(axis=1)).argmax(axis=1)
        totals = np.bincount(group, weights=weights, minlength=count)
        sums = np.stack([np.bincount(group, weights=weights * column, minlength=count) for column in points.T], axis=1)
        centres = np.where(totals[:, None] > 0, sums / np.maximum(totals, 1e-12)[:, None], centres)
    far = ((points[:, None] - centres[None]) ** 2).sum(axis=-1)
    chosen: list[int] = []
    for centre in np.argsort(-np.bincount(far.argmin(axis=1), weights=weights, minlength=count), kind="stable"):
        order = np.argsort(far[:, centre], kind="stable")
        chosen.append(next(int(i) for i in order if int(i) not in chosen))
    return [Chosen(looks[i], float(_distances(looks[i], before).max())) for i in chosen]


def _first_centres(points: NDArray[np.float64], weights: NDArray[np.float64], count: int) -> list[int]:
    """The heaviest first, then whatever is heaviest times farthest from those that are there."""
    centres = [int(weights.argmax())]
    nearest = ((points - points[centres[0]]) ** 2).sum(axis=1)
    while len(centres) < count:
        free = np.ones(len(points), dtype=np.bool_)
        free[centres] = False
        centres.append(int(np.argmax(np.where(free, weights * nearest, -1.0))))
        nearest = np.minimum(nearest, ((points - points[centres[-1]]) ** 2).sum(axis=1))
    return centres


def choose_random(looks: Sequence[Look], count: int, seed: int, before: Sequence[Look] = ()) -> list[Chosen]:
    """By chance alone; the same seed, looks and order choose the same."""
    order = generator(seed, Stream.LABEL_CHOICE, len(before)).permutation(len(looks))[:count]
    return [Chosen(looks[i], float(_distances(looks[i], before).max())) for i in order]


def _distances(look: Look, others: Sequence[Look]) -> NDArray[np.float64]:
    """(N,) for each person of a look, cosine distance to the nearest person of the others; 1 where there are none."""
    vectors = [other.features for other in others if len(other.features)]
    if not vectors:
        return np.ones(len(look.features))
    near = (look.features @ np.concatenate(vectors).T).max(axis=1)
    return np.clip(1 - near, 0, 1).astype(np.float64)
