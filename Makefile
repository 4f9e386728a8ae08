# Antrean. `make run` starts the training hall of Denpasar, `make test` runs everything.
# Both work on a fresh machine with Python 3.11 or newer and the package registries.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
# Two processes a core keep real servers and browsers busy without starving them.
WORKERS ?= 2

.PHONY: run test lint unit long bench assets browser wheel lock screenshots clean

run: $(STAMPS)/installed assets
	$(BIN)/antrean serve --training --data data/training

test: lint unit

lint: $(STAMPS)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(STAMPS)/installed assets browser
	$(BIN)/python hatch_build.py test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

# Every fault of a printer 500 times, 200 kills, 200 calls, floods of 5,000 connections, and what the hall
# promises to do in time: some twenty-five minutes, on a machine with nothing else to do.
long: $(STAMPS)/installed assets
	ANTREAN_FAULT_JOBS=500 ANTREAN_KILLS=200 ANTREAN_CUTS=20 ANTREAN_CALLS=200 ANTREAN_FLOOD=5000 ANTREAN_SLOWNESS=1 $(BIN)/python -m pytest tests/faults tests/agent \
		tests/e2e/test_nobody_misses_a_call.py tests/e2e/test_board_lines.py tests/e2e/test_ops.py tests/live tests/push tests/printing

bench: $(STAMPS)/installed assets
	$(BIN)/python -m tests.bench

# The pictures of the README, from a running hall.
screenshots: $(STAMPS)/installed assets browser
	$(BIN)/python -m tests.pictures

$(STAMPS)/pip: requirements-dev.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	mkdir -p $(STAMPS) && touch $@

$(STAMPS)/installed: $(STAMPS)/pip pyproject.toml hatch_build.py package-lock.json
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Bundles for the browsers and compiled texts; quick when nothing has changed.
assets: $(STAMPS)/pip
	$(BIN)/python hatch_build.py

# The tests drive the system's own Chromium.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
		|| (test "$$(id -u)" = 0 && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium) \
		|| (echo "Install Chromium first (Debian: apt-get install chromium)" && false)

wheel: $(STAMPS)/installed
	$(BIN)/python -m build --wheel --no-isolation

# After a change of the dependencies in pyproject.toml.
lock: $(STAMPS)/pip
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev --extra gevent --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) node_modules build dist */static/build core/web/static/build core/web/static/vendor
	find core kiosk counter display -name '*.mo' -delete
