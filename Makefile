# Two commands for a newcomer: `make demo` (run it) and `make test` (test it). Both set themselves up.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin

.PHONY: demo test quick lint format image clean

demo: $(VENV)/ready
	PYTHONPATH=. $(RUN)/python examples/demo/demo.py

# Two at a time: tests of containers wait much, those of cargo compute (tests/conftest.py has what stays together).
test: $(VENV)/ready lint
	$(RUN)/pytest -n 2 --dist loadscope

# Without what needs cargo, a Docker engine or act.
quick: $(VENV)/ready
	$(RUN)/pytest -m "not cargo and not container and not act"

lint: $(VENV)/ready
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy

format: $(VENV)/ready
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

image:
	docker build -t benchmark-ci .

$(VENV)/ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(RUN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf $(VENV) benchmark-results .mypy_cache .ruff_cache .pytest_cache .hypothesis
