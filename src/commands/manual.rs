//! `man`: the manual page, generated from the definition of the command line.

use clap::{Arg, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use super::cli::Cli;

/// The manual page, in roff. It is a single page, with all commands and their options.
pub fn page() -> String {
    let command = Cli::command();
    let page = Man::new(command.clone());
    let mut text = Vec::new();
    // Writing to memory cannot fail.
    let _ = page.render_title(&mut text);
    let _ = page.render_name_section(&mut text);
    let _ = synopsis().to_writer(&mut text);
    let _ = section("DESCRIPTION", DESCRIPTION).to_writer(&mut text);
    let _ = page.render_options_section(&mut text);
    let _ = commands(&command).to_writer(&mut text);
    for (heading, entries) in [
        ("SIGNALS", SIGNALS),
        ("EXIT STATUS", EXIT_STATUS),
        ("FILES", FILES),
        ("ENVIRONMENT", ENVIRONMENT),
    ] {
        let _ = list(heading, entries).to_writer(&mut text);
    }
    let repository = env!("CARGO_PKG_REPOSITORY");
    if !repository.is_empty() {
        let _ = section("SEE ALSO", &[repository]).to_writer(&mut text);
    }
    String::from_utf8_lossy(&text).into_owned()
}

const DESCRIPTION: &[&str] = &[
    "Reads the tickets of one or more Zendesk Support accounts through the incremental export or the list of tickets, and serves their metrics to Prometheus.",
    "The exporter keeps what it has counted in one state file per account, so counters continue after a restart. Two exporters cannot share a state file.",
];

const SIGNALS: &[[&str; 2]] = &[
    [
        "SIGHUP",
        "Reload the settings. If any setting is invalid or needs a restart, the previous settings remain in use and the log says why.",
    ],
    ["SIGTERM, SIGINT", "Stop."],
];

const EXIT_STATUS: &[[&str; 2]] = &[
    ["0", "Success."],
    [
        "1",
        "A failure while running; for check --online, state and healthcheck: a problem was found.",
    ],
    [
        "2",
        "The flags or the settings are invalid, or what they name cannot be used, for example a port that is in use.",
    ],
];

const FILES: &[[&str; 2]] = &[
    [
        "zendesk-exporter.yml",
        "The settings file, unless --config.file names another. Relative paths in it start in its directory.",
    ],
    [
        "data/",
        "The directory of the state files, unless state.directory names another. It needs to be on a persistent disk.",
    ],
];

const ENVIRONMENT: &[[&str; 2]] = &[
    [
        "ZENDESK_EXPORTER_<SECTION>__<KEY>",
        "Sets a setting of the sections web, state, log and defaults, for example ZENDESK_EXPORTER_LOG__LEVEL=debug.",
    ],
    [
        "ZENDESK_SUBDOMAIN, ZENDESK_CLIENT_ID, ZENDESK_CLIENT_SECRET",
        "Describe a single account without a settings file. docs/settings.md lists the other variables of this kind.",
    ],
    [
        "CREDENTIALS_DIRECTORY",
        "The directory of systemd credentials, in which the exporter looks for secrets that the settings do not have.",
    ],
    [
        "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY",
        "The proxy for requests to Zendesk.",
    ],
];

fn synopsis() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]);
    roff.text([
        bold("zendesk-exporter"),
        roman(" ["),
        italic("OPTIONS"),
        roman("] ["),
        italic("COMMAND"),
        roman("]"),
    ]);
    roff
}

fn section(heading: &str, paragraphs: &[&str]) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [heading]);
    for (index, paragraph) in paragraphs.iter().enumerate() {
        if index > 0 {
            roff.control("PP", []);
        }
        roff.text([roman(*paragraph)]);
    }
    roff
}

/// A section of terms with their meanings.
fn list(heading: &str, entries: &[[&str; 2]]) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [heading]);
    for [term, meaning] in entries {
        roff.control("TP", []);
        roff.text([bold(*term)]);
        roff.text([roman(*meaning)]);
    }
    roff
}

/// All commands, each with the arguments that only it has.
fn commands(command: &clap::Command) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["COMMANDS"]);
    describe(command, "", &mut roff);
    roff
}

fn describe(command: &clap::Command, above: &str, roff: &mut Roff) {
    for inner in command.get_subcommands() {
        let name = format!("{above}{}", inner.get_name());
        let own: Vec<&Arg> = inner
            .get_arguments()
            .filter(|argument| !argument.is_global_set() && argument.get_id() != "help")
            .collect();
        let mut usage = vec![bold(name.as_str())];
        for argument in &own {
            let [before, behind] = if argument.is_required_set() {
                [" ", ""]
            } else {
                [" [", "]"]
            };
            usage.push(roman(before));
            usage.extend(written(argument));
            usage.push(roman(behind));
        }
        roff.control("TP", []);
        roff.text(usage);
        let about = inner.get_about().map(ToString::to_string);
        roff.text([roman(format!("{}.", about.unwrap_or_default()))]);
        if !own.is_empty() {
            roff.control("RS", []);
            for argument in own {
                roff.control("TP", []);
                roff.text(written(argument));
                let help = argument.get_help().map(ToString::to_string);
                roff.text([roman(format!("{}.", help.unwrap_or_default()))]);
            }
            roff.control("RE", []);
        }
        describe(inner, &format!("{name} "), roff);
    }
}

/// An argument as the user types it: `--output PATH`.
fn written(argument: &Arg) -> Vec<Inline> {
    let values = argument.get_value_names().unwrap_or_default();
    let value = values.first().map(|value| italic(value.as_str()));
    match argument.get_long() {
        None => value.into_iter().collect(),
        Some(long) => {
            let takes_value = argument.get_action().takes_values();
            let value = value.filter(|_| takes_value);
            let value = value.map(|value| [roman(" "), value]);
            [bold(format!("--{long}"))]
                .into_iter()
                .chain(value.into_iter().flatten())
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_command_every_flag_and_the_other_sections() {
        let page = page().replace("\\-", "-");
        let mut names = Vec::new();
        let mut commands = vec![Cli::command()];
        while let Some(command) = commands.pop() {
            let flags = command.get_arguments().filter_map(Arg::get_long);
            names.extend(flags.map(|flag| format!("--{flag}")));
            names.push(command.get_name().to_owned());
            commands.extend(command.get_subcommands().cloned());
        }
        assert!(names.len() > 20, "{names:?}");
        for name in names {
            assert!(page.contains(&name), "{name}");
        }
        for heading in [
            "SYNOPSIS",
            "COMMANDS",
            "SIGNALS",
            "EXIT STATUS",
            "ENVIRONMENT",
        ] {
            assert!(
                page.contains(&format!(".SH \"{heading}\""))
                    || page.contains(&format!(".SH {heading}")),
                "{heading}"
            );
        }
        // There is no other page.
        assert!(!page.contains("zendesk-exporter-serve"), "{page}");
    }
}
