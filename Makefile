PYTHON ?= python3
BIN := .venv/bin
# Python runs the other programs there: they name the folder that they were installed in, which may have been moved.

# IPython and Jupyter keep their files here, not in the reader's home, and find no settings of the reader's.
export IPYTHONDIR := $(CURDIR)/.venv/ipython
export JUPYTER_RUNTIME_DIR := $(CURDIR)/.venv/runtime

# A folder or an address that holds Pyodide 0.27.7. With it, Python for the browser becomes part of the book.
export PYODIDE

LOCK := --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links

.PHONY: help book test execute pdf kit bench results cohorts data oracles lock shorten sample clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s%s\n", $$1, $$2 }' Makefile

book: .venv/.installed  ## Build the book into _build/html
	@# After a build that failed or was cut off, all pages are built again: what is taken as done is neither made,
	@# such as the pages for the search, nor does it repeat its warnings.
	@if [ -e _build/unfinished ]; then rm -rf _build/.doctrees; fi; mkdir -p _build; touch _build/unfinished
	@$(BIN)/python $(BIN)/jupyter-book build -W -n --keep-going -q . > /dev/null
	@rm _build/unfinished
	@echo "The book is built, $$(du -sh _build/html | cut -f1). Open $(CURDIR)/_build/html/index.html"

test: book  ## Check everything: form, data, statistics, notebooks, and the built book in a browser
	@$(BIN)/python -m ruff check --quiet && $(BIN)/python -m ruff format --quiet --check
	@$(BIN)/python -m _ext.shared.chromium
	@$(BIN)/python -m pytest -n logical --dist loadfile --no-loadscope-reorder -rs

execute: .venv/.installed  ## Run every chapter and store its outputs
	@$(BIN)/python -m _ext.execute

pdf: book  ## Print the book, and a worksheet for each chapter, into _build/pdf
	@$(BIN)/python -m _ext.shared.chromium
	@$(BIN)/python -m _ext.paper

kit: book  ## Put the book, with Python for the browser, and a server for a class into _build/kit
	@$(BIN)/python -m _ext.browser

bench: book  ## Measure the book, print a table and write it to BENCH.md
	@$(BIN)/python -m _ext.shared.chromium
	@PYTHONPATH=chapters:tests $(BIN)/python -m tests.bench

results: .venv/.installed  ## Report the study in STUDY=folder or workbook into OUT, by default _build/results
	@PYTHONPATH=chapters $(BIN)/python -m prepost "$(STUDY)" "$(OUT)"

cohorts: .venv/.installed  ## Give each person in ROSTER=class.csv a data set, in _build/cohorts
	@$(BIN)/python data/cohorts.py $(if $(ROSTER),"$(ROSTER)") $(if $(OUT),"$(OUT)")

data: .venv/.installed  ## Make the tables of the study again, and its exports if they are synthetic
	@$(BIN)/python data/$(if $(wildcard data/generate.py),generate,tables).py

oracles: .venv/.installed  ## Make R's stored results again that are out of date (ORACLES=all: all of them)
	@$(BIN)/python tests/r_scripts.py

lock:  ## Pin the newest versions that requirements.in and tests/requirements.in allow
	@$(PYTHON) -m venv _build/lock
	@_build/lock/bin/pip install --quiet --disable-pip-version-check uv
	@_build/lock/bin/uv pip compile $(LOCK) --upgrade tests/requirements.in -o tests/requirements.txt
	@_build/lock/bin/uv pip compile $(LOCK) --upgrade -c tests/requirements.txt requirements.in -o requirements.txt

shorten: .venv/.installed  ## Leave out the study and all chapters but KEEP="7 13", for a book about another study
	@$(BIN)/python -m _ext.shorten $(KEEP)

sample: book  ## Lay out a small book about another study in _build/sample, build it and run the tests there
	@$(BIN)/python -m tests.sample
	@$(MAKE) --no-print-directory --directory=_build/sample --old-file=.venv/.installed \
		$(if $(wildcard $(PYODIDE)),PYODIDE="$(abspath $(PYODIDE))") execute test

clean:  ## Remove all that these targets made, the environment too, but not the cohorts of a class
	rm -rf .venv .pytest_cache
	@# beside a key there may be marks
	@for made in _build/* _build/.[!.]*; do [ "$$made" = _build/cohorts ] || rm -rf "$$made"; done
	@if [ -e _build/cohorts ]; then echo "Kept: _build/cohorts, where a class has its data, and you their key."; \
		else rm -rf _build; fi

.venv/.installed: tests/requirements.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit( \
		"This book needs Python 3.11 or newer, and $(PYTHON) is " + sys.version.split()[0] + \
		". Name another one: make PYTHON=python3.12 book")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make environments. On Debian or Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing the pinned packages into .venv; this takes some minutes ..."
	@$(PYTHON) -m venv --clear .venv
	@# An older pip passes over the pin of a package of which another one asks for extras.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=23.3"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@
