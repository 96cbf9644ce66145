.DEFAULT_GOAL := help

FUZZTIME ?= 60s

# The race detector leaves the inside of SQLite alone: it is C made into Go, its memory is hardly seen by the detector, and watched it is three
# times slower. What calls it is watched.
test race e2e: export GOFLAGS := $(shell go env GOFLAGS) -gcflags=modernc.org/sqlite/lib=-race=false

# A program with the race detector sleeps a second before it ends well, and the tests start hundreds.
test race e2e: export GORACE := atexit_sleep_ms=0

.PHONY: help
help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build the program, ./tolem
	go build -o tolem ./cmd/tolem

.PHONY: run
run: build ## build and serve
	./tolem serve

.PHONY: setup
setup: ## install what the tests need and this machine lacks (as root on Debian)
	scripts/setup

.PHONY: test
test: setup lint ## everything that a change must pass
	go test -race -vet=off -p 2 -timeout 12m ./...
	go test -vet=off ./internal/sim ./internal/ledger
	go test -vet=off ./internal/api/merchantapi -run 'AtOnce|GivesOne'
	scripts/fuzz 10s

.PHONY: race
race: ## the tests only, with the race detector
	go test -race -vet=off -p 2 -timeout 12m ./...

.PHONY: lint
lint: ## format, vet, staticcheck
	scripts/check

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (60s, or 10000000x)
	scripts/fuzz $(FUZZTIME)

.PHONY: bench
bench: setup ## measure all figures beside pgbench (takes most of an hour)
	scripts/bench

.PHONY: e2e
e2e: setup ## the tests of whole processes and of pages in a browser
	go test -race -timeout 12m ./e2e/...
