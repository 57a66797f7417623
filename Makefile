# The two commands: `make demo` and `make test`. Both install what is missing into .venv first, then work offline.
PYTHON ?=
DEMO ?= demo_workspace
TESTS ?= tests
WORKERS ?= 2
export PYTHON

.PHONY: demo test slow clients docs lint format clean

demo: .venv/.spinegen
	.venv/bin/spinegen run demo --out $(DEMO)

test: .venv/.spinegen-dev
	.venv/bin/python -m pytest $(TESTS) -n $(WORKERS) --dist loadfile --cov=spinegen --cov-report=term:skip-covered

slow: .venv/.spinegen-dev
	.venv/bin/python -m pytest $(TESTS) -m slow

# Our network and our sets inside other people's programs, in an environment of its own: spinepose is CC-BY-NC, Ultralytics AGPL-3.0,
# and rtmlib brings another OpenCV.
clients: .venv-clients/.spinegen-dev
	.venv-clients/bin/python -m pip install -q -r tests/pose/clients.txt -r tests/curation/clients.txt
	.venv-clients/bin/python -m pip install -q --no-deps ultralytics
	.venv-clients/bin/python -m pytest tests/pose/test_pose_clients.py tests/annotate/test_yolo_clients.py tests/curation/test_label_clients.py -m "slow or not slow"

# Pages of the whole package from its docstrings: build/api/index.html.
docs: .venv/.spinegen-docs
	.venv/bin/pdoc spinegen -o build/api

lint: .venv/.spinegen-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/pyright
	.venv/bin/lint-imports
	.venv/bin/clang-format --dry-run --Werror unreal_project/Source/*/*.cpp unreal_project/Source/*/*.h
	for script in scripts/*.sh unreal_project/Scripts/*.sh; do sh -n $$script || exit 1; done
	.venv/bin/python scripts/licences.py --check

format: .venv/.spinegen-dev
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

.venv/.spinegen: pyproject.toml scripts/setup.sh
	sh scripts/setup.sh

.venv/.spinegen-docs: pyproject.toml scripts/setup.sh
	sh scripts/setup.sh docs

.venv/.spinegen-dev: pyproject.toml scripts/setup.sh
	sh scripts/setup.sh dev

.venv-clients/.spinegen-dev: pyproject.toml scripts/setup.sh
	VENV=.venv-clients sh scripts/setup.sh dev

clean:
	rm -rf $(DEMO) .pytest_cache .ruff_cache .coverage
