# The two commands: `make demo` and `make test`. Both install what is missing into .venv first, then work offline.
PYTHON ?=
DEMO ?= demo_workspace
TESTS ?= tests
export PYTHON

.PHONY: demo test slow lint format clean

demo: .venv/.spinegen
	.venv/bin/spinegen run demo --out $(DEMO)

test: .venv/.spinegen-dev
	.venv/bin/python -m pytest $(TESTS) --cov=spinegen --cov-report=term:skip-covered

slow: .venv/.spinegen-dev
	.venv/bin/python -m pytest $(TESTS) -m slow

lint: .venv/.spinegen-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/pyright

format: .venv/.spinegen-dev
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

.venv/.spinegen: pyproject.toml scripts/setup.sh
	sh scripts/setup.sh

.venv/.spinegen-dev: pyproject.toml scripts/setup.sh
	sh scripts/setup.sh dev

clean:
	rm -rf $(DEMO) .pytest_cache .ruff_cache .coverage
