# `make` alone prints what there is. Everything here may be run again at any time; what is done already takes a moment.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# A crash must neither wait for somebody to type nor colour a log.
export SWIFT_BACKTRACE := interactive=no,color=no

RELEASE := .build-release
# Every symbol is bound when a program starts, and the table of addresses is read-only from then on.
LINK_NOW := -Xlinker -z -Xlinker now -Xlinker -z -Xlinker relro
# What starts processes of its own and measures its time by them: run by itself, after everything else.
APART := ^EndToEndTests\.|AttackTests|IsolationTests|ServeTests|Postgres
# Hundreds of checks, each on a database of its own and by a clock of its own: side by side, and beside nothing else.
STORES := PostgresConformanceTests
# What starts other programs: under ThreadSanitizer Foundation's Process does not notice that one has ended, and waits for ever. The last has one thread,
# and a minute.
UNSANITIZED := ^CommandLineTests\.|CodecCorpusTests|ConfinementTests|LiarTests|JavaScriptJSONTests|StoreIdentityTests/locksStay
UNSANITIZED := $(UNSANITIZED)|isRefusedWhereAnotherProcessHasIt|JSONMembersTests/many
# What watches workers by the clock, and needs the processor for itself.
TIMED := ^LuaRuntimeTests\.
# All tests at once would starve one another on few cores, and some would run into their time-outs. Toolchains before 6.3 do not know the option.
WIDTH := --experimental-maximum-parallelization-width
AT_ONCE = $$(swift test --help-hidden 2>/dev/null | grep -c -- $(WIDTH) >/dev/null && echo "$(WIDTH) $$((4 * $$(nproc)))" || true)
# Arguments for `fairlead demo`, such as ARGS=--keep.
ARGS ?=

.PHONY: help setup demo build test browser screenshots check format release deb try-deb sbom sanitize bench bench-long chaos fuzz

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what building needs and is missing (apt)
	@scripts/setup build
	@scripts/dependencies pin

demo: build ## build, then walk two orders through simulated providers and back
	@.build/debug/fairlead demo $(ARGS)

build: setup ## build everything but the tests, for debugging
	@scripts/run-long build swift build

test: ## everything: install what is missing, build, all tests, the examples
	@scripts/setup test
	@scripts/dependencies pin
	@scripts/run-long build-tests swift build --build-tests
	@scripts/run-long fuzz-kept scripts/fuzz kept
	@scripts/run-examples
	@scripts/run-long test swift test --skip-build --disable-xctest $(AT_ONCE) --skip '$(APART)|$(TIMED)'
	@scripts/run-long test-stores swift test --skip-build --disable-xctest $(AT_ONCE) --filter '$(STORES)'
	@scripts/run-long test-apart swift test --skip-build --disable-xctest --no-parallel --filter '$(APART)|$(TIMED)' --skip '$(STORES)'
	@scripts/run-long test-browser scripts/test-browser
	@grep -h 'Test run with' .build/make-test.log .build/make-test-stores.log .build/make-test-apart.log

browser: ## only the dashboard's tests in a browser, after a build (TESTS=test_journeys); pictures of all pages go to .build/screenshots
	@scripts/setup test
	@scripts/dependencies pin
	@scripts/run-long build swift build
	@scripts/run-long test-browser scripts/test-browser $(TESTS)

screenshots: ## take the pictures of the dashboard in docs/images anew, after a build
	@scripts/setup test
	@.build/browser-venv/bin/python Tests/BrowserTests/screenshots.py

check: ## format, arrows, Lua, and the tests that are quick
	@scripts/setup test
	@swift format lint -s -r -p Sources Tests Package.swift examples
	@scripts/check-arrows --self-test
	@scripts/check-arrows
	@scripts/check-docs --self-test
	@scripts/check-docs
	@scripts/check-lua
	@scripts/dependencies --self-test
	@scripts/dependencies pin
	@scripts/run-long build-tests swift build --build-tests
	@scripts/dependencies check
	@$(MAKE) --no-print-directory sbom
	@scripts/run-long test-quick swift test --skip-build --disable-xctest $(AT_ONCE) --skip '$(APART)|$(TIMED)'
	@grep -h 'Test run with' .build/make-test-quick.log | tail -n 1

format: ## format every Swift file in place
	@swift format format -i -r -p Sources Tests Package.swift examples

release: setup ## build dist/fairlead and dist/fairlead-lua, optimised, stripped, with the Swift runtime inside; a tarball, checksums
	@scripts/run-long release swift build -c release --scratch-path $(RELEASE) --static-swift-stdlib $(LINK_NOW)
	@mkdir -p dist
	@for program in fairlead fairlead-lua; do strip -o dist/$$program $(RELEASE)/release/$$program; done
	@for program in fairlead fairlead-lua; do readelf -d dist/$$program | grep -Eq 'BIND_NOW|Flags:.*NOW' \
	    || { echo "dist/$$program is not linked with -z now"; exit 1; }; done
	@ls -lh dist/fairlead dist/fairlead-lua
	@scripts/package tarball

deb: release ## pack dist/fairlead_VERSION_ARCH.deb: programs, plugins, settings to fill in, a hardened systemd unit
	@scripts/package deb

try-deb: deb ## install, start, upgrade and purge the package in a copy of the file system that is thrown away (takes root)
	@scripts/try-package

sbom: ## write dist/fairlead.cdx.json: what Fairlead is built from, as CycloneDX
	@scripts/dependencies sbom dist/fairlead.cdx.json
	@scripts/dependencies check-sbom dist/fairlead.cdx.json

sanitize: ## run the Swift tests once under ThreadSanitizer, but those that start programs (long; builds into .build-tsan)
	@scripts/setup test
	@scripts/dependencies pin
	@scripts/run-long sanitize-build swift build --build-tests --sanitize=thread --scratch-path .build-tsan
	@# A worker has one thread, and confines itself so far that ThreadSanitizer could not start in it: it is built without.
	@scripts/run-long sanitize-worker swift build -c release --scratch-path .build-tsan --product fairlead-lua
	@cp .build-tsan/release/fairlead-lua .build-tsan/debug/fairlead-lua
	@TSAN_OPTIONS="halt_on_error=0 exitcode=66 report_signal_unsafe=0" \
	    scripts/run-long sanitize swift test --skip-build --sanitize=thread --scratch-path .build-tsan --disable-xctest --no-parallel \
	    --skip '$(APART)|$(UNSANITIZED)' || { grep -A 40 'WARNING: ThreadSanitizer' .build/make-sanitize.log | head -n 400; exit 1; }
	@grep -h 'Test run with' .build/make-sanitize.log | tail -n 1
	@! grep -A 40 'WARNING: ThreadSanitizer' .build/make-sanitize.log

bench: ## measure the release build as a user runs it, beside peers, under ten minutes: a table (installs aiohttp, FastAPI)
	@scripts/setup bench
	@$(MAKE) --no-print-directory release
	@scripts/bench $(RELEASE)/release

bench-long: ## the same with 20,000 jobs and large stores, then the parts one by one (hours)
	@scripts/setup bench
	@$(MAKE) --no-print-directory release
	@scripts/bench $(RELEASE)/release --long
	@scripts/bench-parts $(RELEASE)/release

chaos: ## kill hosts, workers and databases again and again (CHAOS_SEEDS=200, CHAOS_SECONDS=180); leaves a table in .build/chaos.md
	@scripts/setup test
	@scripts/run-long build-tests swift build --build-tests
	@scripts/chaos

fuzz: ## feed the C code random input for FUZZ_SECONDS (600)
	@scripts/setup fuzz
	@scripts/fuzz
