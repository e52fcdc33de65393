//! A real Chromium, driven over `WebDriver`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A browser without a window. Ended when dropped.
pub(crate) struct Browser {
    driver: Child,
    client: reqwest::Client,
    session: String,
}

impl Browser {
    pub(crate) async fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed (make test installs it)");
        let stdout = driver.stdout.take().expect("stdout is piped");
        let port = BufReader::new(stdout)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                let port = line.split_once("started successfully on port ")?.1;
                Some(port.trim_end_matches('.').to_owned())
            })
            .expect("chromedriver says its port");
        let client = client();
        let options = json!({
            // The tests may run as root in a container with little shared memory.
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,1600"],
        });
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let request = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let mut browser = Self {
            driver,
            client,
            session: format!("http://127.0.0.1:{port}/session"),
        };
        let session = browser.post("", &request).await;
        let id = session["sessionId"].as_str().expect("a session");
        browser.session = format!("{}/{id}", browser.session);
        browser
    }

    async fn post(&self, path: &str, request: &Value) -> Value {
        let url = format!("{}{path}", self.session);
        let answer = self.client.post(url).json(request).send().await;
        let mut answer: Value = answer.expect("an answer").json().await.expect("JSON");
        let value = answer["value"].take();
        assert!(value.get("error").is_none(), "{path}: {value}");
        value
    }

    pub(crate) async fn open(&self, url: &str) {
        self.post("/url", &json!({ "url": url })).await;
    }

    /// What a function of JavaScript returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
            .await
    }

    /// A command of Chromium's own protocol.
    pub(crate) async fn command(&self, name: &str, parameters: Value) {
        let request = json!({ "cmd": name, "params": parameters });
        self.post("/goog/cdp/execute", &request).await;
    }

    /// Presses the tabulator key.
    pub(crate) async fn press_tab(&self) {
        let keys = json!([
            { "type": "keyDown", "value": "\u{e004}" },
            { "type": "keyUp", "value": "\u{e004}" },
        ]);
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": keys });
        self.post("/actions", &json!({ "actions": [keyboard] }))
            .await;
    }

    /// What the console has said since the last time.
    pub(crate) async fn console(&self) -> Vec<String> {
        let entries = self.post("/se/log", &json!({ "type": "browser" })).await;
        let entries = entries.as_array().expect("a list").iter();
        entries.map(|entry| entry["message"].to_string()).collect()
    }

    /// Keeps a picture of the page.
    pub(crate) async fn keep_picture(&self, path: &Path) {
        let url = format!("{}/screenshot", self.session);
        let answer = self.client.get(url).send().await.expect("an answer");
        let answer: Value = answer.json().await.expect("JSON");
        let picture = answer["value"].as_str().expect("a picture");
        let picture = STANDARD.decode(picture).expect("base64");
        std::fs::write(path, picture).expect("written");
    }
}

impl Drop for Browser {
    /// Ends the browser first: a driver that is killed leaves it behind.
    fn drop(&mut self) {
        let url = self.session.trim_start_matches("http://");
        if let Some((address, path)) = url.split_once('/')
            && let Ok(mut stream) = TcpStream::connect(address)
        {
            let request =
                format!("DELETE /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
            // Both may have ended by themselves. The answer comes once the browser has ended; the
            // driver need not close the connection then.
            let _ = stream.set_read_timeout(Some(END_TIME_MAX));
            let _ = stream.write_all(request.as_bytes());
            let _ = BufReader::new(stream).read_line(&mut String::new());
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Longest that a browser takes to end.
const END_TIME_MAX: Duration = Duration::from_secs(30);

#[expect(
    clippy::disallowed_methods,
    reason = "a client that asks a browser, not Zendesk"
)]
fn client() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy();
    builder.build().expect("a client")
}
