//! The status page for people: HTML without scripts, which loads nothing from anywhere.

mod account;

mod sources;

mod tables;

mod text;

use std::sync::LazyLock;

use aws_lc_rs::digest;
use axum::body::Bytes;
use axum::http::{HeaderName, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Report;
use account::AccountSection;
use text::time;

/// The style of the page. Colours have a contrast of at least 4.5 with their background, light and dark.
const STYLE: &str = include_str!("page.css");

/// Allows the page its own style, known by its digest, and nothing else.
static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(digest::digest(&digest::SHA256, STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
});

impl Report<'_> {
    /// The headers and the body of `/`.
    pub(in crate::server) fn page(&self) -> ([(HeaderName, &'static str); 6], Bytes) {
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, &**CONTENT_SECURITY_POLICY),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_FRAME_OPTIONS, "DENY"),
        ];
        (headers, self.markup().into_string().into())
    }

    pub(in crate::server) fn markup(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { "Zendesk exporter" }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        h1 { "Zendesk exporter" }
                        p { "Prometheus exporter for Zendesk Support accounts, version " (env!("CARGO_PKG_VERSION")) ". Page created at " (time(self.now)) "." }
                        nav aria-label="Endpoints" { (self.links()) }
                    }
                    main {
                        @for problem in &self.health_problems {
                            p.standing.bad { "Not healthy: " (problem) ". Restart the exporter, and report the problem if it happens again." }
                        }
                        @if self.accounts.is_empty() {
                            p { "No account has been opened yet." }
                        }
                        @for (index, status) in self.accounts.iter().enumerate() {
                            (AccountSection { index, status, now: self.now }.markup())
                        }
                    }
                }
            }
        }
    }

    fn links(&self) -> Markup {
        let repository = env!("CARGO_PKG_REPOSITORY");
        html! {
            ul {
                li { a href=(self.telemetry_path) { "Metrics" } }
                li { a href="/api/v1/status" { "Status as JSON" } }
                li { a href="/-/healthy" { "Healthy" } }
                li { a href="/-/ready" { "Ready" } }
                @if !repository.is_empty() {
                    li { a href=(repository) { "Documentation" } }
                }
            }
        }
    }
}
