# Antrean: `make run` starts the training hall, `make test` runs everything.
# All of it works on a fresh machine with Python 3.11 or newer and the package registries.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps

.PHONY: run test check lint bench assets lock wheel screenshots clean

run: $(STAMPS)/installed assets
	$(BIN)/antrean serve --training --data data/training

$(STAMPS)/pip: requirements-dev.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	mkdir -p $(STAMPS) && touch $@

$(STAMPS)/installed: $(STAMPS)/pip pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

assets: $(STAMPS)/pip
	$(BIN)/python hatch_build.py

clean:
	rm -rf $(VENV) node_modules build dist */static/build core/web/static/vendor
