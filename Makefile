# Rollcall. Two commands to know: `make up` and `make test`; `make help` lists the rest.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# A Python that runs and is new enough. We run each to find out: a shim on the PATH may exist and fail.
PYTHON := $(shell for p in $(PYTHON_BIN) python3 python3.13 python3.12 python3.11 python3.14; do "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && command -v "$$p" && break; done)
VENVS := .venvs
# An environment's commands contain the folder's path, so a moved clone reinstalls them.
STAMP := .installed-$(shell pwd | cksum | cut -d ' ' -f 1)
DEV := $(VENVS)/dev/bin
UV := $(VENVS)/uv/bin/uv
ROLLCALL := $(DEV)/rollcall
EDITABLE := -e packages/registration_core -e packages/lambda_handlers -e packages/rollcall_build -e packages/admin_cli -e localstack -e localstack/terraform_provider

export PYTHONDONTWRITEBYTECODE :=
export UV_PROJECT_ENVIRONMENT :=

.PHONY: help
help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

# --- environments: one hashed lock and one virtual environment for each purpose --------------------------------------

.PHONY: python-is-there
python-is-there:
	@if [ -z "$(PYTHON)" ]; then echo "Rollcall needs Python 3.11 or newer, but make found none. Install it, or name it: make PYTHON_BIN=/path/to/python3" >&2; exit 1; fi

$(UV): requirements/uv.txt | python-is-there
	@echo "Installing uv (once) ..." >&2
	@rm -rf $(VENVS)/uv && "$(PYTHON)" -m venv $(VENVS)/uv
	@$(VENVS)/uv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt || { rm -rf $(VENVS)/uv; echo "Could not install uv from the package index. Check the network (or PIP_INDEX_URL), then run the same command again." >&2; exit 1; }
	@touch $@

# $(call environment,NAME[,PYTHON]): the environment NAME holds exactly what requirements/NAME.txt locks.
define environment
	@echo "Installing the $(1) environment ..." >&2
	@rm -f $(VENVS)/$(1)/.installed-*
	@grep -qsxF "$(CURDIR)" $(VENVS)/$(1)/.folder || rm -rf $(VENVS)/$(1)
	@test -x $(VENVS)/$(1)/bin/python || $(UV) venv --quiet --python "$(or $(2),$(PYTHON))" $(VENVS)/$(1)
	@echo "$(CURDIR)" > $(VENVS)/$(1)/.folder
	@$(UV) pip sync --quiet --require-hashes --python $(VENVS)/$(1)/bin/python requirements/$(1).txt || { echo "Could not install the $(1) environment from the package index. Check the network (or UV_DEFAULT_INDEX), then run the same command again. It keeps what it has downloaded." >&2; exit 1; }
endef

$(VENVS)/dev/$(STAMP): requirements/dev.txt $(wildcard packages/*/pyproject.toml localstack/pyproject.toml localstack/*/pyproject.toml) $(UV)
	$(call environment,dev)
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python $(DEV)/python $(EDITABLE)
	@touch $@

$(VENVS)/emulator/$(STAMP): requirements/emulator.txt $(UV)
	$(call environment,emulator)
	@touch $@

$(VENVS)/bench/$(STAMP): requirements/bench.txt $(UV)
	$(call environment,bench)
	@touch $@

.PHONY: dev
dev: $(VENVS)/dev/$(STAMP) $(VENVS)/emulator/$(STAMP) ## install what development and the local stack need

# LocalStack needs Python 3.13. Besides the PATH, this looks where pyenv, uv and Homebrew put it, and runs each.
PYTHON_313 = $(shell IFS=$$'\n'; for p in "$(PYTHON_313_BIN)" "$(PYTHON)" $$(type -ap python3.13) "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.13*/bin/python \
  "$${UV_PYTHON_INSTALL_DIR:-$$HOME/.local/share/uv/python}"/*-3.13*/bin/python3.13 /opt/homebrew/bin/python3.13; do \
  "$$p" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' >/dev/null 2>&1 && echo "$$p" && break; done)
PLUGIN := localstack/plugin

.PHONY: localstack
localstack: $(VENVS)/localstack/$(STAMP) $(VENVS)/functions/$(STAMP) ## install LocalStack, for ROLLCALL_EMULATOR=localstack (needs Python 3.13)

.PHONY: python-313-is-there
python-313-is-there:
	@if [ -z "$(PYTHON_313)" ]; then echo "LocalStack needs Python 3.13, but make found none. Install it (for example: uv python install 3.13), or name it: make localstack PYTHON_313_BIN=/path/to/python3.13" >&2; exit 1; fi

# The plug-in is installed as a copy: LocalStack doesn't find the entry points of an editable one.
$(VENVS)/localstack/$(STAMP): requirements/localstack.txt $(PLUGIN)/pyproject.toml $(wildcard $(PLUGIN)/src/*/*.py) $(UV) | python-313-is-there
	$(call environment,localstack,$(PYTHON_313))
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python $(VENVS)/localstack/bin/python --reinstall-package rollcall-localstack ./$(PLUGIN)
	@touch $@

$(VENVS)/functions/$(STAMP): requirements/functions.txt $(UV) | python-313-is-there
	$(call environment,functions,$(PYTHON_313))
	@touch $@

$(VENVS)/moto/$(STAMP): requirements/moto.txt $(UV)
	$(call environment,moto)
	@touch $@

.PHONY: lock
lock: $(UV) ## write the hashed locks from requirements/*.in (UPGRADE=1 upgrades everything)
	@for name in $(basename $(notdir $(wildcard requirements/*.in))); do \
	  echo "locking $$name" >&2; \
	  $(UV) pip compile --quiet --universal --generate-hashes --no-annotate --python-version 3.11 --custom-compile-command "make lock" \
	    $(if $(UPGRADE),--upgrade) requirements/$$name.in -o requirements/$$name.txt; \
	done

# --- the system on this machine --------------------------------------------------------------------------------------

.PHONY: up
up: dev $(if $(filter localstack,$(ROLLCALL_EMULATOR)),localstack) ## start the whole system on this machine (ROLLCALL_EMULATOR=localstack: on LocalStack)
	@$(ROLLCALL) local up

.PHONY: down
down: dev ## stop it and keep the data (RESET=1 deletes it)
	@$(ROLLCALL) local down $(if $(filter 1 true yes,$(RESET)),--reset)

.PHONY: package
package: dev ## build the functions' zip: dist/rollcall-lambda.zip
	@$(DEV)/python -m rollcall_build.package --out dist/rollcall-lambda.zip

# Downloads the package that carries the facts, about 70 MB: see localstack/terraform_provider/README.md.
FACTS := localstack/terraform_provider/tools
.PHONY: provider-facts
provider-facts: dev ## refresh the stand-in provider's facts and print what changed (VERSION=25.8.1: from that version)
	@rm -rf build/provider-facts
	@$(VENVS)/uv/bin/pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
	  --dest build/provider-facts "cdktn-provider-aws$(if $(VERSION),==$(VERSION))"
	@$(DEV)/python $(FACTS)/extract_schema.py build/provider-facts/*.whl
	@$(DEV)/python $(FACTS)/extract_enums.py

# Needs no account. MIRROR: a folder of providers, if the registry can't be reached.
PLATFORMS ?= linux_amd64 linux_arm64 darwin_amd64 darwin_arm64 windows_amd64
.PHONY: provider-lock
provider-lock: ## write infra/terraform/.terraform.lock.hcl for every platform (once, and to upgrade)
	@TF_DATA_DIR="$(CURDIR)/build/terraform/provider-lock" terraform -chdir=infra/terraform get >/dev/null
	@TF_DATA_DIR="$(CURDIR)/build/terraform/provider-lock" terraform -chdir=infra/terraform providers lock \
	  $(if $(MIRROR),-fs-mirror="$(MIRROR)") $(PLATFORMS:%=-platform=%)

.PHONY: install
install: $(UV) ## put `rollcall` on the PATH (EXTRAS=parquet for Parquet exports)
	@$(UV) tool install --quiet --force --python "$(PYTHON)" --constraints requirements/dev.txt \
	  $(foreach name,core handlers build cli local,--reinstall-package rollcall-$(name)) "./packages/admin_cli$(if $(EXTRAS),[$(EXTRAS)])"
	@command -v rollcall >/dev/null \
	  && echo "rollcall is installed. Try: rollcall --help" >&2 \
	  || echo "rollcall is installed in $$($(UV) tool dir --bin), which is not on your PATH. Add it, then try: rollcall --help" >&2

# --- proof -----------------------------------------------------------------------------------------------------------

.PHONY: check
check: dev ## check your organisation's files: forms, site, values
	@$(ROLLCALL) check

PYTEST := $(DEV)/python -m pytest
# Runs several tests at once, because they often wait. tests/groups.py says which share a worker.
WORKERS ?= 3
AT_ONCE := -n $(WORKERS) --dist loadscope --no-loadscope-reorder
PROVIDER := localstack/terraform_provider/tests
EMULATORS ?= ministack localstack

.PHONY: format lint types layers static
format: dev ## format the code
	@$(DEV)/ruff format .
	@$(DEV)/ruff check --fix-only --quiet .
	@if command -v terraform >/dev/null; then terraform fmt -recursive infra; fi

lint: dev ## check format and lint
	@$(DEV)/ruff format --check .
	@$(DEV)/ruff check .

types: dev ## check types
	@$(DEV)/mypy

layers: dev ## check that dependencies point one way
	@$(DEV)/lint-imports --no-cache
	@$(DEV)/lint-imports --no-cache --config circles.ini

static: lint types layers ## run lint, types and layers

.PHONY: test-unit test-process test-contract test-faults test-integration test-infra test-provider test-browser
.PHONY: test test-full test-localstack
test-unit: dev ## test without processes and connections (a minute)
	@$(PYTEST) tests/unit

test-process: dev $(VENVS)/checkov/$(STAMP) ## test what starts processes or listens on this machine, without a stack
	@$(PYTEST) tests/process

test-contract: dev ## test that the fake and the real repositories keep the same promises
	@$(PYTEST) tests/contract

test-faults: dev ## test races, lost answers, killed functions and restarts (those that take minutes: test-full)
	@$(PYTEST) -m "not full" tests/faults

test-integration: dev ## test a deployed stack
	@$(PYTEST) tests/integration

test-infra: dev ## test the Terraform configuration
	@$(PYTEST) tests/infra

test-provider: dev ## test the whole stand-in provider (a pass updates its tests/passed.txt: commit that)
	@$(PYTEST) $(PROVIDER)
	@$(DEV)/python $(PROVIDER)/due.py --record

.PHONY: test-moto
test-moto: dev $(VENVS)/moto/$(STAMP) ## test the table's contracts and the whole configuration on moto, another emulator
	@ROLLCALL_EMULATOR=moto $(PYTEST) -m "not full" tests/contract
	@ROLLCALL_EMULATOR=moto $(PYTEST) tests/infra/test_whole_stack.py

test-browser: dev ## test the pages in a real browser
	@$(PYTEST) tests/browser

test: static $(VENVS)/checkov/$(STAMP) ## run everything once, as CI does (one test of the stand-in provider, unless it changed)
	@provider="$$($(DEV)/python $(PROVIDER)/due.py)"; $(PYTEST) $(AT_ONCE) -m "not full" tests $$provider

test-full: static workflows infra-lint localstack $(VENVS)/checkov/$(STAMP) $(VENVS)/api-check/$(STAMP) $(VENVS)/aws/$(STAMP) $(VENVS)/policies/$(STAMP) ## also run every combination, many rounds, and the tests on other emulators (needs Python 3.13 and Go)
	@rm -rf $(CALLS)
	@ROLLCALL_CALLS="$(CURDIR)/$(CALLS)" $(PYTEST) $(AT_ONCE)
	@ROLLCALL_RECORDED="$(CURDIR)/$(CALLS)" $(PYTEST) $(POLICIES)
	@$(MAKE) --no-print-directory test-moto
	@$(MAKE) --no-print-directory test-localstack

test-localstack: dev localstack ## test on LocalStack what can run there (needs Python 3.13)
	@ROLLCALL_EMULATOR=localstack $(PYTEST) $(AT_ONCE) -m "not full" tests/contract tests/integration tests/faults tests/infra

.PHONY: prove
prove: dev $(filter localstack,$(EMULATORS)) ## record the real AWS provider on each emulator, and compare the stand-in (needs the Terraform registry; minutes)
	@$(DEV)/python -m recorder $(EMULATORS)

# $(call go_tool,NAME): build the Go programs that requirements/NAME/go.mod and go.sum lock. GOBIN must be a full path.
define go_tool
	@command -v go >/dev/null || { echo "This needs Go, which is not on your PATH. Install Go 1.25 or newer." >&2; exit 1; }
	@echo "Building $(1) ..." >&2
	@cd requirements/$(1) && GOBIN="$(CURDIR)/$(VENVS)/$(1)" go install tool
endef

ACTIONLINT := $(VENVS)/actionlint/actionlint
$(ACTIONLINT): requirements/actionlint/go.mod requirements/actionlint/go.sum
	$(call go_tool,actionlint)
	@touch $@

$(VENVS)/workflows/$(STAMP): requirements/workflows.txt $(UV)
	$(call environment,workflows)
	@touch $@

$(VENVS)/aws/$(STAMP): requirements/aws.txt $(UV)
	$(call environment,aws)
	@touch $@

$(VENVS)/checkov/$(STAMP): requirements/checkov.txt $(UV)
	$(call environment,checkov)
	@touch $@

# tflint looks for its AWS rules, another Go program, in TFLINT_PLUGIN_DIR. The first build takes minutes.
TFLINT := $(VENVS)/tflint/tflint
$(TFLINT): requirements/tflint/go.mod requirements/tflint/go.sum
	$(call go_tool,tflint)
	@touch $@

.PHONY: infra-lint
infra-lint: $(TFLINT) ## check infra/ with tflint and its AWS rules (needs Go)
	@cd infra && TFLINT_PLUGIN_DIR="$(CURDIR)/$(dir $(TFLINT))" "$(CURDIR)/$(TFLINT)" --config="$(CURDIR)/infra/.tflint.hcl" --recursive

# Two: ours, and the one that `rollcall new` gives an organisation.
WORKFLOWS := .github/workflows example/.github/workflows
.PHONY: workflows
workflows: $(ACTIONLINT) $(VENVS)/workflows/$(STAMP) ## check our GitHub workflow, and an organisation's, with actionlint and zizmor (needs Go)
	@$(ACTIONLINT) -shellcheck= -pyflakes= $(WORKFLOWS:%=%/*.yml)
	@$(VENVS)/workflows/bin/zizmor --offline --quiet --persona=auditor $(WORKFLOWS)

$(VENVS)/api-check/$(STAMP): requirements/api-check.txt $(UV)
	$(call environment,api-check)
	@touch $@

$(VENVS)/mutants/$(STAMP): requirements/mutants.txt $(wildcard packages/*/pyproject.toml localstack/pyproject.toml localstack/*/pyproject.toml) $(UV)
	$(call environment,mutants)
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python $(VENVS)/mutants/bin/python $(EDITABLE)
	@touch $@

.PHONY: mutants
mutants: $(VENVS)/mutants/$(STAMP) ## break the rules in many small ways, and list what no test notices (MODULE="seating mail" for some, SHARE=0.1 for a sample)
	@nice -n 19 $(VENVS)/mutants/bin/python tests/mutants.py $(MODULE) $(if $(SHARE),--share $(SHARE))

POLICIES := tests/integration/test_policies.py tests/integration/test_policy_data.py
CALLS := build/calls
.PHONY: test-policies record-calls
test-policies: $(VENVS)/policies/$(STAMP) dev ## test that every right exists, is needed and is enough
	@$(PYTEST) $(POLICIES)

record-calls: dev ## record each AWS call of the suites anew: tests/policies/calls.jsonl
	@rm -rf $(CALLS)
	@ROLLCALL_CALLS="$(CURDIR)/$(CALLS)" $(PYTEST) $(AT_ONCE) -m "not full" \
	  --ignore=tests/integration/test_policies.py tests/integration tests/infra \
	  tests/contract/test_rare_calls.py tests/contract/test_publish_rights.py
	@cd tests && "$(CURDIR)/$(DEV)/python" -m policies.recording "$(CURDIR)/$(CALLS)"

$(VENVS)/policies/$(STAMP): requirements/policies.txt $(UV)
	$(call environment,policies)
	@touch $@

$(VENVS)/bench-export/$(STAMP): requirements/bench-export.txt $(UV)
	$(call environment,bench-export)
	@touch $@

.PHONY: bench
bench: $(VENVS)/bench/$(STAMP) dev ## measure the local stack, and cold starts against the rivals (minutes)
	@$(DEV)/python -m rollcall_build.package --example --out dist/rollcall-lambda.zip
	@$(VENVS)/bench/bin/python benchmarks/cold_start.py --package dist/rollcall-lambda.zip
	@$(DEV)/python benchmarks/local_stack.py

.PHONY: pictures
pictures: dev ## draw the site's PNG pictures from its logo, name and colours
	@$(DEV)/python site/pictures.py

# npm packages as a folder's package-lock.json locks them: versions and hashes, no addresses, no scripts run.
LIGHTHOUSE := benchmarks/lighthouse
NU := tests/browser/audits/nu
$(LIGHTHOUSE)/node_modules/.installed $(NU)/node_modules/.installed: %/node_modules/.installed: %/package-lock.json
	@command -v npm >/dev/null || { echo "This needs npm, which is not on your PATH. Install Node.js 18 or newer." >&2; exit 1; }
	@echo "Installing the packages in $*/package-lock.json ..." >&2
	@cd $* && npm ci --silent
	@touch $@

.PHONY: lighthouse
lighthouse: dev $(LIGHTHOUSE)/node_modules/.installed ## run Lighthouse on every page, on its own stack (minutes)
	@$(DEV)/python benchmarks/lighthouse.py

.PHONY: screenshots
screenshots: dev ## take pictures of each page and state, light and dark, narrow and wide: build/screenshots/index.html
	@$(PYTEST) -q tests/browser/audits/pictures.py

.PHONY: validate
validate: dev $(NU)/node_modules/.installed ## check every page and mail with the Nu HTML checker
	@$(PYTEST) -q tests/browser/audits/validity.py

.PHONY: bench-cli
bench-cli: dev $(VENVS)/bench-export/$(STAMP) ## measure exports and lists against their rivals (15 minutes)
	@$(DEV)/python benchmarks/command_start.py
	@$(DEV)/python benchmarks/list_capacity.py
	@$(DEV)/python benchmarks/edge_requests.py
	@$(DEV)/python benchmarks/export_speed.py
	@$(DEV)/python benchmarks/export_speed.py --memory

.PHONY: docs
docs: dev ## generate docs/openapi.json from the code
	@$(DEV)/python -m rollcall_build.openapi

.PHONY: clean
clean: ## remove what make built (not the local stack's data)
	@rm -rf $(VENVS) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
