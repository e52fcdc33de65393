//! The simulated account with both sources, without HTTP.

use std::collections::BTreeSet;

use zendesk_simulator::export::{Filter, cursor_page, read_cursor};
use zendesk_simulator::list::{
    ListRequest, Order, View, deleted_body, read_cursor as read_list_cursor, show_many_body,
    ticket_body, tickets_body,
};
use zendesk_simulator::render::{MetricSets, cursor_body};
use zendesk_simulator::world::World;

use super::*;
use crate::source::{ShowBy, Shown};
use crate::zendesk::{PageShape, decode_page};

/// What is included in the pages of the lists.
const INCLUDE: &str = "metric_sets";

const UNAVAILABLE: ApiError = ApiError::Server {
    status: 503,
    retry_after: None,
    explanation: None,
};

pub(super) struct BothSources {
    clock: Arc<VirtualClock>,
    pub(super) account: Mutex<Account>,
}

pub(super) struct Account {
    pub(super) world: World,
    /// The status with which the export is refused.
    pub(super) export_refused: Option<u16>,
    pub(super) list_refused: bool,
    /// The list says that more pages follow, and names the page that was asked for.
    pub(super) list_leads_nowhere: bool,
    pub(super) deleted_refused: bool,
    /// The list of deleted tickets answers 503.
    pub(super) deleted_is_down: bool,
    /// The tickets that are refused where they are asked for by themselves.
    pub(super) refused_alone: BTreeSet<i64>,
    /// Rows of the list come in the opposite order.
    pub(super) list_is_reversed: bool,
    /// The tickets whose own request gets a 503.
    pub(super) failing_alone: BTreeSet<i64>,
    /// Requests for the list of tickets get no answer.
    pub(super) list_hangs: bool,
    /// So many of the next requests get a 503.
    pub(super) fails: u32,
    pub(super) role: &'static str,
    /// The endpoints that were asked, in order.
    pub(super) asked: Vec<Endpoint>,
    /// Numbers the requests, for replicas that answer in turns.
    number: u64,
}

impl BothSources {
    pub(super) fn new(clock: Arc<VirtualClock>, world: World) -> Self {
        Self {
            clock,
            account: Mutex::new(Account {
                world,
                export_refused: None,
                list_refused: false,
                list_leads_nowhere: false,
                deleted_refused: false,
                deleted_is_down: false,
                refused_alone: BTreeSet::new(),
                failing_alone: BTreeSet::new(),
                list_hangs: false,
                list_is_reversed: false,
                fails: 0,
                role: "admin",
                asked: Vec::new(),
                number: 0,
            }),
        }
    }

    pub(super) fn lock(&self) -> std::sync::MutexGuard<'_, Account> {
        let mut account = self.account.lock().expect("no test panics here");
        account.world.advance_to(self.now());
        account
    }

    fn now(&self) -> i64 {
        self.clock.now().wall().0
    }

    fn exchange<T>(
        &self,
        endpoint: Endpoint,
        read: impl FnOnce(&mut Account) -> Result<T, ApiError>,
    ) -> Exchange<T> {
        let outcome = {
            let mut account = self.lock();
            account.asked.push(endpoint);
            account.number += 1;
            if account.fails > 0 {
                account.fails -= 1;
                Err(UNAVAILABLE)
            } else {
                read(&mut account)
            }
        };
        self.clock.advance(Duration::from_millis(300));
        Exchange {
            head: AnswerHead {
                status: Some(match &outcome {
                    Ok(_) => 200,
                    Err(ApiError::Server { .. }) => 503,
                    Err(_) => 403,
                }),
                date: Some(UnixSeconds(self.now())),
                ..AnswerHead::unanswered(endpoint)
            },
            outcome,
        }
    }
}

impl Account {
    fn export(&self, request: &PageRequest) -> Result<Page, ApiError> {
        match self.export_refused {
            Some(404) => return Err(ApiError::NotFound { explanation: None }),
            Some(_) => return Err(ApiError::ExportForbidden { explanation: None }),
            None => {}
        }
        let place = match &request.start {
            Position::Time(time) => (time.0, i64::MIN),
            Position::Cursor(cursor) => read_cursor(&cursor.0).expect("one of ours"),
            other => unreachable!("{other:?} is no position of an export"),
        };
        let size = usize::try_from(request.page_size).expect("small");
        let page = cursor_page(&self.world, place, size, Filter::default());
        let body = cursor_body(&page, size, MetricSets::Inside).to_string();
        Ok(decode(
            body.as_bytes(),
            SourceKind::Cursor,
            &TagsAndFields::default(),
        )
        .expect("a page"))
    }

