"""The page of all runs: drawn and real people side by side."""

from collections.abc import Mapping
from typing import Any

HEAD = "| drawn AP all | spine | body | feet | real PCK@.1 | @.05 | mean % | swap % | loss |"
RULE = "|---|---|---|---|---|---|---|---|---|"


def proof_markdown(runs: Mapping[str, Mapping[str, Any]]) -> str:
    """Two tables in Markdown: curves with what each part holds, and recipes."""
    curves = [_curve(name, run) for name, run in runs.items() if "pictures" in run]
    recipes = [f"| {run['left_out']} {_figures(run)}" for run in runs.values() if "left_out" in run]
    text = ""
    if curves:
        text += (
            f"| part | pictures | people | persons | motions | kinds of place {HEAD}\n|---|---|---|---|---|---{RULE}\n"
        )
        text += "\n".join(curves) + "\n"
    if recipes:
        text += f"\n| left out {HEAD}\n|---{RULE}\n" + "\n".join(recipes) + "\n"
    return text


def _curve(name: str, run: Mapping[str, Any]) -> str:
    held = " | ".join(str(run[key]) for key in ("pictures", "annotated", "people", "clips", "places"))
    return f"| {name} | {held} {_figures(run)}"


def _figures(run: Mapping[str, Any]) -> str:
    drawn, real = run["drawn"], run["real"]
    shown = [drawn["all"], drawn["spine"], drawn["body"], drawn["feet"], real["pck_10"], real["pck_05"]]
    shares = [real["mean_error"], real["swapped"]]
    cells = [f"{value:.3f}" for value in shown] + [f"{100 * value:.2f}" for value in shares] + [f"{run['loss']:.2f}"]
    return "| " + " | ".join(cells) + " |"
