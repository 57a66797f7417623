"""Which marker set a clip was captured with, and that every set speaks the model's language."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spinegen.clips.anatomy import SEGMENTS
from spinegen.clips.clip import Clip
from spinegen.clips.marker_set import load_marker_set, shipped_marker_sets
from spinegen.clips.matching import choose, find_match, match_labels, rank
from spinegen.clips.options import ReadOptions
from spinegen.clips.read import read_clip
from spinegen.errors import ConfigError, MarkerSetError
from support.clip_captures import SHARED_CLIPS, plug_in_gait, walker, write_c3d, write_trc, z_up_to_y_up

SETS = shipped_marker_sets()


def clip_with(labels: tuple[str, ...]) -> Clip:
    positions = np.random.default_rng(0).normal(size=(3, len(labels), 3))
    return Clip("a", Path("a.c3d"), 100.0, np.arange(3) / 100, labels, positions, "markers")


@pytest.mark.parametrize("name", list(SETS))
def test_every_station_exists_in_the_model_and_belongs_to_a_segment(name: str) -> None:
    from spinegen.biomech.anatomy.assemble import load_model

    stations = {row.station for row in SETS[name].markers.values()}
    assert stations <= set(load_model("unisex").stations)
    assert stations <= set(SEGMENTS)


@pytest.mark.parametrize("name", list(SETS))
def test_every_set_is_found_by_its_own_labels_in_any_spelling(name: str) -> None:
    labels = tuple(label for label, row in SETS[name].markers.items() if not row.optional)
    for spelled in (labels, tuple(label.upper().replace("_", " ") for label in labels)):
        best = rank(spelled)[0]
        assert best.name == name
        assert best.missing == ()


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("cmu_02_05_punch.c3d", "cmu41"),
        ("plugingait_static.c3d", "plug_in_gait"),
        ("opencap_squats.trc", "opencap"),
        ("opencap_static.trc", "opencap"),
    ],
)
def test_real_captures_are_recognised_with_every_marker(file: str, expected: str) -> None:
    path = SHARED_CLIPS / file
    if not path.exists():
        pytest.skip("the real clips are not here")
    match = choose(read_clip(path))
    assert match.name == expected
    assert match.missing == ()
    assert "score" in match.why


def test_a_named_set_is_used_even_where_another_fits_better() -> None:
    labels = tuple(label for label, row in SETS["bvh_mixamo"].markers.items() if not row.optional)
    joints = replace(clip_with(labels), kind="joints")
    assert choose(joints).name == "bvh_mixamo"
    assert choose(joints, "bvh_lafan").name == "bvh_lafan"


def test_a_user_s_own_file_works(tmp_path: Path) -> None:
    needed = [row.station for row in SETS["plug_in_gait"].markers.values() if not row.optional]
    rows = "\n".join(f"  own{i}: {{station: {station}}}" for i, station in enumerate(needed))
    (tmp_path / "lab.yaml").write_text(f"kind: markers\nmarkers:\n{rows}\n")
    match = choose(clip_with(tuple(f"own{i}" for i in range(39))), str(tmp_path / "lab.yaml"))
    assert match.name == "lab"
    assert len(match.rows) == 39


def test_unknown_sets_and_broken_files_are_named(tmp_path: Path) -> None:
    labels, _ = plug_in_gait(frames=3)
    with pytest.raises(ConfigError, match="shipped are: azure_kinect"):
        choose(clip_with(labels), "vicon")
    (tmp_path / "twice.yaml").write_text(
        "kind: markers\nmarkers:\n" + "\n".join(f"  m{i}: {{station: landmark/C7, aliases: [same]}}" for i in range(8))
    )
    with pytest.raises(ConfigError, match="'same' belongs to both 'm0' and 'm1'"):
        load_marker_set(tmp_path / "twice.yaml")


def test_too_few_markers_name_the_segment_and_what_is_missing() -> None:
    labels, _ = plug_in_gait(frames=3)
    one_leg = tuple(label for label in labels if label not in ("LKNE", "LTIB", "LANK", "LHEE", "LTOE"))
    with pytest.raises(MarkerSetError, match=r"left leg \(missing: .*LKNE.*LANK"):
        choose(clip_with(one_leg))


def test_the_match_gives_stations_by_the_clip_s_labels() -> None:
    labels, _ = plug_in_gait(frames=3)
    match = choose(clip_with(labels))
    assert match.stations["LASI"] == "landmark/LASI"
    assert match.rows["RTHI"].role == "cluster"


PLUG_IN_GAIT = tuple(label for label, row in SETS["plug_in_gait"].markers.items() if not row.optional)


def test_a_table_of_joints_in_a_marker_format_finds_its_joint_set(tmp_path: Path) -> None:
    body = walker()
    short = {name: f"{name[0].upper()}{name.split('_')[1].title()}" for name in body if "_" in name} | {"nose": "Nose"}
    points = np.stack(list(body.values()), axis=1)
    clip = read_clip(write_trc(tmp_path / "a.trc", tuple(short[name] for name in body), points, 50.0, unit="m"))
    assert clip.kind == "joints"
    assert choose(clip).name == "coco17"
    assert len(choose(clip).rows) == 17


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (
            "Hips Spine1 Spine2 Spine3 Spine4 Neck Head {Side}Shoulder {Side}Arm {Side}ForeArm {Side}Hand {Side}Thigh {Side}Shin {Side}Foot {Side}Toe",
            "bvh_rokoko",
        ),
        (
            "Hips Chest Chest2 Chest3 Chest4 Neck Head {Side}Collar {Side}Shoulder {Side}Elbow {Side}Wrist {Side}Hip {Side}Knee {Side}Ankle {Side}Toe",
            "bvh_xsens",
        ),
        (
            "Hips Chest Neck Head {Side}Collar {Side}Shoulder {Side}Elbow {Side}Wrist {Side}Hip {Side}Knee {Side}Ankle",
            "bvh_xsens",
        ),
        (
            "jL5S1 jL4L3 jL1T12 jT9T8 jT1C7 jC1Head j{Side}T4Shoulder j{Side}Shoulder j{Side}Elbow j{Side}Wrist j{Side}Hip j{Side}Knee j{Side}Ankle j{Side}BallFoot",
            "xsens_mvn",
        ),
        (
            "pelvis spine_01 spine_02 spine_03 neck_01 head clavicle_{s} upperarm_{s} lowerarm_{s} hand_{s} thigh_{s} calf_{s} foot_{s} ball_{s}",
            "bvh_unreal",
        ),
        (
            "pelvis_4X4 torso_4X4 head_4X4 {s}_uarm_4X4 {s}_larm_4X4 {s}_hand_4X4 {s}_thigh_4X4 {s}_shank_4X4 {s}_foot_4X4 {s}_toes_4X4",
            "theia",
        ),
        (
            "SJN SXS CV7 TV8 {S}_SAE {S}_HLE {S}_RSP {S}_USP {S}_IAS {S}_IPS {S}_FTC {S}_FLE {S}_FME {S}_TTC {S}_FAL {S}_TAM {S}_FCC {S}_FM1 {S}_FM5",
            "isb_landmarks",
        ),
        (
            "SJN SXS CV7 {S}CAJ {S}HLE {S}RSP {S}USP {S}IAS {S}IPS {S}FLE {S}FME {S}FAL {S}TAM {S}FCC {S}FM1 {S}FM5",
            "isb_landmarks",
        ),
        (
            "HeadFront HeadL HeadR Chest SpineThoracic2 SpineThoracic12 WaistBack Waist{S}Front {S}ShoulderTop {S}ElbowOut {S}ElbowIn {S}WristIn {S}WristOut {S}Hand2 {S}ThighFrontLow {S}KneeOut {S}ShinFrontHigh {S}AnkleOut {S}HeelBack {S}Forefoot2 {S}Forefoot5",
            "qualisys",
        ),
        (
            "HeadTop HeadFront BackTop BackLeft BackRight Chest Waist{S}Front Waist{S}Back {S}ShoulderTop {S}ShoulderBack {S}UArmHigh {S}ElbowOut {S}WristIn {S}WristOut {S}HandOut {S}Thigh {S}KneeOut {S}Shin {S}AnkleOut {S}ToeIn {S}ToeOut",
            "optitrack",
        ),
        (
            "pHipOrigin pSacrum pL5SpinalProcess pC7SpinalProcess pPX pIJ pTopOfHead p{Side}ASI p{Side}Acromion p{Side}ArmLatEpicondyle p{Side}ArmMedEpicondyle p{Side}UlnarStyloid p{Side}RadialStyloid p{Side}KneeLatEpicondyle p{Side}KneeMedEpicondyle p{Side}LatMalleolus p{Side}MedMalleolus p{Side}HeelFoot p{Side}FirstMetatarsal p{Side}FifthMetatarsal p{Side}Toe",
            "mvn_landmarks",
        ),
        (
            "C7 CLAV {S}ACR {S}ASH {S}PSH {S}UA1 {S}UA2 {S}UA3 {S}LEL {S}MEL {S}FAradius {S}FAulna {S}ASI {S}PSI {S}TH1 {S}TH2 {S}TH3 {S}LFC {S}MFC {S}TB1 {S}TB2 {S}TB3 {S}LMAL {S}MMAL {S}CAL {S}TOE {S}MT5",
            "rajagopal",
        ),
        (
            "R.Clavicle {S}.Shoulder {S}.Elbow {S}.Forearm {S}.Wrist {S}.ASIS {S}.PSIS {S}.TH1 {S}.TH2 {S}.TH3 {S}.Knee {S}.SH1 {S}.SH2 {S}.SH3 {S}.Ankle {S}.Heel {S}.MT5 {S}.Toe",
            "rajagopal",
        ),
        (
            "Top.Head Sternum V.Sacral {S}.Acromium {S}.Bicep {S}.Elbow {S}.Wrist.Lat {S}.Wrist.Med {S}.ASIS {S}.Thigh.Upper {S}.Thigh.Front {S}.Thigh.Rear {S}.Knee.Lat {S}.Shank.Upper {S}.Shank.Front {S}.Shank.Rear {S}.Ankle.Lat {S}.Heel {S}.Midfoot.Sup {S}.Midfoot.Lat {S}.Toe.Tip",
            "opensim_gait",
        ),
        (
            "C7_study {s}_shoulder_study {s}_lelbow_study {s}_melbow_study {s}_lwrist_study {s}_mwrist_study {s}.ASIS_study {s}.PSIS_study {s}_knee_study {s}_mknee_study {s}_ankle_study {s}_mankle_study {s}_calc_study {s}_toe_study {s}_5meta_study {S}HJC_study",
            "opencap",
        ),
        (
            "Hip {S}Hip {S}Knee {S}Ankle {S}BigToe {S}SmallToe {S}Heel Neck Head Nose {S}Shoulder {S}Elbow {S}Wrist",
            "halpe26",
        ),
        (
            "Bip01_Pelvis Bip01_Spine Bip01_Spine1 Bip01_Neck Bip01_Head Bip01_{S}_Clavicle Bip01_{S}_UpperArm Bip01_{S}_Forearm Bip01_{S}_Hand Bip01_{S}_Thigh Bip01_{S}_Calf Bip01_{S}_Foot",
            "bvh_biped",
        ),
        (
            "nose {side}_eye {side}_ear {side}_shoulder {side}_elbow {side}_wrist {side}_index {side}_pinky {side}_hip {side}_knee {side}_ankle {side}_heel {side}_foot_index",
            "blazepose33",
        ),
        (
            "PELVIS SPINE_NAVEL SPINE_CHEST NECK HEAD SHOULDER_{SIDE} ELBOW_{SIDE} WRIST_{SIDE} HIP_{SIDE} KNEE_{SIDE} ANKLE_{SIDE} FOOT_{SIDE}",
            "azure_kinect",
        ),
        (
            "C7 T10 XYPH STRN SACR THEAD RHEAD LHEAD {S}ASIS {S}PSIS {S}SHO {S}LEE {S}MEE {S}LW {S}MW {S}GTRO {S}LEK {S}MEK {S}LM {S}MM {S}HEE {S}TOE {S}MT5",
            "hbm",
        ),
    ],
)
def test_what_systems_and_models_in_use_write_is_found_with_every_label(labels: str, expected: str) -> None:
    names: dict[str, None] = {}
    for word in labels.split():
        for side in ("left", "right"):
            names[word.format(S=side[0].upper(), s=side[0], side=side, Side=side.title(), SIDE=side.upper())] = None
    match = find_match(tuple(names))
    assert match is not None
    assert match.name == expected
    assert match.unused == ()


def test_labels_that_no_row_is_for_are_named_with_the_set_that_would_use_them() -> None:
    labels = (*PLUG_IN_GAIT, "Hips", "LeftUpLeg", "Wand1")
    match = find_match(labels)
    assert match is not None
    assert match.unused == ("Hips", "LeftUpLeg", "Wand1")
    note = match.unused_note() or ""
    assert "3 of its 42 labels" in note
    assert "Hips, LeftUpLeg, Wand1" in note
    assert f"--marker-set plug_in_gait+{match.known_elsewhere[0][0]}" in note
    assert find_match(PLUG_IN_GAIT).unused_note() is None  # type: ignore[union-attr]


def test_sets_are_combined_label_by_label(tmp_path: Path) -> None:
    medial = {"ElbMedR": "landmark/RELM", "ElbMedL": "landmark/LELM", "RSHO": "landmark/RSCA"} | {
        f"extra{i}": "landmark/T8" for i in range(8)
    }
    rows = "\n".join(f"  {label}: {{station: {station}}}" for label, station in medial.items())
    (tmp_path / "more.yaml").write_text(f"kind: markers\nmarkers:\n{rows}\n")
    labels = (*PLUG_IN_GAIT, "ElbMedR", "ElbMedL")
    match = choose(clip_with(labels), f"plug_in_gait+{tmp_path / 'more.yaml'}")
    assert match.name == "plug_in_gait+more"
    assert match.unused == ()
    assert match.stations["ElbMedR"] == "landmark/RELM"
    assert match.stations["RSHO"] == "landmark/RACR"
    assert list(match.rows) == list(labels)


def test_a_mixture_of_two_namings_is_put_together_from_both() -> None:
    trunk = ("Hips", "Spine", "Spine1", "Neck", "Head")
    arms = tuple(f"{side}{part}" for side in ("Right", "Left") for part in ("Shoulder", "Arm", "ForeArm", "Hand"))
    legs = tuple(f"{side}{part}" for side in ("Right", "Left") for part in ("Hip", "Knee", "Ankle"))
    match = find_match((*trunk, *arms, *legs), kind="joints")
    assert match is not None
    assert match.unused == ()
    assert match.stations["RightShoulder"] == "joint/clavicle_r"
    assert match.stations["RightArm"] == "joint/humerus_r"
    assert match.stations["RightHip"] == "joint/femur_r"


def test_of_two_labels_for_one_marker_the_one_spelled_as_in_the_set_is_taken() -> None:
    labels = (*(label for label in PLUG_IN_GAIT if label != "LASI"), "L_ASI", "LASI")
    match = match_labels("plug_in_gait", SETS["plug_in_gait"], labels)
    assert "LASI" in match.rows
    assert "L_ASI" not in match.rows


def test_unknown_labels_are_listed_with_the_nearest_set_and_the_option() -> None:
    labels = (*PLUG_IN_GAIT[:6], *(f"Q{i}" for i in range(20)))
    with pytest.raises(
        MarkerSetError, match=r"the nearest, \w+, knows 6 of its 26 labels.*C7.*Q19.*--marker-set.*YAML"
    ):
        choose(clip_with(labels))
    with pytest.raises(MarkerSetError, match="none knows a single one of its 20 labels"):
        choose(clip_with(labels[6:]))


def own_set(folder: Path) -> str:
    """A set for Plug-in Gait's markers under names that no shipped set knows."""
    rows = "\n".join(
        f"  m{i}: {{station: {SETS['plug_in_gait'].markers[label].station}}}"
        for i, label in enumerate(plug_in_gait(3)[0])
    )
    (folder / "own.yaml").write_text(f"kind: markers\nmarkers:\n{rows}\n")
    return str(folder / "own.yaml")