    fn lists(&self, request: &PageRequest) -> Result<Page, ApiError> {
        let view = self.view();
        let size = usize::try_from(request.page_size).expect("small");
        assert!(size <= 100, "Zendesk refuses larger pages");
        let after = request.start.cursor();
        let after = after.map(|cursor| read_list_cursor(Order::OldestFirst, &cursor.0));
        let asked = ListRequest {
            order: Order::OldestFirst,
            after: after.map(|place| place.expect("one of ours")),
            size,
            filter: Filter::default(),
        };
        let wanted = TagsAndFields::default();
        let (body, shape) = if matches!(request.start, Position::Deleted(_)) {
            if self.deleted_is_down {
                return Err(UNAVAILABLE);
            }
            if self.deleted_refused {
                return Err(ApiError::ExportForbidden { explanation: None });
            }
            let page = view.deleted(&asked);
            (deleted_body(&page, &asked), PageShape::DeletedTickets)
        } else {
            if self.list_refused {
                return Err(ApiError::ExportForbidden { explanation: None });
            }
            let mut page = view.tickets(&asked);
            if self.list_is_reversed {
                page.rows.reverse();
            }
            let habits = self.world.list_habits;
            (
                tickets_body(&page, &asked, INCLUDE, habits),
                PageShape::TicketsList,
            )
        };
        let mut page = decode_page(body.to_string().as_bytes(), shape, &wanted).expect("a page");
        if self.list_leads_nowhere && shape == PageShape::TicketsList {
            page.end_of_stream = false;
            page.next = Some(request.start.clone());
        }
        Ok(page)
    }

    fn shown(&self, request: &ShowRequest) -> Result<Shown, ApiError> {
        if request.by == ShowBy::One && self.refused_alone.contains(&request.ids[0].0) {
            return Err(ApiError::ExportForbidden { explanation: None });
        }
        if request.by == ShowBy::One && self.failing_alone.contains(&request.ids[0].0) {
            return Err(UNAVAILABLE);
        }
        let view = self.view();
        let habits = self.world.list_habits;
        let wanted = TagsAndFields::default();
        let ids: Vec<i64> = request.ids.iter().map(|id| id.0).collect();
        let body = match request.by {
            ShowBy::Many => {
                let shown = view.show_many(&ids);
                shown.map(|rows| show_many_body(&rows, INCLUDE, habits))
            }
            ShowBy::One => {
                let shown = view.ticket(ids[0]);
                shown.map(|ticket| ticket_body(ids[0], ticket, INCLUDE, habits))
            }
        };
        let shape = match request.by {
            ShowBy::Many => PageShape::ShowMany(&request.ids),
            ShowBy::One => PageShape::ShowOne(request.ids[0]),
        };
        Ok(body.map_or(Shown::NotFound, |body| {
            let body = body.to_string();
            Shown::Tickets(decode_page(body.as_bytes(), shape, &wanted).expect("a page"))
        }))
    }

    fn view(&self) -> View<'_> {
        let lag = self.world.list_habits.replicas.lag_seconds(self.number);
        View::of_copy(&self.world, lag)
    }
}

impl Session for BothSources {
    fn login(&self, _: TokenUse, _: Moment) -> Login {
        Login::NotNeeded
    }

    async fn renew(&self, _: TokenUse, _: Moment) -> Option<Exchange<TokenLease>> {
        None
    }
}

impl TicketSource for BothSources {
    async fn fetch(&self, request: &PageRequest) -> Exchange<Page> {
        if matches!(request.start, Position::List(_)) && self.lock().list_hangs {
            std::future::pending::<()>().await;
        }
        match &request.start {
            Position::Time(_) | Position::Cursor(_) => {
                self.exchange(Endpoint::TicketsCursor, |account| account.export(request))
            }
            Position::Deleted(_) => {
                self.exchange(Endpoint::DeletedTickets, |account| account.lists(request))
            }
            _ => self.exchange(Endpoint::TicketsList, |account| account.lists(request)),
        }
    }

    async fn show(&self, request: &ShowRequest) -> Exchange<Shown> {
        let endpoint = match request.by {
            ShowBy::Many => Endpoint::ShowMany,
            ShowBy::One => Endpoint::ShowOne,
        };
        self.exchange(endpoint, |account| account.shown(request))
    }

    async fn current_user(&self, _: UnixSeconds) -> Exchange<CurrentUser> {
        self.exchange(Endpoint::CurrentUser, |account| {
            Ok(CurrentUser {
                is_somebody: true,
                role: Some(account.role),
            })
        })
    }

    fn token_expires_at(&self) -> Option<Duration> {
        None
    }

    fn auth_method(&self) -> AuthMethod {
        AuthMethod::AccessToken
    }

    fn address(&self, endpoint: Endpoint) -> String {
        endpoint.path().into_owned()
    }
}
