//! The status page of the built program in a real browser.

mod lists;

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use webdriver::Browser;
use zendesk_simulator::life::Rates;
use zendesk_simulator::vocabulary::{Priority, Status};
use zendesk_simulator::{Draft, Fault, Options, Simulator};

use crate::program::{Program, account_of, wait_for};

async fn simulator() -> Simulator {
    let simulator = account_of(Options {
        tickets: 300,
        requests_per_minute: Some(1_000),
        rates: Rates {
            tickets_per_day: 300.0,
        },
        ..Options::manual(0)
    })
    .await;
    simulator.world(|world| {
        for (status, priority) in [
            (Status::New, Priority::Urgent),
            (Status::Open, Priority::High),
            (Status::Open, Priority::Urgent),
            (Status::Hold, Priority::Low),
        ] {
            let draft = Draft {
                status,
                priority,
                ..Draft::default()
            };
            world.create(&draft);
        }
    });
    // To the present: old data is not up to date.
    simulator.advance(3_600);
    simulator
}

fn serve(simulator: &Simulator, directory: &TempDir) -> Program {
    let base_url = simulator.base_url();
    let variables = [
        ("ZENDESK_BASE_URL", base_url.as_str()),
        ("ZENDESK_EMAIL", "admin@example.invalid"),
        ("ZENDESK_API_TOKEN", "simulator-key"),
        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__POLL_INTERVAL", "1s"),
    ];
    let program = Program::serve(directory.path(), &variables);
    program.wait_for("the first sync", |text| {
        text.contains("zendesk_exporter_initial_sync_complete{account=\"127.0.0.1\"} 1")
            .then_some(())
    });
    program
}

fn status(program: &Program) -> Value {
    serde_json::from_str(&program.get("/api/v1/status")).expect("JSON")
}

/// The sum of the samples of `zendesk_tickets` with these labels.
fn tickets(text: &str, status: &str, priority: &str) -> u64 {
    let wanted = format!("status=\"{status}\",priority=\"{priority}\"");
    text.lines()
        .filter(|line| line.starts_with("zendesk_tickets{") && line.contains(&wanted))
        .map(|line| line.rsplit(' ').next().expect("a value"))
        .map(|value| value.parse::<u64>().expect("a whole number"))
        .sum()
}

