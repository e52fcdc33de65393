# The commands the project keeps. `make demo` and `make test` need a Rust toolchain and nothing else.

.PHONY: demo test look node pictures check generate bench containers systemd tools

demo:
	cargo run --locked -p zendesk-exporter -- demo

test: tools
	cargo test --locked --workspace

# Draws both dashboards over a month of simulated accounts and checks what can be seen: docs/dashboards.md. Needs Node.
look: node tools
	cargo build --locked --quiet -p zendesk-exporter-tools -p zendesk-exporter-look --bins
	"$${CARGO_TARGET_DIR:-target}/debug/look"

# Before anything is installed or compiled.
node:
	@node --version 2>/dev/null | grep -qE '^v(2[0-9]|[3-9][0-9]|[0-9]{3,})\.' && command -v npm >/dev/null || \
		{ echo "the dashboards are drawn by Node 20 or later with npm: install both (https://nodejs.org), Debian 12 has an older one" >&2; exit 1; }

# Draws the pictures in docs/images again.
pictures: node tools
	cargo build --locked --quiet -p zendesk-exporter-tools -p zendesk-exporter-look --bins
	"$${CARGO_TARGET_DIR:-target}/debug/look" --pictures docs/images

check:
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked -p zendesk-exporter -p zendesk-simulator --bins -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --document-private-items
	cargo run --locked --quiet --profile test -p zendesk-exporter-tools -- --check

# The dashboards, docs/metrics.md, docs/settings.md and docs/changing-settings.md.
generate:
	cargo run --locked --quiet --profile test -p zendesk-exporter-tools

bench:
	cargo bench --locked -p zendesk-exporter --bench budgets

# Types the documented commands in a container with systemd: for root, with Debian's debootstrap and systemd-container, not part of
# `make test`.
systemd:
	cargo build --locked -p zendesk-exporter -p zendesk-simulator --bins
	python3 tests/packaging/systemd.py

# Builds the image and runs the services of docker-compose.yml in real containers: for root, on Debian, not part of `make test`.
# KEEP=1 keeps what was built for the next time.
containers:
	cd tests/packaging && PYTHONDONTWRITEBYTECODE=1 python3 -m containers $(if $(KEEP),--keep)

# promtool judges what we expose and the rules, amtool where alerts go, systemd-analyze the units, Chromium how the status page looks;
# Helm's library renders the chart. The tests fail without them.
tools:
	@missing=; \
	for tool in promtool:prometheus amtool:prometheus-alertmanager systemd-analyze:systemd chromedriver:chromium-driver chromium:chromium python3:python3; do \
		command -v $${tool%:*} >/dev/null || missing="$$missing $${tool#*:}"; \
	done; \
	python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$$missing python3-venv"; \
	[ -z "$$missing" ] || { echo "installing$$missing (Debian packages)"; \
		sudo=$$(command -v sudo || true); \
		$$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends $$missing; }
	@cmp -s tests/packaging/requirements.txt target/tools/requirements.txt || { \
		echo "installing what renders the chart into target/tools"; \
		python3 -m venv target/tools \
		&& target/tools/bin/pip install --quiet --disable-pip-version-check -r tests/packaging/requirements.txt \
		&& cp tests/packaging/requirements.txt target/tools/; }
