//! An exporter in its plainest form: it reads all that there is.

use super::*;
use crate::export::Filter;
use crate::list::{ListRequest, Order, View};
use crate::list_faults::ListEndpoint;
use crate::list_habits::GeneratedTimestamp;
use crate::ticket::SimTicket;

/// An exporter that reads everything of an account.
pub(super) struct Reader {
    pub(super) world: World,
    pub(super) oracle: Oracle,
}

const CARRIED: Carried = Carried {
    metric_sets: true,
    slas: false,
};

impl Reader {
    /// After the first sync of this account, with the export as the truth.
    pub(super) fn of(world: World) -> Self {
        let mut reader = Self {
            world,
            oracle: Oracle::default(),
        };
        reader.read_export();
        reader
    }

    /// What the export shows that hides the last minute.
    pub(super) fn read_export(&mut self) {
        let newest = self.world.now() - 60;
        let mut page = served("0", "0", &self.world);
        page.rows.retain(|(_, row)| row.generated_at <= newest);
        self.oracle.on_served(Served {
            carried: CARRIED,
            date: self.world.now(),
            ..page
        });
        self.oracle.settle();
    }

    /// What the lists show, as of so many seconds ago.
    pub(super) fn read_list(&mut self, endpoint: ListEndpoint, lag_seconds: i64) {
        let view = View::of_copy(&self.world, lag_seconds);
        let request = ListRequest {
            order: Order::OldestFirst,
            after: None,
            size: 1_000,
            filter: Filter::default(),
        };
        let ids: Vec<i64> = self.world.by_id().map(|(id, _)| id).collect();
        let rows = match endpoint {
            ListEndpoint::Tickets => view.tickets(&request).rows,
            ListEndpoint::DeletedTickets => view.deleted(&request).rows,
            ListEndpoint::ShowMany | ListEndpoint::Ticket => view.show_many(&ids).expect("shown"),
        };
        let has_keys = self.world.list_habits.generated_timestamp == GeneratedTimestamp::Carried;
        let row = |(id, ticket): (i64, &SimTicket)| ListedRow {
            id,
            generated_timestamp: has_keys.then_some(ticket.generated_at),
            ticket: ticket.clone(),
        };
        self.oracle.on_listed(Listed {
            endpoint,
            rows: rows.into_iter().map(row).collect(),
            carried: CARRIED,
            has_more: false,
            date: self.world.now(),
        });
        self.oracle.settle();
    }

    /// What was counted.
    pub(super) fn counted(&self) -> TrueCounts {
        let text = self.oracle.expected("acme", &OracleSettings::default());
        let sum = |family: &str| {
            let lines = text.lines().filter(|line| line.starts_with(family));
            let value = |line: &str| line.rsplit(' ').next()?.parse::<i64>().ok();
            lines.filter_map(value).sum()
        };
        TrueCounts {
            solved: sum("zendesk_tickets_solved_total{"),
            reopened: sum("zendesk_tickets_reopened_total{"),
        }
    }

    #[track_caller]
    pub(super) fn check_bounds(&self, told: &str) {
        let counted = self.counted();
        let read = self.oracle.true_counts_as_read();
        let now = self.oracle.true_counts(&self.world);
        let bounds = [(counted, read), (read, now)];
        for (less, more) in bounds {
            let holds = less.solved <= more.solved && less.reopened <= more.reopened;
            assert!(holds, "{told}: {counted:?} {read:?} {now:?}");
        }
    }

    pub(super) fn gauges(&self, seen: Seen) -> [String; 2] {
        let settings = OracleSettings::default();
        let is_gauge = |line: &&str| !line.contains("_total{") && !line.contains("_seconds");
        let shown = self.oracle.expected("acme", &settings);
        let gauges = shown.lines().filter(is_gauge);
        let gauges = gauges.filter(|line| {
            !line.contains("zendesk_ticket_replies") && !line.contains("zendesk_ticket_reopens")
        });
        let account = self
            .oracle
            .account_gauges(&self.world, seen, "acme", &settings);
        [gauges.map(|line| format!("{line}\n")).collect(), account]
    }
}
