# Scale Models. `make` alone lists the targets.
# Each target does all the set-up it needs; a second run does only what changed.

SHELL := /bin/bash
.SHELLFLAGS := -eo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help book serve zip jupyter labs test thorough mutants fast plain dask bench erlang real notebooks lock clean assets browser

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check -q
# A grammar of addresses that jsonschema, if it is there, builds at each import: two seconds in
# every process of Jupyter's. Without it such an address is not looked at; no notebook has one.
QUICK = $(BIN)/python -m pip uninstall -q -y rfc3987-syntax
JUPYTER_PORT ?= 8888
DIR ?= book
PORT ?= 8000
BASE ?= origin/main
PLAIN := .venv-plain
DASK := .venv-dask
BENCH := .venv-bench
LIBCACHESIM := libcachesim==0.3.5
# What takes seconds plainly, not hours: every example, and the laws of the engines.
PLAIN_TESTS := $(addprefix lib/scalemodel/,core parts youtube twitter labs) \
  tests/core --ignore tests/core/test_compiled.py tests/youtube/test_loop.py \
  $(patsubst %,tests/twitter/test_%.py,timeline regions cost backlog notifications)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

book: $(VENV)/book.ok assets ## build the site, say where it is (OPEN=1 opens it, CLASS=1 leaves solutions out)
	@$(BIN)/python tools/book.py $(if $(OPEN),--open) $(if $(filter-out 0,$(CLASS)),--class)

serve: ## serve the built site on 127.0.0.1
	@test -f _build/html/index.html || $(MAKE) book
	@echo "http://127.0.0.1:$(PORT)/  (stop with Ctrl-C)"
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

zip: book ## pack site and notebooks into one archive, for rooms without a network
	@$(BIN)/python tools/zip.py

jupyter: $(VENV)/jupyter.ok ## open the notebooks in JupyterLab, with live panels (DIR=... opens another folder)
	@env -u SCALEMODEL_VIEW JUPYTER_CONFIG_PATH=$(CURDIR)/tools/for_jupyter$${JUPYTER_CONFIG_PATH:+:$$JUPYTER_CONFIG_PATH} \
	  $(BIN)/jupyter lab --notebook-dir=$(DIR) --ip=127.0.0.1 --port=$(JUPYTER_PORT) \
	  $(if $(wildcard $(DIR)/index.ipynb),--LabApp.default_url=/lab/tree/index.ipynb) \
	  $$([ "$$(id -u)" -ne 0 ] || echo --allow-root)

labs: $(VENV)/book.ok ## write the labs' notebooks, for students, teachers, nbgrader and otter, into _build/labs
	@$(BIN)/python tools/lab_notebooks.py

test: export BASE := $(BASE)
test: $(VENV)/mutants.ok assets browser ## run what must pass: models, house rules, notebooks, build, browser
	@changed=$$($(BIN)/python tools/scope.py changed $(BASE)); \
	$(BIN)/python -m pytest lib tests $$changed --nbval -q -n auto -m "not thorough"

thorough: export HYPOTHESIS_PROFILE := thorough
thorough: $(VENV)/mutants.ok assets browser ## run everything in every look, thousands of cases, one room's mutants: hours
	@$(BIN)/python -m pytest lib tests book --nbval -q -n auto
	@$(BIN)/python tools/mutants --week

mutants: $(VENV)/mutants.ok ## plant small faults, say which no test sees (ROOM=twitter, MODULE=core/stats, CHANGED=1)
	@$(BIN)/python tools/mutants --room "$(ROOM)" --module "$(MODULE)" $(if $(CHANGED),--changed $(BASE))

fast: export HYPOTHESIS_PROFILE ?= fast
fast: $(VENV)/book.ok ## the inner loop, under a minute: no build, no browser (ROOM=twitter runs one room)
	@scope=$$($(BIN)/python tools/scope.py room $(ROOM)); \
	$(BIN)/python -m pytest $$scope -q -n auto -m "not slow and not thorough" --durations=5

plain: export HYPOTHESIS_PROFILE ?= fast
plain: $(PLAIN)/plain.ok ## the models where there is no numba, in an environment of its own
	@$(PLAIN)/bin/python -c 'import importlib.util as u, sys; sys.exit(u.find_spec("numba") and "numba is here")'
	@$(PLAIN)/bin/python -m pytest $(PLAIN_TESTS) -q -n auto -m "not slow and not thorough"

