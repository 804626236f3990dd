# Everything a newcomer or CI needs; `make` alone lists the targets.
# Needs Python 3.11 or newer with its venv module, and make. The rest comes from uv.lock into .venv.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test lint format bench early early-weeks bench-kafka fuzz crash soak broker compose-secrets schemas \
	docs clean

ARGS ?=
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
NEED_PYTHON = test -n "$(PYTHON)" || \
	{ echo "make: Python 3.11 or newer is needed; none was found (set PYTHON=...)" >&2; exit 1; }
UV := .tools/uv/bin/uv
BIN := .venv/bin

# Without a usable home folder the caches stay inside the repository.
ifneq ($(shell test -n "$$HOME" && test -d "$$HOME" && test -w "$$HOME" && echo usable),usable)
export HOME := $(CURDIR)/.tools/home
endif
# An activated environment of somebody else's is not ours.
unexport VIRTUAL_ENV UV_PROJECT_ENVIRONMENT PYTHONHOME PYTHONPATH

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

setup: .venv/.synced ## make .venv from the lock (quick when nothing changed)

$(UV): .ci/bootstrap.txt
	@$(NEED_PYTHON)
	@mkdir -p .tools/home
	@$(PYTHON) -m venv --clear .tools/uv || { \
		echo "make: $(PYTHON) cannot make a virtual environment; on Debian install python3-venv" >&2; exit 1; }
	@.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/bootstrap.txt
	@touch $@

.venv/.synced: $(UV) pyproject.toml uv.lock
	@$(NEED_PYTHON)
	@$(UV) sync --locked --no-python-downloads --python $(PYTHON)
	@touch $@

run: setup ## the main job on the example data; ARGS=--once ends after it
	@$(BIN)/tidegauge up --demo $(ARGS)

test: lint ## style, types, layers, then every test but the slow kill tests; ARGS go to pytest
	@echo "== pytest"
	@$(BIN)/pytest -m "not crash" $(ARGS)

lint: setup ## style, types and layers alone
	@echo "== ruff check"
	@$(BIN)/ruff check .
	@echo "== ruff format"
	@$(BIN)/ruff format --check .
	@echo "== mypy"
	@$(BIN)/mypy
	@echo "== import layers"
	@$(BIN)/lint-imports --no-logo

format: setup ## put the code into the house's format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup ## measure speed and memory (minutes); ARGS choose parts
	@$(BIN)/python tests/bench/run.py $(ARGS)

early: setup ## how early surges put into official series are found (minutes); ARGS as in its --help
	@$(BIN)/python tests/bench/early/run.py $(ARGS)

early-weeks: setup ## how much earlier weeks of declarations tell than months (minutes); ARGS as in its --help
	@$(BIN)/python tests/bench/early/weeks.py $(ARGS)

fuzz: setup ## throw 100,000 mutated files and records at the connectors (minutes); ARGS as in tests/fuzz/run.py
	@$(BIN)/python tests/fuzz/run.py $(ARGS)

crash: setup ## the tests that kill real processes (minutes)
	@$(BIN)/pytest -m crash $(ARGS)

bench-kafka: setup broker .tools/peers/.made ## measure the Kafka runtime beside its peers (minutes; needs a JDK); ARGS=--help
	@$(BIN)/python -m tests.bench.kafka $(ARGS)

PEERS := tests/bench/kafka/peers
.tools/peers/.made: $(PEERS)/requirements.txt $(PEERS)/pom.xml $(PEERS)/Totals.java
	@command -v javac >/dev/null && command -v mvn >/dev/null || { \
		echo "make: Kafka Streams needs a JDK and Maven; on Debian install default-jdk-headless maven" >&2; exit 1; }
	@rm -rf .tools/peers && mkdir -p .tools/peers
	@mvn -q -B -f $(PEERS)/pom.xml dependency:copy-dependencies \
		-DincludeScope=runtime -DoutputDirectory="$(CURDIR)/.tools/peers/libs"
	@javac -cp ".tools/peers/libs/*" -d .tools/peers/classes $(PEERS)/Totals.java
	@$(UV) venv -q --no-python-downloads --python $(PYTHON) .tools/peers/venv
	@$(UV) pip install -q --python .tools/peers/venv -r $(PEERS)/requirements.txt
	@touch $@

soak: setup broker ## kill, freeze and join Kafka workers for ten minutes
	@TIDEGAUGE_TEST_SOAK_S=600 $(BIN)/pytest tests/kafka/test_kills.py -k join $(ARGS)

broker: .tools/kafka/.fetched ## fetch Apache Kafka's jars for the Kafka tests (needs Java 17 and Maven)

.tools/kafka/.fetched: deploy/kafka/pom.xml
	@command -v java >/dev/null && command -v mvn >/dev/null || { \
		echo "make: the Kafka tests need Java and Maven; on Debian install default-jre-headless maven" >&2; exit 1; }
	@rm -rf .tools/kafka && mkdir -p .tools/kafka
	@mvn -q -B -f deploy/kafka/pom.xml dependency:copy-dependencies \
		-DincludeScope=runtime -DoutputDirectory="$(CURDIR)/.tools/kafka/libs"
	@touch $@

COMPOSE_SECRETS := TIDEGAUGE_DB_PASSWORD TIDEGAUGE_GRAFANA_PASSWORD
compose-secrets: ## put the passwords that docker-compose.yml needs into .env; those that are there stay
	@umask 077; touch .env; for name in $(COMPOSE_SECRETS); do \
		grep -q "^$$name=." .env || echo "$$name=$$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" >> .env; \
	done

schemas: setup ## write schemas/ again from the code
	@$(BIN)/tidegauge schemas $(ARGS)

docs: setup ## write the generated tables of README.md and docs/ again
	@$(BIN)/python -m tidegauge.runtime.reference

clean: ## remove the environment, the caches and nothing else
	@rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find services tests examples -name __pycache__ -type d -prune -exec rm -rf {} +
