# make brief   set up and build the brief        make test    set up and run the tests
# make lint    style, types, import contract     make bench   timings against plain tools
CONFIG ?= configs/alibaba.yaml
PYTHON ?= python3
export PYTHON
BIN := .venv/bin
# Test files run side by side, each whole in one process, as those of a file share what they build: make test SPLIT= runs
# them one after the other.
SPLIT ?= -n logical --maxprocesses 4 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help brief test lint style types imports format bench lock setup clean

help:
	@sed -n 's/^# //p' Makefile

brief:
	@sh .ci/setup run
	@$(BIN)/bench build $(CONFIG)

test: setup
	@$(BIN)/python -m pytest $(SPLIT) $(ARGS)

setup:
	@sh .ci/setup dev

lint: style types imports

style: setup
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet --output-format concise .

types: setup
	@$(BIN)/mypy --no-error-summary

imports: setup
	@$(BIN)/lint-imports --no-logo

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	@$(BIN)/python tests/benchmarks/startup.py
	@$(BIN)/python tests/benchmarks/cold_build.py

# Extras that the tests use; a vendor's library is tested by a stand-in.
TESTED := live excel sql duckdb schedule deliver fleet mcp sign
# Needs uv. Both locks hold one set of versions, for every platform, with hashes and without addresses.
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --extra xlsx \
	--no-annotate --no-emit-index-url --no-emit-find-links --no-config --quiet --custom-compile-command "make lock"
lock:
	$(LOCK) --group build --output-file requirements.lock
	$(LOCK) $(TESTED:%=--extra %) --group dev --constraints requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
