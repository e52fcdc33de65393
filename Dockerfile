# The exporter's image, from a checkout: docker build --tag zendesk-exporter .
# There is no `# syntax=` line: BuildKit understands all of this by itself, and would fetch one image more.

ARG RUST_VERSION=1.95.0

FROM rust:${RUST_VERSION}-trixie AS build
# The toolchain of the image. rust-toolchain.toml asks for clippy and rustfmt too, which rustup would download for each build.
ARG RUST_VERSION
ENV RUSTUP_TOOLCHAIN=${RUST_VERSION}
WORKDIR /src
COPY . .
# What build.rs puts into zendesk_exporter_build_info; the image has no git history.
ARG REVISION=unknown
ENV BUILD_REVISION=${REVISION}
# Cargo compares modification times, and COPY keeps those of the checkout. Without touch, Cargo could take the output of another
# checkout in the cache as newer than these sources. /out is what the image gets. It is copied as a whole, because COPY gives a
# directory that it names mode 0755.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    find . -path ./target -prune -o -type f -exec touch {} + \
    && cargo build --locked --release -p zendesk-exporter --bins \
    && install -D --target-directory=/out target/release/zendesk-exporter \
    && install --directory --mode=0755 /out/etc/zendesk-exporter \
    && install --directory --mode=0700 --owner=65532 --group=65532 /out/var/lib/zendesk-exporter

FROM gcr.io/distroless/cc-debian13:nonroot AS exporter
ARG REVISION=unknown
ARG VERSION=unknown
LABEL org.opencontainers.image.title="zendesk-exporter" \
      org.opencontainers.image.description="Prometheus exporter for Zendesk Support: an exact ledger of every ticket" \
      org.opencontainers.image.source="https://github.com/zendesk-exporter/zendesk-exporter" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /out/ /
# The user nonroot of distroless, by number: Kubernetes can only check numbers.
USER 65532:65532
# A settings file is mounted here as zendesk-exporter.yml. Every user may look for it.
WORKDIR /etc/zendesk-exporter
VOLUME /var/lib/zendesk-exporter
ENV ZENDESK_EXPORTER_STATE__DIRECTORY=/var/lib/zendesk-exporter
EXPOSE 10121
STOPSIGNAL SIGTERM
# healthcheck reads the settings file and the environment, as the exporter does, but it does not see the flags that a container
# is started with. Repeat --web.listen-address, --web.config.file and --config.file in a health check of your own, or set
# ZENDESK_EXPORTER_WEB__LISTEN_ADDRESS and ZENDESK_EXPORTER_WEB__CONFIG_FILE instead of the first two.
HEALTHCHECK --interval=30s --timeout=6s --start-period=20s CMD ["/zendesk-exporter", "healthcheck"]
ENTRYPOINT ["/zendesk-exporter"]
