"""Export the frames of a workspace with the posterior site of the vertebrae, and train a network on them.

    python examples/05_train.py workspace --steps 2000

`workspace/pose/pose.onnx` is then the network; `spinegen train-validate workspace --only validate` scores it.
"""

import argparse
from pathlib import Path

import spinegen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--model", default="light")
    parser.add_argument("--steps", type=int, default=2000)
    given = parser.parse_args()

    exported = spinegen.export_coco(given.workspace, site="posterior")
    print(f"{exported.figures['train_annotations']} people to learn from")
    trained = spinegen.train(given.workspace, model=given.model, steps=given.steps, only="train")
    for what, text in trained.rows:
        print(f"{what}: {text}")


if __name__ == "__main__":
    main()
