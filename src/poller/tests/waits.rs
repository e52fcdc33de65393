//! What Zendesk asks to wait, whatever was asked.

use super::*;

const RETRY_AFTER: Duration = Duration::from_secs(500);

fn desk() -> Run {
    start(&Setting {
        resync: Some(ResyncPacing {
            every: Duration::from_secs(1800),
            requests_per_minute: 2,
        }),
        ..Setting::quiet(300)
    })
}

/// Steps until a request was sent, and how long that took.
async fn until_a_request(run: &mut Run) -> Duration {
    let (asked, began) = (run.source.lock().requests, run.clock.now().monotonic);
    let shutdown = CancellationToken::new();
    while run.source.lock().requests == asked {
        assert!(run.poller.step(&shutdown).await.is_continue());
    }
    run.clock.now().monotonic - began
}

/// Fails what a resync asks first, once it is asked.
async fn fail_the_resync(run: &mut Run, fails: fn(&Position) -> Option<ApiError>) {
    run.run_until(Duration::from_secs(1700)).await;
    run.source.lock().fails = Some(Box::new(fails));
    let shutdown = CancellationToken::new();
    while run.failures("server") == 0.0 {
        assert!(run.poller.step(&shutdown).await.is_continue());
        assert!(run.clock.now().monotonic < Duration::from_secs(2000));
    }
}

#[tokio::test]
async fn no_poll_goes_out_before_a_wait_that_the_resync_was_asked_for() {
    let mut run = desk();
    fail_the_resync(&mut run, |start| {
        let is_resync = *start == Position::Time(UnixSeconds(0));
        is_resync.then_some(ApiError::Server {
            status: 503,
            retry_after: Some(RETRY_AFTER),
            explanation: None,
        })
    })
    .await;
    let took = until_a_request(&mut run).await;
    let expected = RETRY_AFTER..=RETRY_AFTER + Duration::from_secs(2);
    assert!(expected.contains(&took), "{took:?}");
    // It is the poll that goes first.
    assert_eq!(run.failures("server"), 1.0);
    assert_eq!(run.shown(&catalog::UP), 1.0);
}

#[tokio::test]
async fn a_resync_that_fails_without_a_word_delays_no_poll() {
    let mut run = desk();
    fail_the_resync(&mut run, |start| {
        let is_resync = *start == Position::Time(UnixSeconds(0));
        is_resync.then_some(ApiError::Server {
            status: 503,
            retry_after: None,
            explanation: None,
        })
    })
    .await;
    let took = until_a_request(&mut run).await;
    assert!(took <= Duration::from_secs(61), "{took:?}");
}

#[tokio::test]
async fn no_request_goes_out_before_a_wait_that_the_question_who_asks_was_answered_with() {
    for (wait, least) in [(None, 300), (Some(RETRY_AFTER), 500)] {
        let mut run = desk();
        run.run_until(Duration::from_secs(120)).await;
        {
            let mut account = run.source.lock();
            (account.forbids, account.role, account.wait) = (true, None, wait);
        }
        until_a_request(&mut run).await;
        let took = until_a_request(&mut run).await;
        let expected = Duration::from_secs(least)..=Duration::from_secs(least + 2);
        assert!(expected.contains(&took), "{wait:?}: {took:?}");
    }
}
