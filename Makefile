# Every target works from a fresh clone with Go, a C compiler (for -race) and, for the browser tests, a Chromium.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

STACK ?= prod
ARGS  ?=
BENCH ?= .
COUNT ?= 1

# Modules beside the one at the root, each with its own go.mod.
MODULES := deployments tools examples/own-api

TOOL := go tool -modfile=tools/go.mod

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: local
local: ## serve the stack's topology on localhost (STACK=prod, ARGS="-pop SYD")
	@test -x bin/local || echo "Building local mode: the first time takes a machine a few minutes, later ones seconds."
	@go build -o bin/local ./local && exec bin/local -stack $(STACK) $(ARGS)

.PHONY: test
test: ## run all tests, with the race detector and in random order
	go test -race -shuffle=on -timeout 20m ./...
	@for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do command -v $$name >/dev/null && exit 0; done; \
	echo "No Chromium in PATH: the browser tests did not run (Debian: apt-get install chromium)."

.PHONY: screenshots
screenshots: ## write pictures of every page and state, and those of the README (needs Chromium)
	@mkdir -p bin/screenshots
	ONEFRONT_SCREENSHOTS=$(CURDIR)/bin/screenshots go test -count=1 -run 'TestScreenshots|TestDashboard' ./browser ./local
	cp bin/screenshots/dashboard-region-down-desk.png docs/pictures/dashboard.png
	cp bin/screenshots/form-390.png docs/pictures/site.png

.PHONY: test-freeze
test-freeze: ## run local mode's tests with functions that are stopped between requests, as Lambda does
	ONEFRONT_TEST_FREEZE=1 go test -count=1 ./local

.PHONY: check
check: vet format-check staticcheck actionlint test modules sqltest frontend ## everything that CI runs

.PHONY: modules
modules: ## vet and test the modules beside this one
	@for dir in $(MODULES); do echo "== $$dir"; (cd "$$dir" && go vet ./... && go test ./...) || exit 1; done

.PHONY: sqltest
sqltest: ## run the reports' SQL over logs of known content (downloads DuckDB, 30 MB; needs a C compiler)
	cd stats/sqltest && go vet ./... && go test -count=1 ./...

.PHONY: smoke
smoke: ## check a deployed stack through its public address (URL=https://example.com, FIRST=1 for a first deployment)
	@test -n "$(URL)" || { echo 'URL="$(URL)": want the public address of a stack, such as https://example.com'; exit 1; }
	go run ./ops smoke "$(URL)" $(if $(FIRST),-first) $(ARGS)

.PHONY: deploy-policy
deploy-policy: ## write docs/deploy-policy.json and docs/operator-policy.json from the golden graphs
	go test ./ops -run 'Policy_document' -update

.PHONY: frontend
frontend: ## build and test examples/frontend (needs Node)
	cd examples/frontend && npm ci --no-audit --no-fund && npm test && npm run build
	ONEFRONT_FRONTEND=1 go test ./examples -run TestFrontend

.PHONY: cache-tests
cache-tests: ## run the public HTTP cache tests (DIR=checkout of http-tests/cache-tests, after npm install)
	@test -d "$(DIR)" || { echo "DIR=$(DIR): must be a checkout of github.com/http-tests/cache-tests, after npm install"; exit 1; }
	go test -count=1 -tags suites -run TestSuite_cacheTests -v ./local/cloudfront -args -cache-tests "$(abspath $(DIR))"

.PHONY: function-samples
function-samples: ## run AWS's sample functions (DIR=checkout of aws-samples/amazon-cloudfront-functions)
	@test -d "$(DIR)" || { echo "DIR=$(DIR): must be a checkout of github.com/aws-samples/amazon-cloudfront-functions"; exit 1; }
	go test -count=1 -tags suites -run TestSuite_samples -v ./local/cloudfront/function -args -samples "$(abspath $(DIR))"

.PHONY: vet
vet: ## run go vet
	go vet ./...

.PHONY: format-check
format-check: ## list files that gofumpt would change
	@files="$$($(TOOL) gofumpt -l .)"; if [ -n "$$files" ]; then echo "make format would change:"; echo "$$files"; exit 1; fi

.PHONY: format
format: ## rewrite files with gofumpt
	$(TOOL) gofumpt -w .

.PHONY: staticcheck
staticcheck: ## run staticcheck
	$(TOOL) staticcheck ./...

.PHONY: actionlint
actionlint: ## check the workflows
	$(TOOL) actionlint

.PHONY: lint
lint: ## run golangci-lint with .golangci.yml (beyond CI; the first run compiles it)
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...

.PHONY: vuln
vuln: ## look for known vulnerabilities (asks vuln.go.dev)
	$(TOOL) govulncheck ./...
	@for dir in $(MODULES) stats/sqltest; do (cd "$$dir" && go tool -modfile=$(CURDIR)/tools/go.mod govulncheck ./...) || exit 1; done

.PHONY: bench
bench: ## run the benchmarks (BENCH=regexp COUNT=20)
	go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) ./...

.PHONY: load
load: ## the dashboard in Chromium under 1,000 requests a second for a minute: presses and memory (a quiet machine)
	go test -count=1 -tags load -run TestLoad -v ./local

.PHONY: soak
soak: ## count ten million log lines and watch the memory (minutes; Linux)
	go test -count=1 -tags soak -run TestSoak -timeout 30m -v ./stats

.PHONY: golden
golden: ## write the golden graphs anew; review the difference before committing
	go test ./infra/feedback -run Golden -count=1 -update
	cd deployments && go test . -run Golden -count=1 -update

.PHONY: frontend-env
frontend-env: ## write a stack's outputs for a frontend's build (STACK=prod, FILE=web/.env.production.local; none: show them)
	@go run ./frontendenv -stack $(STACK) $(if $(FILE),-file $(FILE))

.PHONY: release
release: ## make the tree a release (VERSION=1.2.0): changelog, version, baseline of resources; review and commit
	cd tools && go run ./release prepare $(VERSION)

.PHONY: build
build: ## build the local mode and the handler into bin/
	go build -o bin/ ./local
	CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go build -trimpath -buildvcs=false -tags lambda.norpc -ldflags '-s -w' -o bin/bootstrap ./handler
