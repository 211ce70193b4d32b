# The README's two commands: `make demo` and `make test`. Everything else is for people who work on Troth.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
RUNTIME := $(VENV)/.runtime
# What `make demo` and `make run` need: the tools for developers, where they are there, include it.
PLATFORM := $(if $(wildcard $(STAMP)),$(STAMP),$(RUNTIME))
# Processes that test in parallel; each has a database server of its own.
JOBS   ?= 2
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist worksteal
# Runs that are not `make test`: heavy load, a browser, guards taken out.
REST   := storm or browser or mutation

.PHONY: demo run venv test test-all check bench lock clean
.DEFAULT_GOAL := demo

# The whole main job on 45,211 contacts with synthetic people, in ./var/demo; DEMO_EXIT=1 ends after the last table.
demo: $(PLATFORM)
	@$(BIN)/troth demo

# The same platform without sample data, in ./var (TROTH_HOME names another folder).
run: $(PLATFORM)
	@$(BIN)/troth up

# What a developer runs: every domain against a real PostgreSQL, with the floor of branch coverage.
test: $(STAMP)
	$(PYTEST) -m "not ($(REST))" --cov --cov-report=term:skip-covered

# `make test` and what it leaves out.
test-all: test
	$(PYTEST) -m "$(REST)"

# Lint, types, import contracts, sizes, migrations, locks, and what is generated. Warnings are errors.
check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/basedpyright --warnings
	$(BIN)/lint-imports
	$(BIN)/python tools/sizes.py
	$(BIN)/python tools/locks.py
	$(BIN)/python tools/migrations.py
	$(BIN)/python tools/catalogue.py check
	$(BIN)/python tools/promises.py check

# Ratios against what the machine can do; `make bench BENCH=log` measures one part.
bench: $(STAMP)
	$(BIN)/python -m benchmarks $(BENCH)

$(RUNTIME): requirements/build.txt pyproject.toml judgement/pyproject.toml verifier/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Troth needs Python 3.11 or newer: make PYTHON=/path/to/python3 …"; exit 1; }
	@echo "Installing into $(VENV), once: about a minute and 200 MB …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements/build.txt
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e . -e judgement -e verifier
	@touch $@

venv: $(STAMP)

$(STAMP): requirements/dev.txt pyproject.toml judgement/pyproject.toml verifier/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Troth needs Python 3.11 or newer: make PYTHON=/path/to/python3 …"; exit 1; }
	@echo "Installing into $(VENV), once: a few minutes and 800 MB …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e . -e judgement -e verifier
	@touch $@

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header pyproject.toml
lock: $(STAMP)
	$(LOCK) -o requirements/runtime.txt
	$(LOCK) --extra dev -o requirements/dev.txt
	$(LOCK) --extra build -o requirements/build.txt
	$(BIN)/python tools/locks.py

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* htmlcov
