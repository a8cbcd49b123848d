# make demo and make test are all that a newcomer needs; each sets up whatever is missing.
# make PYTHON=python3.13 ... chooses the interpreter that .venv is made with.

.PHONY: help demo test serve check conformance crash bench screenshot translations lock venv clean
.DEFAULT_GOAL := help
export PYTHON

bin := .venv/bin
# Arguments for pytest, for example: make test ARGS="tests/forms -k nip"
ARGS ?=

help: ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## */\t/' | expand -t 14

demo: venv ## the office's SOPs with demo people, on http://127.0.0.1:8000
	@$(bin)/lajur demo

test: venv ## the whole test suite
	@$(bin)/python -m pytest -n 2 --dist load $(ARGS)

serve: venv ## serve what var/ holds
	@$(bin)/lajur serve

check: venv ## style, types, the arrows between the wings, translations, JavaScript
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports
	$(bin)/python .ci/translations.py
	$(bin)/python webui/frontend/hatch_build.py --check

conformance: venv ## BPMN, FEEL, bad input: how much of the shared conformance material holds
	@$(bin)/python -m tests.conformance

crash: venv ## kill workers and servers many times, cut machines off: LAJUR_CRASH_ROUNDS=200
	@LAJUR_CRASH_ROUNDS=$${LAJUR_CRASH_ROUNDS:-200} $(bin)/python -m pytest -v -s -m "crash or hosts" $(ARGS)

bench: venv ## how fast it is, beside plain SpiffWorkflow, and its workers on SQLite and PostgreSQL
	@$(bin)/python -m tests.bench $(ARGS)

screenshot: venv ## take the README's pictures anew
	@$(bin)/python -m pytest -q tests/browser/test_demo.py
	@cp var/screenshots/readme-case.png .github/case.png
	@cp var/screenshots/readme-task.png .github/task.png

translations: venv ## add new messages to the Indonesian catalogue
	@$(bin)/python .ci/translations.py --update

lock: venv ## re-make .ci/requirements.txt; UPGRADE=1 for the newest versions
	@.ci/lock

venv:
	@sh .ci/venv

clean: ## remove everything that make made, except var/
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis test-results
	rm -rf webui/frontend/node_modules webui/static/dist engine/expressions/*.bundle.js webui/translations/*/LC_MESSAGES/*.mo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
