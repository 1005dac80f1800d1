# Two commands on a fresh machine with Python 3.11+, venv and make:
#   make demo    install into .venv, build a knowledge base from the sample, ask it things
#   make test    install into .venv, run the tests
#   make eval DATA=FOLDER    measure quality, renew the table of README.md
# On Linux, torch comes with its CUDA libraries unless told otherwise: make demo TORCH=cpu
VENV ?= .venv
PYTHON ?= python3
TORCH ?=
BIN := $(abspath $(VENV))/bin

# uv does not read pip's settings: hand over a local folder of wheels where there is one.
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
export VIRTUAL_ENV := $(abspath $(VENV))

.PHONY: demo test lint types bench eval clean

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet -c constraints.txt $(if $(TORCH),--torch-backend=$(TORCH)) \
		-e '.[cpu,parquet]' --group dev
	touch $@

demo: $(VENV)/.ready
	rm -rf demo-kb
	$(BIN)/tailgraph demo --out demo-kb

test: $(VENV)/.ready
	$(BIN)/python -m pytest -q -n 2

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

# mypy wants the checkout under its package's name.
types: $(VENV)/.ready
	mkdir -p build/types
	ln -sfn "$(CURDIR)" build/types/tailgraph
	cd build/types && $(BIN)/mypy -p tailgraph

bench: $(VENV)/.ready
	$(BIN)/python benchmarks/bench_build.py --json

# The evaluations read data that is not bundled: benchmarks/README.md says which.
eval: $(VENV)/.ready
	@test -n "$(DATA)" || { echo "make eval needs the data: make eval DATA=FOLDER" >&2; exit 2; }
	$(BIN)/python benchmarks/evaluate.py --data "$(DATA)"

clean:
	rm -rf build dist *.egg-info demo-kb .pytest_cache .mypy_cache .ruff_cache
