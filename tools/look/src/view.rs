//! What is looked at: which board, how wide, in which light, at which moment.
//!
//! PURE.

use crate::checks::Exporter;

/// A page of the driver's choice.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// What the moment shows, for the reader of a report.
    pub(crate) name: &'static str,
    pub(crate) board: &'static str,
    pub(crate) width: u32,
    pub(crate) theme: &'static str,
    /// The range up to now; that of the board if there is none.
    pub(crate) last: Option<&'static str>,
    /// One account; all if there is none.
    pub(crate) account: Option<String>,
    /// The second of the page, in Unix seconds.
    pub(crate) now: i64,
    pub(crate) exporter: Exporter,
    /// Whether closed rows are opened.
    pub(crate) rows: Rows,
}

/// What is done with closed rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    Opened,
    AsTheyAre,
}

/// The moments of the month, in Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moments {
    /// The last sample.
    pub(crate) end: i64,
    /// Zendesk does not answer.
    pub(crate) outage: i64,
    /// An account is read for the first time.
    pub(crate) first_sync: i64,
    /// The exporter has not answered for a while.
    pub(crate) down: i64,
    /// One of the accounts.
    pub(crate) account: String,
}

/// The boards, by the name of their file.
pub(crate) const BOARDS: [&str; 2] = ["support", "exporter"];

pub(crate) const WIDE: u32 = 1_600;
const NARROW: u32 = 1_000;

/// What `make look` looks at. Each width meets each theme, each range and each moment on each board;
/// all of their combinations would take an hour.
pub(crate) fn views(moments: &Moments) -> Vec<View> {
    let of_board = |board| {
        let view = |name, width, theme, last, now| View {
            name,
            board,
            width,
            theme,
            last,
            account: None,
            now,
            exporter: Exporter::Running,
            rows: Rows::Opened,
        };
        let &Moments {
            end,
            outage,
            first_sync,
            down,
            ..
        } = moments;
        [
            view("half an hour", WIDE, "dark", Some("now-30m"), end),
            view("half an hour", NARROW, "light", Some("now-30m"), end),
            view("a week", WIDE, "light", Some("now-7d"), end),
            view("a week", NARROW, "dark", Some("now-7d"), end),
            view("a month", WIDE, "dark", Some("now-30d"), end),
            View {
                account: Some(moments.account.clone()),
                ..view("one account", NARROW, "light", Some("now-30d"), end)
            },
            view("an outage", WIDE, "dark", None, outage),
            view("an outage", NARROW, "light", Some("now-6h"), outage),
            view("a first sync", WIDE, "light", None, first_sync),
            view("a first sync", NARROW, "dark", Some("now-30m"), first_sync),
            View {
                exporter: Exporter::Down,
                ..view("exporter down", WIDE, "dark", None, down)
            },
            View {
                exporter: Exporter::Down,
                ..view("exporter down", NARROW, "light", Some("now-30m"), down)
            },
        ]
    };
    BOARDS.into_iter().flat_map(of_board).collect()
}

impl View {
    /// The address of the page on a Prometheus.
    pub(crate) fn url(&self, prometheus: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("board", self.board)
            .append_pair("now", &self.now.to_string())
            .append_pair("theme", self.theme)
            .append_pair("scrape", &SCRAPE_SECONDS.to_string());
        if let Some(last) = self.last {
            query.append_pair("from", last).append_pair("to", "now");
        }
        if let Some(account) = &self.account {
            query.append_pair("var-account", account);
        }
        if self.rows == Rows::Opened {
            query.append_pair("open", "1");
        }
        format!("{prometheus}/user/?{}", query.finish())
    }

    /// What it is called in a report.
    pub(crate) fn title(&self) -> String {
        format!(
            "{}, {}, {} px, {}",
            self.board, self.name, self.width, self.theme
        )
    }
}

/// `timeInterval` of the data source in `dashboards/provisioning`.
pub(crate) const SCRAPE_SECONDS: u32 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_source_has_the_shipped_interval() {
        let shipped = include_str!("../../../dashboards/provisioning/datasources/prometheus.yml");
        assert!(shipped.contains(&format!("timeInterval: {SCRAPE_SECONDS}s\n")));
    }

    #[test]
    fn each_board_is_seen_in_each_width_and_theme_and_at_each_moment_in_both() {
        let moments = Moments {
            end: 4,
            outage: 2,
            first_sync: 1,
            down: 5,
            account: "a b".to_owned(),
        };
        let views = views(&moments);
        for board in BOARDS {
            for now in [1, 2, 4, 5] {
                let seen = views
                    .iter()
                    .filter(|view| view.board == board && view.now == now);
                let mut seen: Vec<_> = seen.map(|view| (view.width, view.theme)).collect();
                seen.sort_unstable();
                seen.dedup();
                let widths = [NARROW, WIDE].map(|width| seen.iter().any(|one| one.0 == width));
                let themes = ["dark", "light"].map(|theme| seen.iter().any(|one| one.1 == theme));
                assert_eq!((widths, themes), ([true; 2], [true; 2]), "{board} {now}");
            }
        }
        let one = views.iter().find(|view| view.account.is_some());
        let url = one.expect("a view of one account").url("http://p");
        assert_eq!(
            url,
            "http://p/user/?board=support&now=4&theme=light&scrape=30&from=now-30d&to=now&var-account=a+b&open=1"
        );
    }
}