/// Every unsolved count of the JSON beside that of the metrics.
fn check_counts(status: &Value, text: &str) {
    let counts = status["accounts"][0]["unsolved_tickets"].as_array();
    let counts = counts.expect("counts");
    assert_eq!(counts.len(), 24);
    for count in counts {
        let label = |key: &str| count[key].as_str().expect("a label").to_owned();
        let expected = tickets(text, &label("status"), &label("priority"));
        assert_eq!(count["tickets"], expected, "{count}");
    }
    let all: u64 = counts
        .iter()
        .filter_map(|count| count["tickets"].as_u64())
        .sum();
    assert!(all > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_has_the_values_of_the_metrics_and_the_words_of_the_log() {
    let simulator = simulator().await;
    let directory = TempDir::new().expect("a directory");
    let mut program = serve(&simulator, &directory);
    let now = status(&program);
    check_counts(&now, &program.get("/metrics"));
    let account = &now["accounts"][0];
    assert_eq!(account["state"], "current");
    assert_eq!(account["last_error"], Value::Null);
    assert_eq!(account["auth"]["deprecated"], true);
    assert_eq!(account["rate_limits"][0]["name"], "account");

    simulator.set_fault(Fault::Status(503), 1_000_000);
    let line = program.wait_for_log("cannot read the export");
    let failing = wait_for("the failure to be shown", || {
        let now = status(&program);
        if now["accounts"][0]["state"] == "failing" {
            Ok(now)
        } else {
            Err(now)
        }
    });
    let error = &failing["accounts"][0]["last_error"];
    assert_eq!(error["reason"], "server");
    assert_eq!(error["over"], false);
    for key in ["message", "advice"] {
        let words = error[key].as_str().expect("words");
        assert!(line.contains(words), "{words} in {line}");
    }
    check_counts(&failing, &program.get("/metrics"));
    for path in ["/", "/api/v1/status"] {
        let shown = program.get(path);
        assert!(!shown.contains("admin@example.invalid"), "{shown}");
        assert!(!shown.contains("simulator-key"), "{shown}");
    }
    simulator.clear_faults();
    wait_for("it to be over", || {
        let now = status(&program);
        let account = &now["accounts"][0];
        if account["state"] == "current" && account["last_error"]["over"] == true {
            Ok(())
        } else {
            Err(now)
        }
    });
}

/// The texts of the backlog's cells, row by row.
const BACKLOG: &str = "
    return [...document.querySelectorAll('table')]
        .find(table => table.caption.textContent.startsWith('Unsolved'))
        .querySelectorAll('tr').values()
        .map(row => [...row.cells].map(cell => cell.textContent)).toArray()";

/// What the page says of the next attempt.
const NEXT_ATTEMPT: &str = "
    return [...document.querySelectorAll('p')].map(p => p.textContent)
        .find(text => /^Next attempt: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC \\(in \\d+ (s|min)\\)$/.test(text)) ?? ''";

/// Elements with text of their own whose contrast with their ground is below 4.5.
const FAINT: &str = "
    const channels = color => color.match(/[\\d.]+/g).map(Number);
    const light = color => {
        const [r, g, b] = channels(color).slice(0, 3).map(c => c / 255)
            .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = element => {
        for (let at = element; at; at = at.parentElement) {
            const color = getComputedStyle(at).backgroundColor;
            if (channels(color)[3] !== 0) return color;
        }
        return 'rgb(255, 255, 255)';
    };
    const hasText = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    return [...document.body.querySelectorAll('*')].filter(hasText).filter(element => {
        const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort((x, y) => y - x);
        return (a + 0.05) / (b + 0.05) < 4.5;
    }).map(element => element.outerHTML)";

/// What has the focus, and whether that can be seen.
const FOCUS: &str = "
    const element = document.activeElement;
    const name = element.getAttribute('href') ?? element.getAttribute('aria-labelledby') ?? element.tagName;
    return [name, getComputedStyle(element).outlineStyle]";

async fn check_page(browser: &Browser, name: &str, width: u32, scheme: &str) -> anyhow::Result<()> {
    let metrics =
        json!({ "width": width, "height": 1400, "deviceScaleFactor": 1, "mobile": width < 600 });
    browser
        .command("Emulation.setDeviceMetricsOverride", metrics)
        .await?;
    let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
    browser
        .command("Emulation.setEmulatedMedia", features)
        .await?;
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR"));
    browser
        .keep_picture(&pictures.join(format!("status-page-{name}.png")))
        .await?;
    assert_eq!(browser.run(FAINT).await?, json!([]), "{name}");
    let overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(browser.run(overflow).await?, 0, "{name}");
    let dark = "return getComputedStyle(document.body).backgroundColor";
    let ground = browser.run(dark).await?;
    let expected = if scheme == "dark" {
        "rgb(20, 23, 27)"
    } else {
        "rgb(255, 255, 255)"
    };
    assert_eq!(ground, expected, "{name}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_can_be_read_and_used_in_a_browser() -> anyhow::Result<()> {
    let simulator = simulator().await;
    let directory = TempDir::new().expect("a directory");
    let program = serve(&simulator, &directory);
    simulator.set_fault(Fault::Unauthorized, 1_000_000);
    wait_for("the failure to be shown", || {
        let now = status(&program);
        if now["accounts"][0]["state"] == "failing" {
            Ok(())
        } else {
            Err(now)
        }
    });
    // The login is refused for the time of `retry.maximum`, five minutes.
    let now = status(&program);
    let next = now["accounts"][0]["next_attempt_timestamp_seconds"].as_i64();
    let as_of = now["timestamp_seconds"].as_i64();
    let wait = next.expect("it waits") - as_of.expect("a time");
    assert!((1..=301).contains(&wait), "{wait}");
    let browser = Browser::start().await?;
    browser
        .open(&format!("http://{}/", program.address()))
        .await?;
    assert_eq!(browser.console().await?, Vec::<String>::new());

    let attempt = browser.run(NEXT_ATTEMPT).await?;
    assert!(
        attempt
            .as_str()
            .is_some_and(|attempt| attempt.ends_with(')')),
        "{attempt}"
    );

    let text = program.get("/metrics");
    let rows = browser.run(BACKLOG).await?;
    let priorities = ["urgent", "high", "normal", "low", "none"];
    let mut expected = vec![json!([
        "Status", "urgent", "high", "normal", "low", "none", "all"
    ])];
    let mut sums = [0; 6];
    for status in ["new", "open", "pending", "hold"] {
        let mut counts = priorities
            .map(|priority| tickets(&text, status, priority))
            .to_vec();
        counts.push(counts.iter().sum());
        for (sum, count) in sums.iter_mut().zip(&counts) {
            *sum += count;
        }
        expected.push(row(status, &counts));
    }
    expected.push(row("all", &sums));
    assert_eq!(rows, json!(expected));

    let mut focused = Vec::new();
    for _ in 0..6 {
        browser.press_tab().await?;
        focused.push(browser.run(FOCUS).await?);
    }
    let stops = [
        "/metrics",
        "/api/v1/status",
        "/-/healthy",
        "/-/ready",
        "backlog-0",
        "limits-0",
    ];
    assert_eq!(focused, stops.map(|stop| json!([stop, "solid"])));

    check_page(&browser, "light", 1280, "light").await?;
    check_page(&browser, "dark", 1280, "dark").await?;
    check_page(&browser, "phone", 360, "light").await?;
    check_page(&browser, "phone-dark", 320, "dark").await?;
    assert_eq!(browser.console().await?, Vec::<String>::new());
    Ok(())
}

fn row(name: &str, counts: &[u64]) -> Value {
    let counts = counts.iter().map(u64::to_string);
    json!(
        [name.to_owned()]
            .into_iter()
            .chain(counts)
            .collect::<Vec<_>>()
    )
}
