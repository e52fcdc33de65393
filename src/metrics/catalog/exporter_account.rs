//! The families about the reading of an account: polls, requests, and the state.

use super::{ALL_AT_ZERO, AT_START, Chapter, Family, Kind, OptIn};

const WITH_HEADER: &str =
    "When an answer has the header. The series is absent when the last answer does not have it.";

families! { OF_ACCOUNTS, Account;
    UP = "zendesk_up", Gauge, [], {
        help: "1 if the last request to the source of tickets succeeded, 0 if it failed.",
        details: "The source is the one in `zendesk_exporter_source_info`; requests to another one do not change the value. A request succeeds when the exporter has read the answer and has written its tickets to the state file. The value does not change when Zendesk answers that a request limit is used up (HTTP 429) or that `start_time` is too recent.",
        appears: "With the result of the first request after the start.",
        example: "zendesk_up == 0",
    }
    LAST_SUCCESS = "zendesk_exporter_last_success_timestamp_seconds", Gauge, [], {
        help: "Time of the last successful request to the source of tickets, as a Unix timestamp in seconds.",
        details: "The time is that of the exporter's clock.",
        appears: "With the first successful request after the start.",
        example: "time() - zendesk_exporter_last_success_timestamp_seconds > 600",
    }
    DATA_TIMESTAMP = "zendesk_exporter_data_timestamp_seconds", Gauge, [], {
        help: "Time up to which the ticket metrics are complete, as a Unix timestamp in seconds.",
        details: "The time is that of Zendesk's clock, and is normally one to two minutes ago, with the list of tickets at most `export.poll_interval`. It is the `Date` header of the last answer after which no further page was available; for an export minus one minute, because Zendesk withholds the changes of the last minute. While further pages are available, it is the `ticket.generated_timestamp` (in the list of tickets, `ticket.updated_at`) of the last row that was read. While the list of tickets is read to its end for the first time, the value stays. If an answer has no `Date` header, the exporter uses its own clock. The value never decreases, also not after a restart.",
        appears: "With the first page of tickets.",
        example: "time() - zendesk_exporter_data_timestamp_seconds > 600",
    }
    INITIAL_SYNC_COMPLETE = "zendesk_exporter_initial_sync_complete", Gauge, [], {
        help: "1 if the exporter has read all tickets of its source once (first sync), 0 before that.",
        details: "While the value is 0, the families in the chapter Tickets are absent, except the `_info` families, `zendesk_search_tickets` and `zendesk_search_tickets_timestamp_seconds`.",
        appears: AT_START,
        example: "zendesk_exporter_initial_sync_complete == 0",
    }
    SYNC_PROGRESS = "zendesk_exporter_sync_progress_ratio", Gauge, ["walk"], {
        help: "Progress of reading all tickets of the source, from 0 to 1, by walk (initial for the first sync, resync for the last resync).",
        details: "The progress is measured by time: it is the share of the time from the first row to now that the rows read so far cover. The value is 1 while no such sync is running, and that of a resync also while the list of tickets is the source. That of a resync is 0.99 at most until the resync is complete.",
        appears: "`initial` at the start of the exporter, `resync` when the first resync begins.",
        example: "zendesk_exporter_sync_progress_ratio{walk=\"initial\"}",
    }
    VANISHED = "zendesk_exporter_vanished_tickets_total", Counter, [], {
        help: "Total number of tickets that were removed from the gauges because Zendesk no longer has them.",
        details: "Zendesk's export does not report permanently deleted tickets, so the exporter finds them with a resync, or, while the list of tickets is the source, with two verify rounds in a row. They are not counted in `zendesk_tickets_deleted_total`. The counter continues after a restart.",
        appears: ALL_AT_ZERO,
        example: "increase(zendesk_exporter_vanished_tickets_total[30d])",
    }
    SWEEPS_REFUSED = "zendesk_exporter_sweeps_refused_total", Counter, [], {
        help: "Total number of resyncs and verify rounds that removed no ticket because implausibly many tickets were missing.",
        details: "A resync or verify round is refused if more than 1,000 tickets and more than a tenth of all tickets are missing, or if the export ended before the newest known tickets. The usual cause is that the user of the exporter has lost permissions. The counter continues after a restart.",
        appears: ALL_AT_ZERO,
        example: "increase(zendesk_exporter_sweeps_refused_total[8d]) > 0",
    }
    POLLS = "zendesk_exporter_polls_total", Counter, [], {
        help: "Total number of polls of the source of tickets.",
        details: "A poll is one or more requests. It ends when Zendesk has no further page, when a request fails, or when a fixed number of pages has been read.",
        appears: ALL_AT_ZERO,
        example: "rate(zendesk_exporter_polls_total[10m]) * 60",
    }
    POLL_FAILURES = "zendesk_exporter_poll_failures_total", Counter, ["reason"], {
        help: "Total number of failed polls and failed resync requests, by reason of the failure.",
        details: "",
        appears: "At the start of the exporter, with the value 0, for every reason.",
        example: "sum by (reason) (increase(zendesk_exporter_poll_failures_total[1h])) > 0",
    }
    POLL_DURATION = "zendesk_exporter_poll_duration_seconds", Histogram, [], {
        help: "Duration of polls in seconds, including the time spent waiting for the limit export.requests_per_minute.",
        details: "",
        appears: ALL_AT_ZERO,
        example: "histogram_quantile(0.95, sum by (le) (rate(zendesk_exporter_poll_duration_seconds_bucket[1h])))",
    }
    COMMIT_DURATION = "zendesk_exporter_state_commit_duration_seconds", Histogram, [], {
        help: "Duration of writing one page of tickets to the state file in seconds.",
        details: "The duration ends when the page is on disk.",
        appears: ALL_AT_ZERO,
        example: "histogram_quantile(0.95, sum by (le) (rate(zendesk_exporter_state_commit_duration_seconds_bucket[1h])))",
    }
    API_REQUESTS = "zendesk_exporter_api_requests_total", Counter, ["endpoint", "code"], {
        help: "Total number of requests to the Zendesk API, by endpoint and HTTP status code.",
        details: "The `code` is none if no HTTP answer was received. A series that does not exist from the start appears with its first request, and `increase()` does not count that request.",
        appears: "At the start of the exporter, with the value 0, with code 200 for the endpoints in use; for the ticket export and oauth_tokens also with the codes 400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504, 524 and none. Any other series appears with its first request.",
        example: "sum by (code) (rate(zendesk_exporter_api_requests_total[10m])) * 60",
    }
    API_REQUEST_DURATION = "zendesk_exporter_api_request_duration_seconds", Histogram, ["endpoint"], {
        help: "Duration of requests to the Zendesk API in seconds, by endpoint.",
        details: "The duration includes reading and decoding the whole answer.",
        appears: "At the start of the exporter, with the value 0, for the endpoints in use.",
        example: "histogram_quantile(0.95, sum by (le) (rate(zendesk_exporter_api_request_duration_seconds_bucket[1h])))",
    }
    RATE_LIMIT = "zendesk_exporter_api_rate_limit", Gauge, ["limit"], {
        help: "Number of requests that Zendesk allows per time window (headers ratelimit-limit and zendesk-ratelimit-*), by limit.",
        details: "The `limit` is account for the limit of the whole account, or the name in the header for the limit of an endpoint, such as incremental-exports. The value comes from the last answer. The exporter also reads the older spellings of these headers.",
        appears: WITH_HEADER,
        example: "zendesk_exporter_api_rate_limit",
    }
    RATE_LIMIT_REMAINING = "zendesk_exporter_api_rate_limit_remaining", Gauge, ["limit"], {
        help: "Number of requests left in the current time window (headers ratelimit-remaining and zendesk-ratelimit-*), by limit.",
        details: "All programs that use the Zendesk API of the account share these requests.",
        appears: WITH_HEADER,
        example: "zendesk_exporter_api_rate_limit_remaining / zendesk_exporter_api_rate_limit",
    }
    RATE_LIMIT_RESET = "zendesk_exporter_api_rate_limit_reset_timestamp_seconds", Gauge, ["limit"], {
        help: "End of the current time window (headers ratelimit-reset and zendesk-ratelimit-*) as a Unix timestamp in seconds, by limit.",
        details: "The time is that of Zendesk's clock.",
        appears: WITH_HEADER,
        example: "zendesk_exporter_api_rate_limit_reset_timestamp_seconds - time()",
    }
    RATE_LIMIT_WAIT = "zendesk_exporter_rate_limit_wait_seconds_total", Counter, [], {
        help: "Total time in seconds that polling waited because Zendesk answered that a request limit was used up.",
        details: "",
        appears: ALL_AT_ZERO,
        example: "rate(zendesk_exporter_rate_limit_wait_seconds_total[1h]) > 0.1",
    }
    ROWS = "zendesk_exporter_rows_total", Counter, ["outcome"], {
        help: "Total number of rows read from all sources of tickets, by outcome.",
        details: "The outcomes are: new (the ticket was not known), changed (`ticket.updated_at` is new), system (only other fields are new, as after a system write), duplicate (nothing is new), stale (the row is older than the known state, or the settings exclude its ticket) and rejected (the row is not a readable ticket, or its time is more than an hour in the future).",
        appears: "At the start of the exporter, with the value 0, for every outcome.",
        example: "sum by (outcome) (rate(zendesk_exporter_rows_total[10m])) * 60",
    }
    SILENT_CHANGES = "zendesk_exporter_silent_changes_total", Counter, [], {
        help: "Total number of rows that changed a ticket although its ticket.updated_at did not move.",
        details: "Zendesk writes some changes without a ticket event. An export shows them. The list of tickets does not; while it is the source, verify rounds find them.",
        appears: ALL_AT_ZERO,
        example: "increase(zendesk_exporter_silent_changes_total[1d])",
    }
    HIDDEN_STATUS_CHANGES = "zendesk_exporter_hidden_status_changes_total", Counter, [], {
        help: "Total number of rows whose ticket.status had changed and changed back since the row before.",
        details: "The exporter reads this from `status_updated_at` in the metric set of the ticket, so it needs `export.metric_sets`. `zendesk_ticket_status_changes_total` does not count these changes.",
        appears: ALL_AT_ZERO,
        example: "increase(zendesk_exporter_hidden_status_changes_total[1d])",
    }
    SOURCE_INFO = "zendesk_exporter_source_info", Gauge, ["source", "reason"], {
        help: "A metric with a constant '1' value labeled by the source of tickets that is read (cursor, time or list) and the reason for it.",
        details: "The `source` is an export (`cursor`, `time`) or the list of tickets (`list`). The `reason` is `configured` if `export.source` names the source, or if it is `auto` and Zendesk answers the export, `refused` if Zendesk refuses the export, and `not_admin` if it does so because the user behind the credentials is not an admin.",
        appears: AT_START,
        example: "zendesk_exporter_source_info{source=\"list\", reason!=\"configured\"}",
    }
    VERIFY_ROUND = "zendesk_exporter_verify_round_timestamp_seconds", Gauge, [], {
        help: "Time at which the last verify round ended, as a Unix timestamp in seconds.",
        details: "The time is that of Zendesk's clock. While the list of tickets is the source, a verify round asks for every ticket whose status can still change, because the list shows neither silent changes nor permanent deletions.",
        appears: "With the end of the first verify round.",
        example: "(time() - zendesk_exporter_verify_round_timestamp_seconds) * on (account) zendesk_exporter_source_info{source=\"list\"} > 7200",
    }
    STATE_TICKETS = "zendesk_exporter_state_tickets", Gauge, [], {
        help: "Number of ticket records in the state file, without deleted tickets.",
        details: "Tickets that a resync removed from the gauges stay in the state file and are counted here.",
        appears: AT_START,
        example: "zendesk_exporter_state_tickets",
    }
    STATE_SIZE = "zendesk_exporter_state_size_bytes", Gauge, [], {
        help: "Size of the state file and its write-ahead log in bytes.",
        details: "",
        appears: AT_START,
        example: "zendesk_exporter_state_size_bytes / zendesk_exporter_state_tickets",
    }
    STATE_CREATED = "zendesk_exporter_state_created_timestamp_seconds", Gauge, [], {
        help: "Creation time of the state file, as a Unix timestamp in seconds.",
        details: "Ticket counters count from this time on, except those that a change of the settings has reset to 0; `zendesk_exporter_counters_restarted_timestamp_seconds` shows the time of the last reset. If the creation time changes, all ticket counters and histograms were reset to 0.",
        appears: AT_START,
        example: "changes(zendesk_exporter_state_created_timestamp_seconds[1d]) > 0",
    }
    COUNTERS_RESTARTED = "zendesk_exporter_counters_restarted_timestamp_seconds", Gauge, [], {
        help: "Time at which counters or histograms of tickets were last reset to 0, as a Unix timestamp in seconds.",
        details: "The time is that of the exporter's clock. A new state file resets all of them; a change of the settings resets those whose labels, buckets or families it changes. An older state file that is restored from a backup does not change the value.",
        appears: AT_START,
        example: "changes(zendesk_exporter_counters_restarted_timestamp_seconds[7d]) > 0",
    }
    LABEL_VALUES_DROPPED = "zendesk_exporter_label_values_dropped_total", Counter, ["label"], {
        help: "Total number of rows whose label value is shown as other because the label already has labels.max_values values, by label.",
        details: "",
        appears: "At the start of the exporter, with the value 0, for every label with a limited number of values.",
        example: "increase(zendesk_exporter_label_values_dropped_total[1d]) > 0",
    }
    SERIES_DROPPED = "zendesk_exporter_series_dropped_total", Counter, ["family"], {
        help: "Total number of times that a value was counted with the label value other because max_series was reached, by family.",
        details: "The label `channel` and every opt-in label of such a value are other. The families that depend on the current time always show 0 here: the families of oldest tickets and of overdue tasks follow `zendesk_unsolved_tickets`, and the families of current SLA targets follow `zendesk_sla_targets_total`.",
        appears: "At the start of the exporter, with the value 0, for every family with such labels.",
        example: "increase(zendesk_exporter_series_dropped_total[1d]) > 0",
    }
    COUNT_DRIFT = "zendesk_exporter_count_drift_tickets", Gauge, ["status"], {
        help: "Number of tickets that the exporter counts minus the number that Zendesk's search API counts, by ticket.status.",
        details: "The exporter takes both numbers at the same time. Each of them is some minutes old, so small differences are normal. A difference that stays comes from tickets that were deleted permanently; the next resync of an export removes it.",
        appears: "With `export.search_counts`, `export.support_type_scope: all` and `export.start_time: 0`, because the search API counts all tickets, also archived ones. Archived tickets must have been read too: from an export that was read to its end, or by their ids (`export.list.archive: ids`). The first sync must be complete, or, after a change of these settings, the resync; and the exporter must have read the counts of the search API since then.",
        example: "abs(sum by (account) (zendesk_exporter_count_drift_tickets)) > 100",
    }
    TOKEN_EXPIRY = "zendesk_exporter_auth_token_expiry_timestamp_seconds", Gauge, [], {
        help: "Expiry time of the current OAuth access token (expires_in), as a Unix timestamp in seconds.",
        details: "The exporter renews the token before it expires.",
        appears: "With OAuth client credentials. The series is absent if the token does not expire.",
        example: "zendesk_exporter_auth_token_expiry_timestamp_seconds - time() < 0",
    }
    AUTH_INFO = "zendesk_exporter_auth_info", Gauge, ["method"], {
        help: "A metric with a constant '1' value labeled by the method with which the exporter authenticates to Zendesk.",
        details: "Zendesk ends API tokens (`api_token`) on 2027-04-30.",
        appears: AT_START,
        example: "zendesk_exporter_auth_info{method=~\"api_token|password\"}",
    }
}
