# Every target first installs what it needs; on a fresh Debian 12 with Swift 6.3 nothing else has to be typed.

IMPORTS = --explicit-target-dependency-import-check error
IDEA ?= Ein Frühstückstisch am Sonntagmorgen
PORT ?= 17801

.PHONY: run test check lint bench prepare

# Makes a picture from an idea, prints where it lies, and serves it.
run: prepare
	swift build -c release --product atelier --static-swift-stdlib $(IMPORTS)
	.build/release/atelier run "$(IDEA)" --schema dada $(RUN_OPTIONS)
	.build/release/atelier serve --port $(PORT) $(SERVE_OPTIONS)

# Every test. Those of media start programs through Foundation, which reads beyond a buffer when a process has very many files open, as
# the tests of the HTTP server have; so they have a process of their own. Those that start whole servers run one after the other: a small machine has room for one.
test: prepare
	swift build --build-tests $(IMPORTS)
	SWIFT_BACKTRACE=enable=no swift test --skip-build --skip "AtelierTests|AtelierMediaTests"
	SWIFT_BACKTRACE=enable=no swift test --skip-build --filter AtelierMediaTests
	SWIFT_BACKTRACE=enable=no swift test --skip-build --filter AtelierTests --no-parallel

# What a change must pass: style, then every test.
check: lint test

lint: prepare
	swift format lint --strict --recursive Package.swift Sources Tests

# Figures, as ratios within one run.
bench: prepare
	swift build -c release --product atelier --static-swift-stdlib $(IMPORTS)
	scripts/bench.sh .build/release/atelier

prepare:
	@scripts/prepare.sh
