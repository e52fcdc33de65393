# The commands the project keeps. `make demo` and `make test` need a Rust toolchain and nothing else.

.PHONY: demo test check bench tools

demo:
	cargo run --quiet -- demo

test: tools
	cargo test --locked

check:
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

bench:
	cargo bench --locked --bench budgets

# promtool judges what we expose, Chromium how the status page looks; the tests fail without them.
tools:
	@command -v promtool >/dev/null || { echo "installing promtool (Debian package prometheus)"; \
		sudo=$$(command -v sudo || true); \
		$$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends prometheus; }
	@command -v chromedriver >/dev/null || { echo "installing Chromium (Debian packages chromium, chromium-driver)"; \
		sudo=$$(command -v sudo || true); \
		$$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends chromium chromium-driver; }
