# What people type. `make demo` and `make test` make the machine ready by themselves.

PYTHON ?= python3
RUN := .venv/bin/python
WORKERS ?= 2

.PHONY: help setup setup-run check test test-sqlite test-postgres bench soak demo clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup-run: ## system packages and .venv, to run it
	@$(PYTHON) provisioning/machine.py run

setup: ## system packages and .venv, for tests
	@$(PYTHON) provisioning/machine.py test

demo: setup-run ## everything at once, with simulated hardware; Ctrl-C ends it
	@exec $(RUN) -m gateway demo

check: setup ## format, lint, types, import contracts, migrations
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
	.venv/bin/django-admin makemigrations --check --dry-run --settings tests.settings --pythonpath .

test: check test-postgres test-sqlite ## the gate, then every test: on PostgreSQL what stores, then all

test-postgres: setup
	$(RUN) -m provisioning.postgres $(RUN) -m pytest -q -n $(WORKERS) --store-only --reuse-db

test-sqlite: setup
	$(RUN) -m pytest -n $(WORKERS)

bench: setup ## the figures beside their bounds
	$(RUN) -m tests.bench

soak: setup ## 10,000 taps, 200 kills
	$(RUN) -m tests.soak

clean: ## what was built and what the demo wrote
	rm -rf var build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