def test_a_named_set_decides_unit_axis_and_sides(tmp_path: Path) -> None:
    labels, positions = plug_in_gait()
    plain = read_clip(write_trc(tmp_path / "plain.trc", labels, z_up_to_y_up(positions)))
    names = tuple(f"m{i}" for i in range(len(labels)))
    odd = positions * [1.0, -1.0, 1.0] / 25.4
    told = read_clip(write_trc(tmp_path / "a.trc", names, odd, unit="?"), ReadOptions(marker_set=own_set(tmp_path)))
    np.testing.assert_allclose(told.positions_ground_m, plain.positions_ground_m, atol=1e-5)
    said = " ".join(told.notes)
    assert "inch was judged" in said
    assert "up axis is +z" in said
    assert "mirrored back" in said


def test_a_named_set_tells_which_of_two_subjects_is_a_body(tmp_path: Path) -> None:
    labels, positions = plug_in_gait()
    names = (*(f"Anna:m{i}" for i in range(len(labels))), "Ball:a", "Ball:b")
    both = np.concatenate([positions, positions[:, :2] + 500.0], axis=1)
    clip = read_clip(write_c3d(tmp_path / "a.c3d", names, both), ReadOptions(marker_set=own_set(tmp_path)))
    assert clip.labels == tuple(f"m{i}" for i in range(len(labels)))


def test_a_named_set_that_knows_too_little_is_refused_before_anything_else(tmp_path: Path) -> None:
    labels, positions = plug_in_gait()
    with pytest.raises(MarkerSetError, match=r"the marker set own knows 0 of its 39 labels.*LFHD"):
        read_clip(write_c3d(tmp_path / "a.c3d", labels, positions), ReadOptions(marker_set=own_set(tmp_path)))


def test_labels_in_utf8_come_out_of_a_c3d(tmp_path: Path) -> None:
    labels, positions = plug_in_gait()
    extra = np.concatenate([positions, positions[:, :1]], axis=1)
    clip = read_clip(write_c3d(tmp_path / "a.c3d", (*labels, "Scheitel_\u00fc\u4e2d"), extra))
    assert clip.labels[-1] == "Scheitel_\u00fc\u4e2d"
