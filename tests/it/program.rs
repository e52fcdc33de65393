//! The built program, started on a state directory and asked over HTTP.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use zendesk_exporter::clock::{Clock as _, SystemClock};
use zendesk_simulator::{Options, Simulator, Time};

/// The real time, by which the built program starts.
pub(crate) fn real_now() -> i64 {
    SystemClock::new().now().wall().0
}

/// An account for the built program: its time stands still an hour ago, which that takes for true
/// with the second answer, until a test moves it on. The time in `options` does not count.
pub(crate) async fn account_of(options: Options) -> Simulator {
    Simulator::start(Options {
        time: Time::manual(real_now() - 3600),
        ..options
    })
    .await
    .expect("a free port")
}

/// Longest wait for a value, on a machine that does something else as well.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program with no settings but those given here.
pub(crate) fn command(directory: &Path, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zendesk-exporter"));
    command.current_dir(directory).env_clear();
    for (name, value) in environment {
        command.env(name, value);
    }
    command
}

/// Runs a command to its end.
pub(crate) fn run(directory: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    command(directory, environment)
        .args(arguments)
        .output()
        .expect("the program starts")
}

/// The exit code, and everything that was printed.
pub(crate) fn code_and_words(output: &Output) -> (Option<i32>, String) {
    let words = [&output.stdout[..], &output.stderr[..]].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&words).into_owned(),
    )
}

/// What `check --online` prints beyond what `check` prints, which must come first.
pub(crate) fn checked_online(
    directory: &Path,
    environment: &[(&str, &str)],
) -> (Option<i32>, String) {
    let (code, offline) = code_and_words(&run(directory, environment, &["check"]));
    assert_eq!(code, Some(0), "{offline}");
    let offline = offline
        .strip_suffix("the settings are good\n")
        .expect("the last line");
    let (code, words) = code_and_words(&run(directory, environment, &["check", "--online"]));
    let beyond = words.strip_prefix(offline);
    (code, beyond.unwrap_or_else(|| panic!("{words}")).to_owned())
}

/// A program that serves. Killed when dropped.
pub(crate) struct Program {
    child: Child,
    address: SocketAddr,
    log: mpsc::Receiver<String>,
    pub(crate) logged: Vec<String>,
}

impl Program {
    /// Starts serving on a free port; returns once it listens.
    pub(crate) fn serve(directory: &Path, environment: &[(&str, &str)]) -> Self {
        let anywhere = ["--web.listen-address", "127.0.0.1:0"];
        Self::start(directory, environment, &anywhere)
    }

    /// Starts with these arguments; returns once it listens.
    pub(crate) fn start(
        directory: &Path,
        environment: &[(&str, &str)],
        arguments: &[&str],
    ) -> Self {
        let mut command = command(directory, environment);
        command.args(arguments);
        Self::spawn(&mut command)
    }

    /// Runs a command that starts serving; returns once it listens.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        Self::spawn_printing(command, Stdio::null())
    }

    /// The same, with what it prints going to `stdout`.
    pub(crate) fn spawn_printing(command: &mut Command, stdout: Stdio) -> Self {
        let mut child = command
            .stdout(stdout)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stderr = child.stderr.take().expect("stderr is piped");
        let (sender, log) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                // Nobody listens any more once the program is dropped.
                let _ = sender.send(line);
            }
        });
        let mut program = Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            log,
            logged: Vec::new(),
        };
        let line = program.wait_for_log("zendesk-exporter started");
        let address = line
            .split("address=")
            .nth(1)
            .and_then(|rest| rest.split(' ').next());
        program.address = address
            .and_then(|address| address.parse().ok())
            .unwrap_or_else(|| panic!("no address in {line}"));
        program
    }

    /// Waits for a line of the log.
    pub(crate) fn wait_for_log(&mut self, wanted: &str) -> String {
        loop {
            let line = self
                .log
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|_| panic!("no {wanted:?} in {:?}", self.logged));
            self.logged.push(line.clone());
            if line.contains(wanted) {
                return line;
            }
        }
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The body of a path.
    pub(crate) fn get(&self, path: &str) -> String {
        get_from(self.address, path).expect("an answer")
    }

    /// Scrapes until `look` is content, and returns what it made of it.
    pub(crate) fn wait_for<T>(&self, what: &str, look: impl Fn(&str) -> Option<T>) -> T {
        wait_for(what, || {
            let text = self.get("/metrics");
            look(&text).ok_or(text)
        })
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Asks it to read its settings again.
    pub(crate) fn hang_up(&self) {
        self.signal("-HUP");
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args([signal, &id]).status();
        assert!(status.expect("kill is there").success());
    }

    /// Asks it to end, and returns its exit code.
    pub(crate) fn terminate(&mut self) -> Option<i32> {
        self.signal("-TERM");
        self.child.wait().expect("it ends").code()
    }

    /// Everything it logged, once it has ended.
    pub(crate) fn all_logged(mut self) -> String {
        self.kill_quietly();
        self.logged.extend(self.log.iter());
        std::mem::take(&mut self.logged).join("\n")
    }

    fn kill_quietly(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill_quietly();
    }
}

/// The one state file below a working directory, by its whole path.
pub(crate) fn state_file(directory: &Path) -> PathBuf {
    let files = fs::read_dir(directory.join("data")).expect("a state directory");
    let mut paths = files.map(|entry| entry.expect("an entry").path());
    paths
        .find(|path| path.extension().is_some_and(|end| end == "sqlite"))
        .expect("a state file")
}

/// The names of what is in a directory, in their order.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("readable");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

/// The whole answer to a request without a body, asked for with HTTP/1.0: it comes in one piece.
pub(crate) fn ask(address: SocketAddr, method: &str, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    let request = format!("{method} {path} HTTP/1.0\r\nHost: x\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// The body of a path.
pub(crate) fn get_from(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let answer = ask(address, "GET", path)?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body);
    Ok(body.unwrap_or_default().to_owned())
}

/// Looks again and again until there is something; panics with the last look after a while.
pub(crate) fn wait_for<T, E: std::fmt::Display>(
    what: &str,
    mut look: impl FnMut() -> Result<T, E>,
) -> T {
    let looks = PATIENCE.as_millis() / LOOK_PAUSE.as_millis();
    let mut last = None;
    for _ in 0..looks {
        match look() {
            Ok(found) => return found,
            Err(seen) => last = Some(seen),
        }
        std::thread::park_timeout(LOOK_PAUSE);
    }
    let last = last.map_or_else(String::new, |seen| seen.to_string());
    panic!("waited in vain for {what}; last seen:\n{last}");
}

/// Between two looks at a value.
const LOOK_PAUSE: Duration = Duration::from_millis(2);
