//! Families of requests to Zendesk: their limits, and the login.

use super::{ALL_AT_ZERO, AT_START, Chapter, Family, Kind};

const WITH_HEADER: &str =
    "When an answer has the header. The series is absent when the last answer does not have it.";

/// Requests.
pub const API_REQUESTS: Family = Family {
    name: "zendesk_exporter_api_requests_total",
    kind: Kind::Counter,
    chapter: Chapter::Account,
    labels: &["endpoint", "code"],
    help: "Total number of requests to the Zendesk API, by endpoint and HTTP status code.",
    details: "The `code` is none if no HTTP answer was received. A series that does not exist from the start appears with its first request, and `increase()` does not count that request.",
    appears: "At the start of the exporter, with the value 0, with code 200 for the endpoints in use; for the ticket export and oauth_tokens also with the codes 400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504, 524 and none. Any other series appears with its first request.",
    example: "sum by (code) (rate(zendesk_exporter_api_requests_total[10m])) * 60",
};

/// Duration of requests.
pub const API_REQUEST_DURATION: Family = Family {
    name: "zendesk_exporter_api_request_duration_seconds",
    kind: Kind::Histogram,
    chapter: Chapter::Account,
    labels: &["endpoint"],
    help: "Duration of requests to the Zendesk API in seconds, by endpoint.",
    details: "The duration includes reading and decoding the whole answer.",
    appears: "At the start of the exporter, with the value 0, for the endpoints in use.",
    example: "histogram_quantile(0.95, sum by (le) (rate(zendesk_exporter_api_request_duration_seconds_bucket[1h])))",
};

/// Size of a limit.
pub const RATE_LIMIT: Family = Family {
    name: "zendesk_exporter_api_rate_limit",
    kind: Kind::Gauge,
    chapter: Chapter::Account,
    labels: &["limit"],
    help: "Number of requests that Zendesk allows per time window (headers ratelimit-limit and zendesk-ratelimit-*), by limit.",
    details: "The `limit` is account for the limit of the whole account, or the name in the header for the limit of an endpoint, such as incremental-exports. The value comes from the last answer. The exporter also reads the older spellings of these headers.",
    appears: WITH_HEADER,
    example: "zendesk_exporter_api_rate_limit",
};

/// What is left of a limit.
pub const RATE_LIMIT_REMAINING: Family = Family {
    name: "zendesk_exporter_api_rate_limit_remaining",
    kind: Kind::Gauge,
    chapter: Chapter::Account,
    labels: &["limit"],
    help: "Number of requests left in the current time window (headers ratelimit-remaining and zendesk-ratelimit-*), by limit.",
    details: "All programs that use the Zendesk API of the account share these requests.",
    appears: WITH_HEADER,
    example: "zendesk_exporter_api_rate_limit_remaining / zendesk_exporter_api_rate_limit",
};

/// End of a window.
pub const RATE_LIMIT_RESET: Family = Family {
    name: "zendesk_exporter_api_rate_limit_reset_timestamp_seconds",
    kind: Kind::Gauge,
    chapter: Chapter::Account,
    labels: &["limit"],
    help: "End of the current time window (headers ratelimit-reset and zendesk-ratelimit-*) as a Unix timestamp in seconds, by limit.",
    details: "The time is that of Zendesk's clock.",
    appears: WITH_HEADER,
    example: "zendesk_exporter_api_rate_limit_reset_timestamp_seconds - time()",
};

/// Time lost to limits.
pub const RATE_LIMIT_WAIT: Family = Family {
    name: "zendesk_exporter_rate_limit_wait_seconds_total",
    kind: Kind::Counter,
    chapter: Chapter::Account,
    labels: &[],
    help: "Total time in seconds that polling waited because Zendesk answered that a request limit was used up.",
    details: "",
    appears: ALL_AT_ZERO,
    example: "rate(zendesk_exporter_rate_limit_wait_seconds_total[1h]) > 0.1",
};

/// Token expiry.
pub const TOKEN_EXPIRY: Family = Family {
    name: "zendesk_exporter_auth_token_expiry_timestamp_seconds",
    kind: Kind::Gauge,
    chapter: Chapter::Account,
    labels: &[],
    help: "Expiry time of the current OAuth access token (expires_in), as a Unix timestamp in seconds.",
    details: "The exporter renews the token before it expires.",
    appears: "With OAuth client credentials. The series is absent if the token does not expire.",
    example: "zendesk_exporter_auth_token_expiry_timestamp_seconds - time() < 0",
};

/// Way to log in.
pub const AUTH_INFO: Family = Family {
    name: "zendesk_exporter_auth_info",
    kind: Kind::Gauge,
    chapter: Chapter::Account,
    labels: &["method"],
    help: "A metric with a constant '1' value labeled by the method with which the exporter authenticates to Zendesk.",
    details: "Zendesk ends API tokens (`api_token`) on 2027-04-30.",
    appears: AT_START,
    example: "zendesk_exporter_auth_info{method=~\"api_token|password\"}",
};
