# Everything starts here: `make demo` shows what Handrail is, `make test` proves that it works.
# Needs Python 3.11 or newer and make; all else goes into .venv from requirements.lock, by hash.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python3.14; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input install
UV ?= uv
LOCK := $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11

.PHONY: help demo test check dev rules bench torture lock clean

help: ## what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

demo: $(STAMP) ## the whole service once, against pretend vendors; no token needed
	@begin=$$(date +%s); $(BIN)/handrail demo || exit; \
	echo "Install: $$(cat $(STAMP)) s (once). Demo: $$(( $$(date +%s) - begin )) s."

test: check ## check, then every test
	@$(BIN)/python -m pytest -n auto --dist loadfile

check: $(STAMP) ## ruff, types, floors, and the example config
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "run: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@PYTHONPATH=. $(BIN)/lint-imports --no-cache > $(VENV)/lint-imports.txt || { cat $(VENV)/lint-imports.txt; exit 1; }
	@$(BIN)/handrail check --config config.example.toml > $(VENV)/check.txt || { cat $(VENV)/check.txt; exit 1; }
	@echo "check: good"

dev: $(STAMP) ## make or refresh .venv
	@echo "Ready: $(BIN)/handrail --help"

rules: $(STAMP) ## docs/rules.md anew, from the rules
	@$(BIN)/python -m sync.reference docs/rules.md

bench: $(STAMP) ## time and memory of the judge, a million items
	@set -e; for one in benchmarks/*.py; do echo "$$one"; $(BIN)/python -m "benchmarks.$$(basename "$$one" .py)"; done

torture: $(STAMP) ## the long tests
	@$(BIN)/python -m pytest -m torture

lock: ## pin the dependencies anew (needs uv)
	@$(LOCK) pyproject.toml --group dev -o requirements.lock
	@$(LOCK) pyproject.toml --group build -c requirements.lock -o requirements-run.lock

clean: ## take away what make and the tests made
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Handrail needs Python 3.11 or newer with venv and pip (on Debian: apt-get install python3-venv)."; \
	echo "None of python3.13, python3.12, python3.11, python3 is. Name yours: make PYTHON=/path/to/python3 $(MAKECMDGOALS)"; exit 1; }
	@begin=$$(date +%s); echo "Installing into $(VENV) ..."; \
	{ test -x $(BIN)/python && $(BIN)/python -c '' 2>/dev/null || { rm -rf $(VENV) && "$(PYTHON)" -m venv $(VENV); }; } && \
	$(PIP) --require-hashes -r requirements.lock && \
	$(PIP) --no-deps --no-build-isolation -e . && \
	echo $$(( $$(date +%s) - begin )) > $(STAMP) && echo "Installed in $$(cat $(STAMP)) s."
