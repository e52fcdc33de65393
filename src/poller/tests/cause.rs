//! Why the export was refused: who asks is asked once, and decides.

use super::*;

fn quiet_desk() -> Run {
    start(&Setting::quiet(5))
}

async fn steps(run: &mut Run, steps: usize) {
    let shutdown = CancellationToken::new();
    for _ in 0..steps {
        assert!(run.poller.step(&shutdown).await.is_continue());
        assert_eq!(run.health.problem(run.clock.now().monotonic), None);
    }
}

fn reason(run: &Run) -> &'static str {
    let snapshot = run.published.load();
    let status = snapshot.status().expect("it has one");
    status.problem.as_ref().expect("it failed").reason
}

#[tokio::test]
async fn the_role_of_the_user_decides_and_is_asked_once_while_it_fails() {
    for (role, expected) in [
        (Some("agent"), "forbidden"),
        (Some("end-user"), "forbidden"),
        (Some("admin"), "export_forbidden"),
    ] {
        let mut run = quiet_desk();
        steps(&mut run, 1).await;
        {
            let mut account = run.source.lock();
            account.forbids = true;
            account.role = role;
        }
        steps(&mut run, 5).await;
        assert_eq!(reason(&run), expected, "{role:?}");
        assert_eq!(run.shown(&catalog::UP), 0.0);
        assert_eq!(run.source.lock().asked_who, 1, "{role:?}");

        // A page ends the row of failures; the next refusal may have another cause.
        run.source.lock().forbids = false;
        steps(&mut run, 1).await;
        assert_eq!(run.shown(&catalog::UP), 1.0);
        {
            let mut account = run.source.lock();
            account.forbids = true;
            account.role = Some("agent");
        }
        steps(&mut run, 3).await;
        assert_eq!(reason(&run), "forbidden", "{role:?}");
        assert_eq!(run.source.lock().asked_who, 2, "{role:?}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_tell_is_asked_for_again_with_each_attempt() {
    let mut run = quiet_desk();
    steps(&mut run, 1).await;
    {
        let mut account = run.source.lock();
        account.forbids = true;
        account.role = None;
    }
    for attempts in 1..=3 {
        steps(&mut run, 1).await;
        // The refusal itself says so.
        assert_eq!(reason(&run), "export_forbidden");
        assert_eq!(run.source.lock().asked_who, attempts);
    }
    run.source.lock().role = Some("agent");
    steps(&mut run, 3).await;
    assert_eq!(reason(&run), "forbidden");
    assert_eq!(run.source.lock().asked_who, 4);
}

#[tokio::test]
async fn other_failures_ask_for_nobody() {
    let mut run = quiet_desk();
    run.source.lock().down = true;
    steps(&mut run, 5).await;
    assert_eq!(reason(&run), "server");
    assert_eq!(run.source.lock().asked_who, 0);
}
