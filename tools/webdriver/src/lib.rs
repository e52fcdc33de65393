//! A real Chromium, driven over `WebDriver`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A browser without a window. Ended when dropped.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    client: reqwest::Client,
    session: String,
}

impl Browser {
    /// Starts Debian's Chromium by Debian's `chromedriver`.
    ///
    /// # Errors
    ///
    /// If they are not installed, or do not start.
    pub async fn start() -> anyhow::Result<Self> {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start chromedriver (make tools installs it)")?;
        let stdout = driver.stdout.take();
        // From here on the driver is ended, whatever happens.
        let mut browser = Self {
            driver,
            client: client()?,
            session: String::new(),
        };
        let stdout = stdout.context("chromedriver has no standard output")?;
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let port = lines
            .find_map(|line| {
                let port = line.split_once("started successfully on port ")?.1;
                Some(port.trim_end_matches('.').to_owned())
            })
            .context("chromedriver says no port")?;
        browser.session = format!("http://127.0.0.1:{port}/session");
        let options = json!({
            // It may run as root in a container with little shared memory.
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,1600"],
        });
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let request = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let session = browser.post("", &request).await?;
        let id = session["sessionId"].as_str().context("no session")?;
        browser.session = format!("{}/{id}", browser.session);
        Ok(browser)
    }

    async fn post(&self, path: &str, request: &Value) -> anyhow::Result<Value> {
        let url = format!("{}{path}", self.session);
        let request = self.client.post(url).json(request);
        value(path, request.send().await?.json().await?)
    }

    /// Opens a page; returns once it has loaded.
    ///
    /// # Errors
    ///
    /// If the browser objects, as all of these functions do then.
    pub async fn open(&self, url: &str) -> anyhow::Result<()> {
        self.post("/url", &json!({ "url": url })).await?;
        Ok(())
    }

    /// What a function of JavaScript returns.
    ///
    /// # Errors
    ///
    /// If the function throws.
    pub async fn run(&self, script: &str) -> anyhow::Result<Value> {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
            .await
    }

    /// How long a function of JavaScript may take, until the next call.
    ///
    /// # Errors
    ///
    /// If the browser objects.
    pub async fn let_run_for(&self, time: Duration) -> anyhow::Result<()> {
        let milliseconds = u64::try_from(time.as_millis())?;
        self.post("/timeouts", &json!({ "script": milliseconds }))
            .await?;
        Ok(())
    }

    /// A command of Chromium's own protocol.
    ///
    /// # Errors
    ///
    /// If Chromium does not know it.
    pub async fn command(&self, name: &str, parameters: Value) -> anyhow::Result<()> {
        let request = json!({ "cmd": name, "params": parameters });
        self.post("/goog/cdp/execute", &request).await?;
        Ok(())
    }

    /// Presses the tabulator key.
    ///
    /// # Errors
    ///
    /// If the browser objects.
    pub async fn press_tab(&self) -> anyhow::Result<()> {
        let keys = json!([
            { "type": "keyDown", "value": "\u{e004}" },
            { "type": "keyUp", "value": "\u{e004}" },
        ]);
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": keys });
        self.post("/actions", &json!({ "actions": [keyboard] }))
            .await?;
        Ok(())
    }

    /// What the console has said since the last time.
    ///
    /// # Errors
    ///
    /// If the browser objects.
    pub async fn console(&self) -> anyhow::Result<Vec<String>> {
        let entries = self.log().await?.into_iter();
        Ok(entries.map(|(_, message)| message).collect())
    }

    /// Which errors the console has told since the last time.
    ///
    /// # Errors
    ///
    /// If the browser objects.
    pub async fn errors(&self) -> anyhow::Result<Vec<String>> {
        let entries = self.log().await?.into_iter();
        let errors = entries.filter(|(level, _)| level == "SEVERE");
        Ok(errors.map(|(_, message)| message).collect())
    }

    /// The levels and messages of the console since the last time.
    async fn log(&self) -> anyhow::Result<Vec<(String, String)>> {
        let entries = self.post("/se/log", &json!({ "type": "browser" })).await?;
        let entries = entries.as_array().context("no list of entries")?.iter();
        let entries = entries.map(|entry| {
            let level = entry["level"].as_str().unwrap_or_default();
            (level.to_owned(), entry["message"].to_string())
        });
        Ok(entries.collect())
    }

    /// A picture of the page, as PNG.
    ///
    /// # Errors
    ///
    /// If the browser objects.
    pub async fn picture(&self) -> anyhow::Result<Vec<u8>> {
        let url = format!("{}/screenshot", self.session);
        let answer = self.client.get(url).send().await?.json().await?;
        let picture = value("/screenshot", answer)?;
        Ok(STANDARD.decode(picture.as_str().context("no picture")?)?)
    }

    /// Keeps a picture of the page.
    ///
    /// # Errors
    ///
    /// If the browser objects, or the file cannot be written.
    pub async fn keep_picture(&self, path: &Path) -> anyhow::Result<()> {
        std::fs::write(path, self.picture().await?)
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

/// The value of an answer, unless it is an error.
fn value(path: &str, mut answer: Value) -> anyhow::Result<Value> {
    let value = answer["value"].take();
    if value.get("error").is_some() {
        bail!("the browser objects to {path}: {value}");
    }
    Ok(value)
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
fn client() -> anyhow::Result<reqwest::Client> {
    let builder = reqwest::Client::builder().no_proxy();
    builder.build().context("cannot make a client")
}
