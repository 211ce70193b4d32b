# The README's two commands: `make demo` and `make test`. Everything else is for people who work on Troth.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
RUNTIME := $(VENV)/.runtime
# What `make demo` and `make run` need: the tools for developers, where they are there, include it.
PLATFORM := $(if $(wildcard $(STAMP)),$(STAMP),$(RUNTIME))

.PHONY: venv lock clean demo run
# The whole main job on 45,211 contacts with synthetic people, in ./var/demo; DEMO_EXIT=1 ends after the last table.
demo: $(PLATFORM)
	@$(BIN)/troth demo

# The same platform without sample data, in ./var (TROTH_HOME names another folder).
run: $(PLATFORM)
	@$(BIN)/troth up

$(RUNTIME): requirements/build.txt pyproject.toml verifier/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Troth needs Python 3.11 or newer: make PYTHON=/path/to/python3 …"; exit 1; }
	@echo "Installing into $(VENV), once: about a minute and 200 MB …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements/build.txt
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e . -e verifier
	@touch $@

venv: $(STAMP)

$(STAMP): requirements/dev.txt pyproject.toml verifier/pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e . -e verifier
	touch $@

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header pyproject.toml
lock:
	$(LOCK) -o requirements/runtime.txt
	$(LOCK) --extra dev -o requirements/dev.txt
	$(LOCK) --extra build -o requirements/build.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
