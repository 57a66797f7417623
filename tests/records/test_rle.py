"""Run-length masks are those of pycocotools, and nonsense is refused before anything is filled in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from spinegen.records.rle import area_and_box, mask_of, run_lengths


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40), st.sampled_from([0.0, 0.02, 0.5, 1.0]))
def test_compressed_and_plain_masks_are_the_same(seed: int, height: int, width: int, share: float) -> None:
    mask = (np.random.default_rng(seed).random((height, width)) < share).astype(np.uint8)
    encoded = coco_mask.encode(np.asfortranarray(mask))
    text = encoded["counts"].decode() if isinstance(encoded["counts"], bytes) else encoded["counts"]
    runs = run_lengths(text, (height, width))
    assert np.array_equal(mask_of(runs, (height, width)), mask)
    assert np.array_equal(run_lengths(tuple(runs.tolist()), (height, width)), runs)
    area, box = area_and_box(runs, (height, width))
    assert area == mask.sum()
    assert list(box) == coco_mask.toBbox(encoded).astype(int).tolist() or area == 0


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        ((5, 5), "fill 10 pixels"),
        ((20, -4), "negative"),
        ("", "fill 0 pixels"),
        ("`", "cut off"),
        ("ooooooooo0", "longer than any picture"),
        ("!", "other characters"),
        ("é", "fill|other characters"),
    ],
)
def test_counts_that_are_none_are_refused(counts: str | tuple[int, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        run_lengths(counts, (4, 4))
