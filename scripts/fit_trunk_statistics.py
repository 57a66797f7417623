"""Measure how a 2D network errs on drawn people, and make from it the statistics with which `spinegen triangulate` puts trunks right.

    python scripts/fit_trunk_statistics.py WORKSPACE --sequences FILE.npz --whole WHOLE.npz [--model full] [--people 1000] [--frames 30000]

WORKSPACE holds drawn frames (`spinegen render`), FILE the points over time that `scripts/train_lifter.py` makes, WHOLE what the network sees of people
before drawn rigs (`benchmarks/trunks.py --write`). `<model>.npz` goes to
`pipeline/spinegen/predict/views/trunk/fitted/`. Statistics are one network's: run it again for a new one; until then `spinegen triangulate` says that
it lacks them. How much they help says `benchmarks/views.py`.
"""

import argparse
import sys
from itertools import islice
from pathlib import Path

from spinegen.errors import SpinegenError, UsageError
from spinegen.files import sha256
from spinegen.lifting.sequences import load
from spinegen.pose.networks import network_file
from spinegen.pose.predictor import PosePredictor
from spinegen.predict.views.trunk.fitting import fit_statistics
from spinegen.predict.views.trunk.seen_errors import SeenErrors, looks, seen_errors
from spinegen.predict.views.trunk.statistics import FOLDER, write_statistics
from spinegen.predict.views.trunk.whole_people import read_people, with_whole_people
from spinegen.progress import Reporter, make_reporter
from spinegen.workspace import Workspace


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--sequences", type=Path, required=True)
    parser.add_argument(
        "--whole", type=Path, nargs="+", required=True, help="people before rigs, as this network sees them"
    )
    parser.add_argument("--model", default="full", help="a shipped network's name, or its file")
    parser.add_argument("--people", type=int, default=1000, help="how many are looked at")
    parser.add_argument("--frames", type=int, default=30_000, help="drawn trunks for each number of views")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    reporter = make_reporter()
    try:
        model = network_file(given.model)
        whole = [person for file in given.whole for person in read_people(file, sha256(model))]
        errors = measured(given.workspace, model, given.people, reporter)
        statistics = fit_statistics(
            sha256(model), errors, load(given.sequences), given.frames, seed=given.seed, reporter=reporter
        )
        write_statistics(FOLDER / f"{model.stem}.npz", with_whole_people(statistics, whole))
    except SpinegenError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    print(f"{FOLDER / f'{model.stem}.npz'}: from {len(errors)} people and {len(whole)} before rigs")
    return 0


def measured(workspace: Path, model: Path, people: int, reporter: Reporter) -> SeenErrors:
    """Errors on people spread over all frames of a workspace."""
    sidecars = sorted(Workspace(workspace).frames.glob("*/*.json"))
    if not sidecars:
        raise UsageError(f"{workspace}: holds no drawn frame; make some with spinegen render --out {workspace}")
    spread = sidecars[:: max(1, len(sidecars) // people)]
    predictor = PosePredictor(model, flip_test=True, threads=1, closer=True)
    with reporter.task("look", people, "people") as task:
        found = []
        for look in islice(looks(predictor, spread), people):
            found.append(look)
            task.advance()
    return seen_errors(found)


if __name__ == "__main__":
    sys.exit(main())
