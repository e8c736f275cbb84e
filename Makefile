# Everything starts here: `make demo`, `make test`. Each target sets up what it needs by itself.

UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help setup setup-browser weights demo serve pages wheel test check wheels format bench chaos mutants lock notices clean

help:
	@echo "make demo    process the sample lesson: the quickest look at what Lectern does"
	@echo "make serve   build the pages if need be, and serve them at http://127.0.0.1:8000"
	@echo "             (make serve PORT=8001: at another port)"
	@echo "make pages   build the pages"
	@echo "make wheel   build the pages, and a wheel with them for a server (dist/)"
	@echo "make weights download the Whisper models that some tests want (220 MB, once)"
	@echo "make test    run all tests"
	@echo "make check   format, lint and types"
	@echo "make bench   speed and memory, one table per benchmark (minutes)"
	@echo "make chaos   workers killed again and again, on both databases (an hour or more)"
	@echo "make mutants small faults put into what keeps, pays, locks and checks paths: do tests see them? (half an hour)"
	@echo "make wheels  whether each locked package has a wheel for each Python and platform"
	@echo "make lock    lock the newest dependencies, for every Python and platform"
	@echo "make notices write THIRD-PARTY-NOTICES.txt anew"
	@echo "make setup   only create $(VENV) with the locked dependencies"
	@echo "make setup-browser   Chromium for the browser tests, where apt can install it"
	@echo "make clean   remove $(VENV), the weights and what the demo and the benchmarks made"

setup: $(READY)

$(READY): requirements.lock pyproject.toml scripts/find-python.sh
	@python=$$(sh scripts/find-python.sh) || exit 1; \
	if [ ! -x $(BIN)/python ] || ! $(BIN)/python -c '' 2>/dev/null; then \
	    echo "Creating $(VENV) with $$python"; "$$python" -m venv --clear $(VENV) || exit 1; fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@# The system's certificates first, which know a school's own proxy; else uv's.
	@# Nothing is built: a compiler would be needed, and build tools that nobody has locked.
	@$(BIN)/uv pip sync --quiet --no-build --system-certs --python $(BIN)/python requirements.lock \
	    || $(BIN)/uv pip sync --quiet --no-build --python $(BIN)/python requirements.lock
	@# The lock holds the build backend too, so nothing unpinned is fetched here.
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)

setup-browser:
	@sh scripts/setup-browser.sh

weights: $(READY)
	@$(BIN)/python scripts/fetch_weights.py

demo: $(READY)
	@$(BIN)/python scripts/demo.py

serve: $(READY)
	@exec $(BIN)/python scripts/serve.py $(PORT)

pages: $(READY)
	@$(BIN)/python scripts/build_pages.py

wheel: pages
	@$(BIN)/python -m hatchling build --target wheel

test: $(READY)
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile

check: $(READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(READY)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(READY)
	@$(BIN)/python -m benchmarks

chaos: $(READY)
	@$(BIN)/python -m tests.chaos

# Which survived: `.venv/bin/mutmut results`; what one is: `.venv/bin/mutmut show NAME`.
mutants: $(READY)
	@$(BIN)/mutmut run
	@$(BIN)/mutmut results

# Locks the newest versions that pyproject.toml allows, for every platform and Python.
lock: $(READY)
	@$(BIN)/uv pip compile --quiet --upgrade --universal --no-build --python-version 3.11 \
	    --generate-hashes --no-annotate --no-header --group dev pyproject.toml \
	    --output-file requirements.lock
	@$(BIN)/python scripts/check_wheels.py
	@echo "Locked. Now: make setup notices test"

wheels: $(READY)
	@$(BIN)/python scripts/check_wheels.py

# Whose work is in the wheel and beside it: after a change of either lock.
notices: $(READY)
	@$(BIN)/python scripts/third_party_notices.py

clean:
	rm -rf $(VENV) weights demo-data bench-data mutants .mypy_cache .pytest_cache .ruff_cache .hypothesis
