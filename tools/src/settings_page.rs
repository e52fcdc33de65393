//! `docs/settings.md`, rendered from the example file, which holds every setting with its default.
//!
//! PURE. The example is the one owner of what is said of a setting; a test holds that it loads, and
//! that it leaves nothing out.

/// The whole page, made of the text of the example.
pub fn page(example: &str) -> String {
    let mut out = String::from(INTRODUCTION);
    let mut path: Vec<(usize, String)> = Vec::new();
    for setting in settings(example) {
        path.retain(|(indent, _)| *indent < setting.indent);
        let level = path.len();
        path.push((setting.indent, setting.key.to_owned()));
        let keys: Vec<&str> = path.iter().map(|(_, key)| key.as_str()).collect();
        if level == 0 {
            out.push_str(&format!(
                "\n## `{}`\n\n{}| Setting | Default | Description |\n|---|---|---|\n",
                setting.key,
                sentence(&setting.comment)
            ));
            if setting.value.is_empty() {
                continue;
            }
        }
        let default = match setting.value {
            "" => String::new(),
            // There is no default: the value must be replaced.
            "change-me" => "none".to_owned(),
            value => format!("`{}`", value.replace('|', "\\|")),
        };
        out.push_str(&format!(
            "| `{}` | {default} | {} |\n",
            keys[usize::from(level > 0)..].join("."),
            setting.comment.replace('|', "\\|")
        ));
    }
    out
}

/// The path of every setting of the example, e.g. `accounts.export.slas`.
#[cfg(test)]
pub(crate) fn paths(example: &str) -> Vec<String> {
    let mut path: Vec<(usize, &str)> = Vec::new();
    settings(example)
        .iter()
        .map(|setting| {
            path.retain(|(indent, _)| *indent < setting.indent);
            path.push((setting.indent, setting.key));
            let keys: Vec<&str> = path.iter().map(|(_, key)| *key).collect();
            keys.join(".")
        })
        .collect()
}

fn sentence(comment: &str) -> String {
    if comment.is_empty() {
        String::new()
    } else {
        format!("{comment}.\n\n")
    }
}

/// One setting of the example.
struct Setting<'a> {
    indent: usize,
    key: &'a str,
    value: &'a str,
    comment: String,
}

fn settings(example: &str) -> Vec<Setting<'_>> {
    let mut settings: Vec<Setting<'_>> = Vec::new();
    for line in example.lines() {
        // An element of a list is indented like its other keys.
        let text = line.trim_start_matches([' ', '-']);
        let indent = line.len() - text.len();
        let text = commented_out(text).unwrap_or(text);
        if let Some(more) = text.strip_prefix('#') {
            // What does not fit on a setting's line goes on below it; what stands at the margin
            // is about the file.
            if let Some(last) = settings.last_mut().filter(|_| line.starts_with(' ')) {
                last.comment.push(' ');
                last.comment.push_str(more.trim());
            }
        } else if let Some((key, rest)) = text.split_once(':') {
            let (value, comment) = rest.split_once(" #").unwrap_or((rest, ""));
            settings.push(Setting {
                indent,
                key,
                value: value.trim(),
                comment: comment.trim().to_owned(),
            });
        }
    }
    settings
}

/// A setting that the example has as a comment, because another one stands in its place:
/// `# access_token: ""   # an OAuth token`.
fn commented_out(text: &str) -> Option<&str> {
    let setting = text.strip_prefix("# ")?;
    let (key, rest) = setting.split_once(':')?;
    let is_key = key
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    (is_key && rest.contains(" #")).then_some(setting)
}

const INTRODUCTION: &str = "\
# Settings

<!-- Generated from config/zendesk-exporter.yml: make generate -->

The exporter reads its settings from the file `zendesk-exporter.yml` in the working directory, or from the file that `--config.file` names. A setting that the file does
not contain has its default. Environment variables override the file, and flags override both.

- `ZENDESK_EXPORTER_<SECTION>__<KEY>` sets a setting of the sections `web`, `state`, `log` and `defaults`, for example
  `ZENDESK_EXPORTER_DEFAULTS__EXPORT__POLL_INTERVAL=90s`. Separate the values of a list by commas.
- The settings of a single account can come from environment variables alone: `ZENDESK_SUBDOMAIN` or `ZENDESK_BASE_URL` (with `ZENDESK_ALLOW_HTTP`), and
  `ZENDESK_CLIENT_ID` and `ZENDESK_CLIENT_SECRET`, or `ZENDESK_ACCESS_TOKEN`, or `ZENDESK_EMAIL` with `ZENDESK_API_TOKEN` or `ZENDESK_PASSWORD`. For every
  secret there is also a variable whose name ends in `_FILE`; it contains the path of a file with the secret. If the file has accounts too, this is an error.
- A relative path in the settings file starts in the directory of that file (of the link, if it is a symbolic link), one in an environment variable or a
  flag in the working directory.
- Secrets can also be files in systemd's `$CREDENTIALS_DIRECTORY`: `<account>.client_secret`, or `client_secret` for a single account.

Write durations as `200ms`, `60s`, `5m`, `24h` or `7d`. An unknown setting is an error, and the message names the most similar known setting. The exporter reports all errors
together, each with the line of the setting, and exits with code 2. It uses the proxy and the CA certificates of the system (`HTTPS_PROXY`, the CA store). If it
cannot read a proxy variable, it also exits with code 2.

## Several accounts

```yaml
defaults:                             # for every account; an account overrides them
  labels: { group: true }
accounts:
  - subdomain: acme
    auth: { client_id: prometheus, client_secret_file: acme.secret }
  - subdomain: globex
    auth: { client_id: prometheus, client_secret_file: globex.secret }
    labels: { group: false }
```

Each account has its own name (the subdomain, unless `name` says otherwise), state file and request limit.
";

#[cfg(test)]
mod tests {
    #[test]
    fn the_settings_page_leaves_nothing_out() {
        let page = super::page(include_str!("../../config/zendesk-exporter.yml"));
        for row in [
            "| `telemetry_path` | `/metrics` |",
            "| `export.replay.window` | `15m` |",
            "| `labels.tags` | `[]` |",
        ] {
            assert!(page.contains(row), "{row} is not in\n{page}");
        }
    }
}
