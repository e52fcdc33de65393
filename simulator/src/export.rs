//! The page rules of both exports, as Zendesk was recorded to have them.
//!
//! PURE.

pub use super::export_habits::HOLD_BACK_SECONDS;
use super::export_habits::LastMinute;
use super::world::{Eye, SimTicket, World};
use crate::vocabulary::SupportType;

/// Rows of a page and what the page says beside them.
#[derive(Debug)]
pub struct ExportPage<'a> {
    /// Ids and tickets, in the export's order.
    pub rows: Vec<(i64, &'a SimTicket)>,
    /// Whether there was nothing more.
    pub end_of_stream: bool,
    /// `after_cursor` of the cursor-based export.
    pub after_cursor: Option<String>,
    /// `end_time` of the time-based export.
    pub end_time: Option<i64>,
}

/// Which tickets are exported or listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// `support_type_scope`: `None` for all.
    pub support_type: Option<SupportType>,
    /// `exclude_deleted`.
    pub exclude_deleted: bool,
}

impl Filter {
    /// Whether a ticket is among them.
    pub fn takes(self, ticket: &SimTicket) -> bool {
        let scope = self
            .support_type
            .is_none_or(|wanted| ticket.support_type == wanted);
        scope && !(self.exclude_deleted && ticket.status.is_none())
    }
}

/// A page of the cursor-based export: at most `per_page` rows strictly after `place`.
pub fn cursor_page(
    world: &World,
    place: (i64, i64),
    per_page: usize,
    filter: Filter,
) -> ExportPage<'_> {
    let rows: Vec<_> = visible(world, place, filter).take(per_page).collect();
    ExportPage {
        end_of_stream: rows.len() < per_page,
        after_cursor: rows
            .last()
            .map(|(id, ticket)| write_cursor((ticket.generated_at, *id))),
        end_time: None,
        rows,
    }
}

/// A page of the time-based export: rows at or after `start_time`. A page that falls into one
/// second is not split, and its `end_time` is the second after.
pub fn time_page(
    world: &World,
    start_time: i64,
    per_page: usize,
    filter: Filter,
) -> ExportPage<'_> {
    let mut rows = Vec::new();
    let mut more = visible(world, (start_time, i64::MIN), filter).peekable();
    while rows.len() < per_page
        && let Some(row) = more.next()
    {
        rows.push(row);
    }
    let full = rows.len() >= per_page;
    let first = rows.first().map(|(_, ticket)| ticket.generated_at);
    let last = rows.last().map(|(_, ticket)| ticket.generated_at);
    let one_second = full && first == last;
    if one_second {
        while let Some(row) = more.next_if(|(_, ticket)| Some(ticket.generated_at) == last) {
            rows.push(row);
        }
    }
    ExportPage {
        end_of_stream: !full,
        after_cursor: None,
        end_time: last.map(|last| if one_second { last + 1 } else { last }),
        rows,
    }
}

fn visible(
    world: &World,
    place: (i64, i64),
    filter: Filter,
) -> impl Iterator<Item = (i64, &SimTicket)> {
    let newest = world.now() - HOLD_BACK_SECONDS;
    let mut as_it_was = as_it_was(world, place, newest).into_iter().peekable();
    let mut written_before = world
        .rows_after(place)
        .take_while(move |(_, ticket)| ticket.generated_at <= newest)
        .peekable();
    let key = |(id, ticket): &(i64, &SimTicket)| (ticket.generated_at, *id);
    let rows = std::iter::from_fn(move || {
        match (written_before.peek().map(key), as_it_was.peek().map(key)) {
            (Some(one), Some(other)) if other < one => as_it_was.next(),
            (None, _) => as_it_was.next(),
            _ => written_before.next(),
        }
    });
    rows.filter(move |(_, ticket)| filter.takes(ticket))
}

/// The tickets that were written after `newest`, as they were then, where the account shows that.
fn as_it_was(world: &World, place: (i64, i64), newest: i64) -> Vec<(i64, &SimTicket)> {
    if world.last_minute == LastMinute::Hidden {
        return Vec::new();
    }
    let is_there = |id| world.ticket(id).is_some();
    let before = world.as_of(newest, Eye::Records);
    let mut rows: Vec<_> = before
        .filter_map(|(id, ticket)| Some((id, ticket.filter(|_| is_there(id))?)))
        .filter(|(id, ticket)| (ticket.generated_at, *id) > place)
        .collect();
    rows.sort_unstable_by_key(|(id, ticket)| (ticket.generated_at, *id));
    rows
}