dask: $(DASK)/dask.ok ## sweeps on a Dask cluster of two processes, in an environment of its own
	@$(DASK)/bin/python -c 'import distributed'
	@$(DASK)/bin/python -m pytest tests/core/test_sweep_dask.py -q

bench: $(BENCH)/bench.ok ## measure engines, pages and panels, each beside a peer, in an environment that has the peers
	@$(MAKE) VENV=$(BENCH) assets browser
	@for file in benchmarks/*.py benchmarks/*/*.py; do $(BENCH)/bin/python $$file; done

erlang: $(VENV)/book.ok ## the router in Erlang alone, where `erl` is: rows of benchmarks/whatsapp/actors.py
	@$(BIN)/python benchmarks/whatsapp/actors.py erlang

real: $(VENV)/book.ok ## run Redis, Kafka's protocol, ffmpeg, the live service and the rules for real, and record their figures
	@$(BIN)/python tools/real.py

notebooks: $(VENV)/book.ok ## write the notebook beside each chapter, executed
	@$(BIN)/python tools/pair.py

lock: $(VENV)/book.ok ## write the lock files anew from pyproject.toml
	@$(BIN)/python tools/lock.py

clean: ## remove everything that was made
	rm -rf $(VENV) $(PLAIN) $(DASK) $(BENCH) _build site_assets/vendor lib/*.egg-info .pytest_cache .hypothesis .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ── Set-up ───────────────────────────────────────────────────────────────────
assets: $(VENV)/book.ok
	@$(BIN)/python tools/assets.py

browser: $(VENV)/book.ok
	@$(BIN)/python tools/chromium.py

$(VENV)/book.ok: requirements.txt pyproject.toml
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; \
	  then found=$$python; break; fi; done; \
	if [ -z "$$found" ]; then echo "Python 3.11, 3.12 or 3.13 with its venv module is needed."; \
	  echo "On Debian: apt-get install python3 python3-venv"; exit 1; fi; \
	[ -x $(BIN)/python ] || $$found -m venv $(VENV)
	@echo "Installing the locked requirements into $(VENV) ..."
	@$(PIP) -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(PLAIN)/plain.ok: requirements.txt pyproject.toml
	@$(MAKE) VENV=$(PLAIN) $(PLAIN)/book.ok
	@$(PLAIN)/bin/python -m pip uninstall --disable-pip-version-check -q -y numba llvmlite
	@touch $@

$(DASK)/dask.ok: requirements.txt pyproject.toml
	@$(MAKE) VENV=$(DASK) $(DASK)/book.ok
	@$(DASK)/bin/python -m pip install --disable-pip-version-check -q --no-build-isolation -e '.[dask]'
	@touch $@

$(VENV)/jupyter.ok: $(VENV)/book.ok requirements-jupyter.txt
	@echo "Installing JupyterLab into $(VENV) ..."
	@$(PIP) -r requirements-jupyter.txt
	@$(QUICK)
	@touch $@

# libCacheSim, GPL, has wheels for few systems; the benchmark says so where it is not there.
$(BENCH)/bench.ok: requirements.txt requirements-jupyter.txt pyproject.toml
	@$(MAKE) VENV=$(BENCH) $(BENCH)/jupyter.ok
	@$(BENCH)/bin/python -m pip install --disable-pip-version-check -q --no-build-isolation -e '.[bench,dask]'
	@$(BENCH)/bin/python -m pip install --disable-pip-version-check -q --only-binary :all: $(LIBCACHESIM) || true
	@touch $@

$(VENV)/teach.ok: $(VENV)/jupyter.ok requirements-teach.txt
	@echo "Installing nbgrader and otter into $(VENV) ..."
	@$(PIP) -r requirements-teach.txt
	@$(QUICK)
	@touch $@

$(VENV)/mutants.ok: $(VENV)/teach.ok requirements-mutants.txt
	@echo "Installing cosmic-ray into $(VENV) ..."
	@$(PIP) -r requirements-mutants.txt
	@$(QUICK)
	@touch $@
