//! The macros in which the table of ticket families is written.

/// Declares the table and a constant for each row. `durations` gives two rows for each of Zendesk's times, in
/// calendar time and in business hours. `names` gives one row for the names of each set.
macro_rules! ticket_families {
    (
        rows { $($first:ident = $first_name:literal, $first_kind:ident, [$($first_label:ident),*], $first_opt_in:ident, $first_rest:tt)* }
        durations { $($calendar:ident, $business:ident = $duration:literal, $field:literal, $what:literal, $observed:ident, $buckets:ident;)* }
        rows { $($second:ident = $second_name:literal, $second_kind:ident, [$($second_label:ident),*], $second_opt_in:ident, $second_rest:tt)* }
        names { $($names:ident = $set:ident, $label:literal, $thing:literal, $id:literal, $list:literal, $more:literal, $of:literal;)* }
        rows { $($third:ident = $third_name:literal, $third_kind:ident, [$($third_label:ident),*], $third_opt_in:ident, $third_rest:tt)* }
    ) => {
        /// The indices of the rows.
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "they count the constants")]
        enum Place {
            $($first,)* $($calendar, $business,)* $($second,)* $($names,)* $($third,)*
        }

        $(#[doc = concat!("`", $first_name, "`")] pub const $first: TicketFamily = TicketFamily(Place::$first as u8);)*
        $(#[doc = concat!($what, ", in calendar time")] pub const $calendar: TicketFamily = TicketFamily(Place::$calendar as u8);)*
        $(#[doc = concat!($what, ", in business hours")] pub const $business: TicketFamily = TicketFamily(Place::$business as u8);)*
        $(#[doc = concat!("`", $second_name, "`")] pub const $second: TicketFamily = TicketFamily(Place::$second as u8);)*
        $(#[doc = concat!("The names behind the label `", $label, "`")] pub const $names: TicketFamily = TicketFamily(Place::$names as u8);)*
        $(#[doc = concat!("`", $third_name, "`")] pub const $third: TicketFamily = TicketFamily(Place::$third as u8);)*

        /// The families of names, in the order of their sets.
        pub(super) const NAMES: [TicketFamily; NamedSet::COUNT] = [$($names),*];

        pub(super) static ROWS: &[Row] = &[
            $(row!($first_name, $first_kind, [$(Dimension::$first_label),*], $first_opt_in, $first_rest),)*
            $(
                duration!($duration, "_seconds", "calendar time", ".calendar", $field, $what, $observed, $buckets, CALENDAR_APPEARS, None),
                duration!($duration, "_business_seconds", "business hours", ".business", $field, $what, $observed, $buckets, BUSINESS_APPEARS, Some($calendar)),
            )*
            $(row!($second_name, $second_kind, [$(Dimension::$second_label),*], $second_opt_in, $second_rest),)*
            $(row!(
                concat!("zendesk_", $label, "_info"), Gauge, [Dimension::Named(NamedSet::$set), Dimension::Name], None,
                {
                    help: concat!("A metric with a constant '1' value labeled by the id of ", $thing, " (", $id, ") and its name (", $list, ")."),
                    details: concat!("There is a series for each id that is a value of the label `", $label, "`.", $more),
                    appears: concat!("With `labels.", $label, "`, when the exporter has read the names. It reads them again every hour."),
                    example: concat!(
                        "sum by (account, ", $label, ") (", $of, ") * on (account, ", $label, ") group_left (name) zendesk_", $label, "_info"
                    ),
                    series: 0,
                }
            ),)*
            $(row!($third_name, $third_kind, [$(Dimension::$third_label),*], $third_opt_in, $third_rest),)*
        ];
    };
}

/// One row: its texts, then the rules that differ from the usual ones.
macro_rules! row {
    (
        $name:expr, $kind:ident, [$($dimension:expr),*], $opt_in:ident,
        { help: $help:expr, details: $details:expr, appears: $appears:expr, example: $example:expr, $($rule:ident: $value:expr,)* }
    ) => {
        Row {
            family: Family {
                name: $name,
                kind: Kind::$kind,
                chapter: Chapter::Tickets,
                labels: &[$($dimension.label()),*],
                opt_in: OptIn::$opt_in,
                help: $help,
                details: $details,
                appears: $appears,
                example: $example,
            },
            dimensions: &[$($dimension),*],
            rules: Rules { $($rule: $value,)* ..Rules::USUAL },
        }
    };
}

/// A histogram of one of Zendesk's times.
macro_rules! duration {
    (
        $duration:literal, $suffix:literal, $hours:literal, $key:literal, $field:literal, $what:literal, $observed:expr, $buckets:expr,
        $appears:expr, $by_calendar:expr
    ) => {
        row!(
            concat!("zendesk_ticket_", $duration, $suffix), Histogram, [Dimension::Priority], Owner,
            {
                help: concat!($what, ", in seconds of ", $hours, " (ticket.metric_set.", $field, $key, ")."),
                details: $observed,
                appears: $appears,
                example: concat!("histogram_quantile(0.9, sum by (le) (rate(zendesk_ticket_", $duration, $suffix, "_bucket[1d])))"),
                needs: Needs::MetricSets,
                at_zero: AtZero::UnlessOwned,
                buckets: $buckets,
                by_calendar: $by_calendar,
            }
        )
    };
}
