# syntax=docker/dockerfile:1
# Two images in one: the exporter, and with --target simulator the simulated account beside it.

ARG RUST_VERSION=1.95.0

FROM rust:${RUST_VERSION}-bookworm AS build
WORKDIR /src
COPY . .
# What build.rs puts into zendesk_exporter_build_info; the image has no git history.
ARG REVISION=unknown
ENV BUILD_REVISION=${REVISION}
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release -p zendesk-exporter -p zendesk-simulator --bins \
    && install -D --target-directory=/out target/release/zendesk-exporter target/release/zendesk-simulator \
    && install --directory --mode=0700 /out/state

FROM gcr.io/distroless/cc-debian12:nonroot AS base
# The user nonroot of distroless, by number: Kubernetes can only check numbers.
USER 65532:65532
STOPSIGNAL SIGTERM

FROM base AS simulator
COPY --from=build /out/zendesk-simulator /zendesk-simulator
ENTRYPOINT ["/zendesk-simulator"]

FROM base AS exporter
ARG REVISION=unknown
ARG VERSION=unknown
LABEL org.opencontainers.image.title="zendesk-exporter" \
      org.opencontainers.image.description="Prometheus exporter for Zendesk Support: an exact ledger of every ticket" \
      org.opencontainers.image.source="https://github.com/zendesk-exporter/zendesk-exporter" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /out/zendesk-exporter /zendesk-exporter
COPY --from=build --chown=65532:65532 /out/state /var/lib/zendesk-exporter
VOLUME /var/lib/zendesk-exporter
ENV ZENDESK_EXPORTER_STATE__DIRECTORY=/var/lib/zendesk-exporter
EXPOSE 10121
HEALTHCHECK --interval=30s --timeout=6s --start-period=20s CMD ["/zendesk-exporter", "healthcheck"]
ENTRYPOINT ["/zendesk-exporter"]
