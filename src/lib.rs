//! zendesk-exporter: a Zendesk Support account as a Prometheus target.
