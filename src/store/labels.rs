//! How the labels of a cell are written in the store: values in the order of the family's labels,
//! open ones as their dictionary number. Labels that only some settings show follow as `key=number`.

use std::fmt::Write as _;

use crate::ledger::{Cell, Dimensions, Event, LabelValue, Measure, Owner, SeriesSettings};
use crate::ticket::{NamedSet, Priority, Score, SlaMetric, Status, SupportType, TicketType};

/// Stands for the sum of a histogram, where its buckets have their place.
const SUM: &str = "sum";

/// The labels of a cell as stored. `settings` names its custom fields.
pub(super) fn cell_labels(cell: &Cell, settings: &SeriesSettings) -> String {
    match *cell {
        Cell::Tickets {
            status,
            priority,
            ticket_type,
            dimensions,
        }
        | Cell::Updated {
            status,
            priority,
            ticket_type,
            dimensions,
        } => {
            let words = [status.label(), priority.label(), ticket_type.label()];
            with_dimensions(&words, dimensions, settings)
        }
        Cell::Event {
            priority,
            ticket_type,
            dimensions,
            ..
        } => with_dimensions(
            &[priority.label(), ticket_type.label()],
            dimensions,
            settings,
        ),
        Cell::Unsolved {
            status,
            priority,
            owner,
        }
        | Cell::Unassigned {
            status,
            priority,
            owner,
        }
        | Cell::Unreplied {
            status,
            priority,
            owner,
        } => with_owner(&[status.label(), priority.label()], owner),
        Cell::Satisfaction { score, owner } => with_owner(&[score.label()], owner),
        Cell::Tagged {
            tag,
            status,
            priority,
        } => [&tag.to_string(), status.label(), priority.label()].join(","),
        Cell::StatusChange { from, to, owner } => with_owner(&[from.label(), to.label()], owner),
        Cell::Ratings { score } => score.label().to_owned(),
        Cell::SlaTargets {
            metric,
            priority,
            owner,
        }
        | Cell::SlaBreached {
            metric,
            priority,
            owner,
        } => with_owner(&[metric.label(), priority.label()], owner),
        Cell::HistogramBucket {
            priority,
            owner,
            place,
            ..
        } => with_owner(&[priority.label(), &place.to_string()], owner),
        Cell::HistogramSum {
            priority, owner, ..
        } => with_owner(&[priority.label(), SUM], owner),
    }
}

fn with_owner(words: &[&str], owner: Owner) -> String {
    let mut labels = words.join(",");
    put(&mut labels, "group", owner.group);
    put(&mut labels, "brand", owner.brand);
    labels
}

fn with_dimensions(words: &[&str], dimensions: Dimensions, settings: &SeriesSettings) -> String {
    let mut labels = words.join(",");
    let _ = write!(labels, ",{}", dimensions.channel.0);
    if let Some(support_type) = dimensions.support_type {
        labels.push(',');
        labels.push_str(support_type.label());
    }
    put(&mut labels, "group", dimensions.owner.group);
    put(&mut labels, "brand", dimensions.owner.brand);
    put(&mut labels, "form", dimensions.form);
    put(&mut labels, "custom_status", dimensions.custom_status);
    for (field, value) in settings.labels.fields.iter().zip(dimensions.fields) {
        put(&mut labels, &field.id.to_string(), value);
    }
    labels
}

fn put(labels: &mut String, key: &str, value: Option<LabelValue>) {
    if let Some(LabelValue(number)) = value {
        let _ = write!(labels, ",{key}={number}");
    }
}

/// Reads a cell back; `None` if no cell is written like that under `settings`.
pub(super) fn cell_from(family: &str, labels: &str, settings: &SeriesSettings) -> Option<Cell> {
    let mut words = labels.split(',').peekable();
    let mut labels = Labels {
        words: &mut words,
        settings,
    };
    let cell = labels.cell(family)?;
    words.next().is_none().then_some(cell)
}

struct Labels<'a, 'b> {
    words: &'b mut std::iter::Peekable<std::str::Split<'a, char>>,
    settings: &'b SeriesSettings,
}

