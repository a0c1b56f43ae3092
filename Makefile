# Everything here can be said again at no cost: what is done is not done twice.
SWIFT ?= swift
SYNFIRE := .build/release/synfire
CNN := models/fashion-cnn

.DEFAULT_GOAL := help
.PHONY: help deps deps-build deps-test build demo test test-quick soak asan tsan consumer data train fuzz bench validate validate-events validate-microcircuit validate-trained format lint docs reference clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-21s %s\n", $$1, $$2 }' Makefile

deps: deps-build deps-test ## install what building and testing need

# What building needs comes first, so that two package managers never run at once under -j.
deps-build:
	@scripts/install-deps.sh build
deps-test: deps-build
	@scripts/install-deps.sh test

build: deps-build ## build the command, optimised, as .build/release/synfire
	@$(SWIFT) build -c release --product synfire

demo: build ## convert, simulate and report on what ships; results in demo/
	@$(SYNFIRE) demo --force

test: deps-build deps-test ## build and run every test, optimised
	@$(SWIFT) test -c release

fuzz: build deps-test ## give 10,000 mutated files of every format to the command; FUZZ="--seed 2" for others
	@$${SYNFIRE_PYTHON:-.venv/bin/python} -B Tests/Fuzz/fuzz.py $(FUZZ)

test-quick: deps-build deps-test ## build, and run what takes no seconds and starts no commands
	@SYNFIRE_TESTS=quick $(SWIFT) test -c release --skip CommandTests

ROUNDS ?= 200
soak: deps-build deps-test ## repeat the random tests with new seeds, ROUNDS=200 times
	@SWIFT="$(SWIFT)" scripts/soak.sh $(ROUNDS)

# Sanitizers see most in debug builds: in release some modules are compiled without checks, and reads are optimised away.
# FILTER chooses tests, such as FILTER=HDF5Tests.
FILTER ?= .
asan: deps-build deps-test ## run tests under the address sanitizer, in a debug build of their own
	@ASAN_OPTIONS=detect_leaks=0 SYNFIRE_COMMAND="$(CURDIR)/.build/asan/debug/synfire" SYNFIRE_TESTS=quick \
	    $(SWIFT) test --sanitize=address --scratch-path .build/asan --filter '$(FILTER)'

tsan: deps-build deps-test ## run the tests of workers and engines under the thread sanitizer, likewise
	@SYNFIRE_TESTS=quick $(SWIFT) test --sanitize=thread --scratch-path .build/tsan --filter 'ParallelTests|SimulationTests'

consumer: deps-build ## build and run a package that uses this one, and check the README's Swift example
	@SWIFT="$(SWIFT)" scripts/test-consumer.sh

data: deps-build ## install the full Fashion-MNIST
	@scripts/install-deps.sh data

train: build data ## train models/fashion-cnn anew on the full data
	@$(SYNFIRE) train $(CNN)/network.yaml --test fashion-mnist:test --out $(CNN)/weights.h5 --force

bench: build ## run every benchmark in Benchmarks/
	@set -e; for script in Benchmarks/*.sh; do \
	    [ -f "$$script" ] || { echo "There is no benchmark in Benchmarks/ yet." >&2; exit 1; }; \
	    [ "$$script" = Benchmarks/peers.sh ] || "$$script"; done

validate: build ## run the networks in models/ and remake the figures of docs/validation/networks.md
	@scripts/make-figures.sh

validate-events: build ## compare the event engine with NEST's precise models and with steps, docs/validation/events.md
	@scripts/validate-events.sh

validate-trained: build data ## measure the trained networks in models/ on all test images, docs/validation/trained.md
	@scripts/validate-accuracy.py

validate-microcircuit: build ## compare the full microcircuit with NEST's stored run, docs/validation/microcircuit.md
	@scripts/validate-microcircuit.sh

format: ## format the Swift sources in place
	@$(SWIFT) format format --in-place --parallel --recursive Package.swift Sources Tests

lint: ## formatting, file sizes, forbidden patterns, import rules
	@scripts/lint.sh

docs: reference ## build the reference of the libraries as .build/docs
	@scripts/make-docs.sh

reference: build ## write docs/reference/models.md and layers.md anew from the catalogs
	@mkdir -p docs/reference
	@set -e; for page in models layers; do \
	    $(SYNFIRE) $$page --markdown > docs/reference/$$page.md.partial; \
	    mv docs/reference/$$page.md.partial docs/reference/$$page.md; done

clean: ## remove what was built
	@rm -rf .build
