# Python 3.11 or newer is all that must be there; everything else comes from requirements.lock, checked by hash.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALLED := .venv/.installed
export SKEIN_PORT ?= 8000
export PYTHONHASHSEED := 0
# Workers of the test run; 0 runs in one process, for a debugger.
WORKERS ?= 2
TESTS ?= tests
SOAK_SECONDS ?= 600

ROWS ?=

.PHONY: help run test soak conformance bench lint types snapshots lock migration initial-migration clean-venv

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 28

$(INSTALLED): requirements.lock pyproject.toml
	@if ! test -x $(BIN)/python; then \
	  test -n "$(PYTHON)" || { echo "make: python3.11 is not installed" >&2; exit 2; }; \
	  "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: $(PYTHON) is older than 3.11" >&2; exit 2; }; \
	  echo "making .venv with $$("$(PYTHON)" --version)"; "$(PYTHON)" -m venv .venv; \
	fi
	@echo "installing $$(grep -c == requirements.lock) packages of requirements.lock"
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock \
	  2> >(grep -v "is ignored: it is neither a file nor a directory" >&2) | sed -u -nE 's/^Collecting ([^ ]+).*/  \1/p; s/^(Installing).*/\1/p'
# pip warns once a package of each place where an offline index could have held it and does not.
# Editable, so that the `skein` command runs the files of this folder; without isolation, so that nothing is downloaded.
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: $(INSTALLED) ## start everything and serve the graph (SKEIN_PORT, SKEIN_DATABASE_URL)
	@exec $(BIN)/skein serve --prepare

# A file is one worker's: its fixtures are made once, and a story is told in the order of its tests.
test: $(INSTALLED) ## the fast tests, the same every time
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

soak: $(INSTALLED) ## long properties, kills and fuzz, with a new seed each time (SOAK_SECONDS)
	@SKEIN_TEST_PROFILE=soak SKEIN_SOAK_SECONDS=$(SOAK_SECONDS) $(BIN)/python -m pytest -m soak $(TESTS)

conformance: $(INSTALLED) ## other people's audits, clients, linters and fuzzers, beside stock strawberry (ROWS="1 2"; needs node)
	@$(BIN)/python -m tests.conformance $(ROWS)

bench: $(INSTALLED) ## the benchmarks, peers included
	@$(BIN)/python -m bench

lint: $(INSTALLED) ## style and import rules
	@$(BIN)/ruff check
	@$(BIN)/lint-imports

types: $(INSTALLED) ## types, strict in domain, resolvers and authz
	@$(BIN)/basedpyright

snapshots: $(INSTALLED) ## print the graph, the permission matrix and the error codes anew, to be reviewed as a difference
	@$(BIN)/skein schema > schema/schema.graphql
	@$(BIN)/python -m server.code_table > docs/error-codes.md
	@SKEIN_WRITE_MATRIX=1 $(BIN)/python -m pytest -q -n 0 tests/graph/test_permission_matrix.py

lock: $(INSTALLED) ## resolve the newest allowed versions into requirements.lock
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --group test --python $(BIN)/python --generate-hashes \
	  --no-annotate --no-header --quiet --output-file requirements.lock
	@! grep -nE '://|^ *-(i|f|-index|-find)' requirements.lock || { echo "requirements.lock holds an address" >&2; exit 1; }

migration: $(INSTALLED) ## write the next migration: make migration NAME="add lot expiry"
	@$(BIN)/python -m server.write_migration "$(NAME)"

initial-migration: $(INSTALLED) ## write the first migration anew, as long as nothing was released
	@$(BIN)/python -m server.write_migration --initial