impl Labels<'_, '_> {
    fn cell(&mut self, family: &str) -> Option<Cell> {
        Some(match family {
            "zendesk_tickets" => Cell::Tickets {
                status: self.status()?,
                priority: self.priority()?,
                ticket_type: self.ticket_type()?,
                dimensions: self.dimensions()?,
            },
            "zendesk_tickets_updated_total" => Cell::Updated {
                status: self.status()?,
                priority: self.priority()?,
                ticket_type: self.ticket_type()?,
                dimensions: self.dimensions()?,
            },
            "zendesk_unsolved_tickets" => Cell::Unsolved {
                status: self.status()?,
                priority: self.priority()?,
                owner: self.owner()?,
            },
            "zendesk_unassigned_tickets" => Cell::Unassigned {
                status: self.status()?,
                priority: self.priority()?,
                owner: self.owner()?,
            },
            "zendesk_unreplied_tickets" => Cell::Unreplied {
                status: self.status()?,
                priority: self.priority()?,
                owner: self.owner()?,
            },
            "zendesk_ticket_satisfaction" => Cell::Satisfaction {
                score: Score::from_label(self.words.next()?)?,
                owner: self.owner()?,
            },
            "zendesk_tagged_tickets" => Cell::Tagged {
                tag: self.words.next()?.parse().ok()?,
                status: self.status()?,
                priority: self.priority()?,
            },
            _ => return self.counter(family),
        })
    }

    fn counter(&mut self, family: &str) -> Option<Cell> {
        if let Some(measure) = Measure::from_family(family) {
            return self.histogram(measure);
        }
        if let Some(event) = Event::ALL.iter().find(|event| event.family() == family) {
            return Some(Cell::Event {
                event: *event,
                priority: self.priority()?,
                ticket_type: self.ticket_type()?,
                dimensions: self.dimensions()?,
            });
        }
        Some(match family {
            "zendesk_ticket_status_changes_total" => Cell::StatusChange {
                from: self.status()?,
                to: self.status()?,
                owner: self.owner()?,
            },
            "zendesk_satisfaction_ratings_total" => Cell::Ratings {
                score: Score::from_label(self.words.next()?)?,
            },
            "zendesk_sla_targets_total" => Cell::SlaTargets {
                metric: SlaMetric::from_label(self.words.next()?)?,
                priority: self.priority()?,
                owner: self.owner()?,
            },
            "zendesk_sla_targets_breached_total" => Cell::SlaBreached {
                metric: SlaMetric::from_label(self.words.next()?)?,
                priority: self.priority()?,
                owner: self.owner()?,
            },
            _ => return None,
        })
    }

    fn histogram(&mut self, measure: Measure) -> Option<Cell> {
        let priority = self.priority()?;
        let place = self.words.next()?;
        let owner = self.owner()?;
        if place == SUM {
            return Some(Cell::HistogramSum {
                measure,
                priority,
                owner,
            });
        }
        let place: u8 = place.parse().ok()?;
        let bounds = self.settings.buckets.of(measure).len();
        (usize::from(place) <= bounds).then_some(Cell::HistogramBucket {
            measure,
            priority,
            owner,
            place,
        })
    }

    fn status(&mut self) -> Option<Status> {
        Status::from_label(self.words.next()?)
    }

    fn priority(&mut self) -> Option<Priority> {
        Priority::from_label(self.words.next()?)
    }

    fn ticket_type(&mut self) -> Option<TicketType> {
        TicketType::from_label(self.words.next()?)
    }

    /// A label that only some settings show: there exactly if `shows`.
    fn optional(&mut self, shows: bool, key: &str) -> Option<Option<LabelValue>> {
        if !shows {
            return Some(None);
        }
        let (found, number) = self.words.next()?.split_once('=')?;
        (found == key).then_some(Some(LabelValue(number.parse().ok()?)))
    }

    fn owner(&mut self) -> Option<Owner> {
        let named = &self.settings.labels.named;
        let (group, brand) = (named[NamedSet::Group], named[NamedSet::Brand]);
        Some(Owner {
            group: self.optional(group, "group")?,
            brand: self.optional(brand, "brand")?,
        })
    }