/// A cursor as Zendesk writes it: base64 of `<generated_timestamp>.0||<id>|`.
pub fn write_cursor((generated_at, id): (i64, i64)) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(format!("{generated_at}.0||{id}|"))
}

/// Reads a cursor back; `None` if it is none of ours.
pub fn read_cursor(cursor: &str) -> Option<(i64, i64)> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(cursor)
        .ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (time, id) = text.strip_suffix('|')?.split_once(".0||")?;
    Some((time.parse().ok()?, id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Draft;

    /// Tickets written at these seconds, looked at much later.
    fn world_of(seconds: &[i64]) -> World {
        let mut world = World::new(0);
        for second in seconds {
            world.create_at(&Draft::default(), *second);
        }
        world.advance_to(10_000);
        world
    }

    /// `(rows, end_of_stream, end_time)`.
    #[track_caller]
    fn check_time(
        seconds: &[i64],
        start: i64,
        per_page: usize,
        expected: (usize, bool, Option<i64>),
    ) {
        let world = world_of(seconds);
        let page = time_page(&world, start, per_page, Filter::default());
        assert_eq!(
            (page.rows.len(), page.end_of_stream, page.end_time),
            expected
        );
    }

    #[test]
    fn the_time_based_export_keeps_its_table() {
        // Full, several seconds in it: the last second may be cut in the middle.
        check_time(&[1, 2, 3, 3], 0, 3, (3, false, Some(3)));
        // Full, all of one second: not split, and one second on.
        check_time(&[5, 5, 5, 6], 0, 2, (3, false, Some(6)));
        // Not full: the last second, not the one after, so it comes again for ever.
        check_time(&[1, 2], 0, 3, (2, true, Some(2)));
        check_time(&[1, 2], 2, 3, (1, true, Some(2)));
        // Exactly full: the end is not known yet.
        check_time(&[1, 2], 0, 2, (2, false, Some(2)));
        // Empty: null.
        check_time(&[1, 2], 3, 2, (0, true, None));
        // The last minute is held back.
        check_time(&[1, 9_940, 9_941], 0, 5, (2, true, Some(9_940)));
    }

    #[test]
    fn the_cursor_based_export_keeps_its_table() {
        let world = world_of(&[5, 5, 5, 6]);
        let page = |place, per_page| {
            let page = cursor_page(&world, place, per_page, Filter::default());
            let cursor = page.after_cursor.as_deref().and_then(read_cursor);
            (page.rows.len(), page.end_of_stream, cursor)
        };
        assert_eq!(page((0, i64::MIN), 2), (2, false, Some((5, 2))));
        assert_eq!(page((5, 2), 2), (2, false, Some((6, 4))));
        assert_eq!(page((5, 3), 2), (1, true, Some((6, 4))));
        assert_eq!(page((6, 4), 2), (0, true, None));
    }

    #[test]
    fn a_ticket_of_the_last_minute_is_hidden_or_shown_as_it_was() {
        use crate::vocabulary::Status;
        for (last_minute, expected) in [
            (LastMinute::Hidden, vec![(1, 0), (3, 0)]),
            (LastMinute::AsItWas, vec![(1, 0), (2, 0), (3, 0)]),
        ] {
            let mut world = World::new(0);
            world.last_minute = last_minute;
            for _ in 0..3 {
                world.create(&Draft::default());
            }
            world.advance_to(100);
            world.set_status(2, Status::Open);
            world.create(&Draft::default());
            world.advance_to(120);
            world.set_status(2, Status::Solved);
            let page = |world: &World, place| {
                let page = cursor_page(world, place, 10, Filter::default());
                let rows = page.rows.iter();
                rows.map(|(id, ticket)| (*id, ticket.generated_at))
                    .collect::<Vec<_>>()
            };
            assert_eq!(page(&world, (-1, 0)), expected, "{last_minute:?}");
            let of_time = time_page(&world, 0, 10, Filter::default());
            assert_eq!(of_time.rows.len(), expected.len());
            if last_minute == LastMinute::AsItWas {
                world.advance_to(170);
                let since = page(&world, (0, 3));
                assert_eq!(since, [(2, 100), (4, 100)], "as it was a minute ago");
            }
            world.advance_to(180);
            assert_eq!(page(&world, (0, 3)), [(4, 100), (2, 120)]);
        }
    }

    #[test]
    fn cursors_are_written_as_recorded() {
        assert_eq!(write_cursor((1_694_305_012, 2)), "MTY5NDMwNTAxMi4wfHwyfA==");
        assert_eq!(
            read_cursor("MTY5NDMwNTAxMi4wfHwyfA=="),
            Some((1_694_305_012, 2))
        );
        assert_eq!(read_cursor("nonsense"), None);
    }
}
