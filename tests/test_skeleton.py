"""The 37 keypoints hang together."""

import pytest

from spinegen import skeleton


def test_flip_is_an_involution_that_keeps_the_spine() -> None:
    assert [skeleton.FLIP[i] for i in skeleton.FLIP] == list(range(37))
    assert all(skeleton.FLIP[i] == i for i in skeleton.SPINE_CHAIN)
    assert skeleton.FLIP[skeleton.INDEX["left_heel"]] == skeleton.INDEX["right_heel"]


def test_links_are_the_39_published_ones_and_mirror_into_themselves() -> None:
    assert len(skeleton.LINKS) == 39
    undirected = {frozenset(link) for link in skeleton.LINKS}
    assert len(undirected) == 39
    assert {frozenset(skeleton.FLIP[i] for i in link) for link in undirected} == undirected


def test_spine_chain_follows_the_vertebrae_upwards() -> None:
    levels = [skeleton.KEYPOINTS[i].vertebra for i in skeleton.SPINE_CHAIN]
    assert levels == ["S1", "L5", "L3", "L1", "T8", "T3", "C7", "C4", "C1"]
    assert [skeleton.VERTEBRAE.index(v or "") for v in levels] == sorted(
        skeleton.VERTEBRAE.index(v or "") for v in levels
    )


def test_equals_the_spinepose_package_where_it_is_installed() -> None:
    metainfo = pytest.importorskip("spinepose.metainfo")
    info = metainfo.metainfo
    assert [info["keypoint_info"][i]["name"] for i in range(37)] == list(skeleton.NAMES)
    assert list(info["sigmas"]) == list(skeleton.SIGMAS)