    fn dimensions(&mut self) -> Option<Dimensions> {
        let settings = self.settings;
        let mut dimensions = Dimensions::of_channel(LabelValue(self.words.next()?.parse().ok()?));
        if settings.support_type {
            dimensions.support_type = Some(SupportType::from_label(self.words.next()?)?);
        }
        dimensions.owner = self.owner()?;
        dimensions.form = self.optional(settings.labels.named[NamedSet::Form], "form")?;
        dimensions.custom_status = self.optional(
            settings.labels.named[NamedSet::CustomStatus],
            "custom_status",
        )?;
        for (place, field) in settings.labels.fields.iter().enumerate() {
            dimensions.fields[place] = self.optional(true, &field.id.to_string())?;
        }
        Some(dimensions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::LabelSettings;
    use crate::ledger::{FieldLabel, testing};
    use crate::ticket::FIELDS_MAX;

    fn every_label() -> SeriesSettings {
        SeriesSettings {
            labels: LabelSettings {
                fields: vec![FieldLabel {
                    id: 360_001,
                    label: "product".to_owned(),
                    values: Vec::new(),
                }],
                ..testing::every_label().labels
            },
            ..testing::every_label()
        }
    }

    /// One cell of every kind that tells tickets apart by these labels.
    fn of_tickets(dimensions: Dimensions) -> Vec<Cell> {
        let (status, priority, ticket_type) = (Status::Open, Priority::High, TicketType::Task);
        let tickets = [
            Cell::Tickets {
                status,
                priority,
                ticket_type,
                dimensions,
            },
            Cell::Updated {
                status,
                priority,
                ticket_type,
                dimensions,
            },
        ];
        let event = |event: &Event| Cell::Event {
            event: *event,
            priority,
            ticket_type,
            dimensions,
        };
        let events = Event::ALL.iter().map(event);
        tickets.into_iter().chain(events).collect()
    }

    /// One cell of every other kind, for an owner.
    fn of_owner(owner: Owner) -> Vec<Cell> {
        let (status, priority) = (Status::Open, Priority::High);
        let (metric, measure) = (SlaMetric::NextReplyTime, Measure::FirstReply);
        let by_status = [
            |status, priority, owner| Cell::Unsolved {
                status,
                priority,
                owner,
            },
            |status, priority, owner| Cell::Unassigned {
                status,
                priority,
                owner,
            },
            |status, priority, owner| Cell::Unreplied {
                status,
                priority,
                owner,
            },
        ];
        let mut cells: Vec<Cell> = by_status.map(|cell| cell(status, priority, owner)).into();
        cells.extend([
            Cell::Satisfaction {
                score: Score::Good,
                owner,
            },
            Cell::Ratings { score: Score::Bad },
            Cell::SlaTargets {
                metric,
                priority,
                owner,
            },
            Cell::SlaBreached {
                metric,
                priority,
                owner,
            },
            Cell::HistogramBucket {
                measure,
                priority,
                owner,
                place: 12,
            },
            Cell::HistogramSum {
                measure,
                priority,
                owner,
            },
            Cell::Tagged {
                tag: 4,
                status,
                priority,
            },
            Cell::StatusChange {
                from: status,
                to: Status::Solved,
                owner,
            },
        ]);
        cells
    }

    #[test]
    fn every_kind_of_cell_is_read_back_as_it_was_written() {
        let plain = Dimensions::of_channel(LabelValue(17));
        let value = |number| Some(LabelValue(number));
        let mut fields = [None; FIELDS_MAX];
        fields[0] = value(u16::MAX);
        let all = Dimensions {
            support_type: Some(SupportType::AiAgent),
            owner: Owner {
                group: value(3),
                brand: value(0),
            },
            form: value(1),
            custom_status: value(9),
            fields,
            ..plain
        };
        for (settings, dimensions) in [(SeriesSettings::default(), plain), (every_label(), all)] {
            let owner = dimensions.owner;
            for cell in of_tickets(dimensions).into_iter().chain(of_owner(owner)) {
                let labels = cell_labels(&cell, &settings);
                let read = cell_from(cell.family(), &labels, &settings);
                assert_eq!(read, Some(cell), "{labels}");
            }
        }
    }

    #[test]
    fn labels_that_no_cell_has_are_refused() {
        for (family, labels) in [
            ("zendesk_tickets", "open,high,task"),
            ("zendesk_tickets", "open,high,task,17,agent"),
            ("zendesk_tickets", "open,high,task,17,group=3"),
            ("zendesk_tickets", "open,high,task,web"),
            ("zendesk_tickets", "deleted,high,task,17"),
            ("zendesk_unassigned_tickets", "open,high,task"),
            ("zendesk_ticket_first_reply_seconds", "high,13"),
            ("zendesk_ticket_first_reply_seconds", "high,-1"),
            ("zendesk_unheard_of", "open,high"),
        ] {
            let read = cell_from(family, labels, &SeriesSettings::default());
            assert_eq!(read, None, "{family} {labels}");
        }
        let brand_first = "open,high,brand=2,group=3";
        let read = cell_from("zendesk_unassigned_tickets", brand_first, &every_label());
        assert_eq!(read, None);
    }
}
