# One word for every chore. `make help` lists them.
# The first run makes an environment in .venv; a later one sees by its stamps that nothing has changed.

PYTHON ?= python3
BIN := .venv/bin
SITE := _build/site
PORT ?= 8000

# The environment's own Node, npm and tools come before the system's.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

COURSE := .venv/.course-installed
TOOLS := .venv/.tools-installed
WEB := node_modules/.installed
PEERS := .venv-peers/.peers-installed
HUB := .venv-hub/.hub-installed

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help book serve lab pdf epub gettext links test check setup peers record-peers bench-grading bench-losses bench-site lock clean clean-all system-book system-test picture hub

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

book: $(COURSE) $(WEB)  ## build the website, and say where to open it
	$(BIN)/xentcourse book
	$(BIN)/xentcourse publish

serve: book  ## build the website and serve it at http://localhost:8000 (PORT=... for another)
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory $(SITE) $(PORT)

pdf: $(TOOLS) $(WEB)  ## make the whole book as one PDF; `make book` links it on the site
	$(BIN)/xentcourse make pdf

epub: $(COURSE) $(WEB)  ## make the whole book as an EPUB; `make book` links it on the site
	$(BIN)/xentcourse make epub

gettext: $(COURSE) $(WEB)  ## write the texts for translators to _build/gettext
	$(BIN)/xentcourse make texts

links: $(COURSE) $(WEB)  ## look at the links that lead away, and report; nothing fails
	$(BIN)/xentcourse make links

lab: $(COURSE)  ## open the exercises in JupyterLab, in your own folder work/
	$(BIN)/xentcourse lab

test: setup  ## set up, check, build and test everything
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory book
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(TOOLS)  ## lint, formatting, types, spelling, and whether the released exercises are up to date
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/codespell
	$(BIN)/xentcourse release --check

setup: system-test $(TOOLS) $(WEB) $(PEERS)  ## install what `make test` needs, and test nothing

bench-grading: $(TOOLS)  ## measure grading against nbgrader alone (OPTIONS=--quick, OPTIONS=--large)
	$(BIN)/python benchmarks/grading.py $(OPTIONS)

bench-losses: $(TOOLS)  ## measure the losses against torch's own (OPTIONS=--quick)
	$(BIN)/python benchmarks/losses.py $(OPTIONS)

bench-site: $(TOOLS) $(WEB)  ## measure the published site with Lighthouse (OPTIONS=--quick, OPTIONS=softmax.html)
	$(BIN)/python benchmarks/site.py $(OPTIONS)

picture: $(TOOLS)  ## take the README's picture of the site that `make book` built
	$(BIN)/python scripts/picture.py

hub: $(TOOLS) $(HUB)  ## walk the page on JupyterHub with real accounts: as root, on a machine to throw away
	.venv-hub/bin/python scripts/hub.py

peers: $(PEERS)  ## install the libraries that a chapter compares, in .venv-peers (3 GB)

record-peers: $(PEERS)  ## ask these libraries again and write down what they answer
	@mkdir -p _build
	.venv-peers/bin/python scripts/peers.py > _build/recorded.json
	mv _build/recorded.json xentcourse/peers/recorded.json

lock: $(TOOLS) $(PEERS)  ## write the constraints anew from what the environments hold
	@mkdir -p _build
	scripts/lock $(BIN)/python > _build/constraints.txt
	scripts/lock .venv-peers/bin/python 'requirements-peers.txt brings' > _build/constraints-peers.txt
	mv _build/constraints.txt _build/constraints-peers.txt .

clean:  ## remove what was built, and keep the environment and your work
	rm -rf _build book/_static/katex .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv*' -not -path './node_modules/*' -prune -exec rm -rf {} +

clean-all: clean  ## remove the environments as well
	rm -rf .venv .venv-peers .venv-hub node_modules *.egg-info

# ---- the set-up -------------------------------------------------------------------------------------

system-book:
	@PYTHON='$(PYTHON)' scripts/system-packages book

system-test:
	@PYTHON='$(PYTHON)' scripts/system-packages test

$(BIN)/python: | system-book
	$(PYTHON) -m venv .venv

# A new pin, or another package definition, brings the environment up to date.
$(COURSE): requirements.txt constraints.txt pyproject.toml scripts/link-node | $(BIN)/python
	@echo "Installing the course's environment into .venv: a few minutes the first time."
	$(BIN)/python -m pip install --quiet -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps -e .
	scripts/link-node .venv
	@touch $@

$(TOOLS): requirements-dev.txt $(COURSE)
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	@touch $@

# The other libraries, where they are in nobody's way.
$(PEERS): requirements-peers.txt constraints-peers.txt | system-book
	@echo "Installing the libraries to compare with into .venv-peers: some minutes the first time."
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet -r requirements-peers.txt
	@touch $@

# A hub on top of the course's environment, and its proxy, which is npm's.
$(HUB): requirements-hub.txt $(TOOLS)
	$(BIN)/python -m venv .venv-hub
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > "$$(.venv-hub/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/course.pth"
	.venv-hub/bin/python -m pip install --quiet -r requirements-hub.txt
	$(BIN)/npm install --prefix .venv-hub --no-audit --no-fund --loglevel=error "$$(sed -n 's/^# npm: \(\S*\) .*/\1/p' requirements-hub.txt)"
	@touch $@

$(WEB): package.json package-lock.json | $(COURSE)
	$(BIN)/npm ci --no-audit --no-fund --loglevel=error
	@touch $@
