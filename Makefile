# Every verb sets up what it needs from Python 3.11+ and make alone; the Kafka parts need a JDK 17+ and Maven.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
.DEFAULT_GOAL := help
.PHONY: help demo test check format lint types contracts compose up kafka bench migrate revision

help: ## list the verbs
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(READY): requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $(READY)

demo: $(READY) ## watch the one story on real input, then try the API (HOUSEHOLDS=n, ONCE=1, FRESH=1)
	$(BIN)/python -m deploy.demo

up: $(READY) ## serve without the story
	STORY=0 $(BIN)/python -m deploy.demo

test: $(READY) ## run every test
	$(BIN)/python -m pytest

check: $(READY) format lint types contracts compose test ## format, lint, types, import contracts, compose file, then test

format: $(READY)
	$(BIN)/ruff format --check .

lint: $(READY)
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/basedpyright

contracts: $(READY)
	$(BIN)/lint-imports

compose: $(READY)
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

kafka: $(READY) ## run a local Apache Kafka on 127.0.0.1:9092
	$(BIN)/python -m deploy.kafka

bench: $(READY) ## measure against the limits; writes build/bench.json
	$(BIN)/python -m tests.bench

migrate: $(READY) ## bring the databases named by the environment up to date
	for service in monitoring projects employment; do $(BIN)/python -m services.$$service migrate || exit 1; done

revision: $(READY) ## draft a revision: make revision SERVICE=monitoring MESSAGE="what changes"
	$(BIN)/python -m deploy.embedded.revision $(SERVICE) "$(MESSAGE)"
