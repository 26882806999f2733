# Two commands do everything on a fresh machine with Python 3.11+ and make: `make run` and `make test`.
PYTHON ?= python3
RUN := .venv/bin/python
DEV := .venv-dev/bin/python

.PHONY: run test test-foreign check quality bench lock screenshot clean

run: .venv/.ready           ## start Rasid (without a token: local mode, with a chat page in the browser)
	$(RUN) -m bot run

test: .venv-dev/.ready      ## every test this machine can run
	$(DEV) -m pytest --numprocesses auto --dist worksteal

check: .venv-dev/.ready     ## format, lint, types, import contracts
	$(DEV) -m ruff format --check .
	$(DEV) -m ruff check .
	$(DEV) -m mypy
	.venv-dev/bin/lint-imports --no-cache

quality: .venv-dev/.ready   ## how well texts are understood, on our own labelled lists, with floors
	$(DEV) -m benchmarks.fit_places cv
	$(DEV) -m pytest tests/quality

bench: .venv-dev/.ready     ## what is measured, and the figures of this machine
	$(DEV) -m benchmarks

test-foreign: .venv-dev/.ready .venv-foreign/.ready  ## against a Bot API that is not ours (needs redis-server)
	TEST_FOREIGN=.venv-foreign $(DEV) -m pytest tests/foreign

screenshot: .venv-dev/.ready ## make the README's picture again
	$(DEV) -m tests.journeys.screenshot docs/first-alert.png

lock: .venv-dev/.ready      ## resolve the pinned, hashed requirements again
	$(DEV) -m pip install --quiet uv
	.venv-dev/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header -q -o requirements.txt
	.venv-dev/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header -q -c requirements.txt -o requirements-dev.txt
	.venv-dev/bin/uv pip compile tests/foreign/requirements.in --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header -q -o requirements-foreign.txt

.venv/.ready: requirements.txt
	$(PYTHON) -m venv --clear .venv
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

.venv-foreign/.ready: requirements-foreign.txt
	$(PYTHON) -m venv --clear .venv-foreign
	.venv-foreign/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-foreign.txt
	touch $@

.venv-dev/.ready: requirements-dev.txt
	$(PYTHON) -m venv --clear .venv-dev
	$(DEV) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

clean:
	rm -rf .venv .venv-dev .venv-foreign .mypy_cache .ruff_cache .pytest_cache .hypothesis
