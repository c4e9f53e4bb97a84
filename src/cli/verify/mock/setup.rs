//! `--setup COMMAND`: what makes the state that a mock is verified with.
//!
//! The command comes from the command line alone, is started without a shell, and is led to
//! the mock by its environment, with the credentials that sign here and no others.

use crate::cli::Failure;
use crate::cli::session::Signals;
use crate::diagnostic::Diagnostic;
use crate::drive;
use crate::evidence::ChildEnd;
use crate::net::{Credentials, Endpoint};
use crate::spec::Specs;
use std::ffi::OsString;

/// Runs the command to its end; whether it was interrupted.
pub(super) async fn run(
    command: &str,
    specs: &Specs,
    url: &Endpoint,
    signed: (&Credentials, &str),
    signals: &mut Signals,
) -> Result<bool, Failure> {
    let words = words(command).map_err(Failure::usage)?;
    let inherited: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let environment = environment(specs, url, signed, &inherited);
    let mut running = drive::Running::start(&words, &environment).map_err(Failure::world)?;
    tokio::select! {
        ended = running.wait() => {
            let ended = ended.map_err(Failure::world)?;
            if ended.is_success() {
                return Ok(false);
            }
            let how = match ended {
                ChildEnd::Exit(code) => format!("it exited with {code}"),
                ChildEnd::Signal(signal) => format!("it died by signal {signal}"),
            };
            let error = Diagnostic::new(format!("--setup failed: {how}"));
            Err(Failure::world(error.help("what it printed stands above; the mock was asked nothing")))
        }
        () = signals.wait() => {
            running.stop().await;
            Ok(true)
        }
    }
}

/// The inherited environment less what leads elsewhere or holds real credentials, and what leads to the mock.
fn environment(
    specs: &Specs,
    url: &Endpoint,
    (credentials, region): (&Credentials, &str),
    inherited: &[(String, String)],
) -> Vec<(String, String)> {
    let leads_elsewhere = |name: &str| {
        let name = name.to_ascii_uppercase();
        name.starts_with("AWS_") || name.starts_with("RETAKE_") || name.ends_with("_PROXY")
    };
    let mut variables: Vec<_> = inherited.iter().filter(|(name, _)| !leads_elsewhere(name)).cloned().collect();
    let mut set = |name: &str, value: &str| variables.push((name.to_owned(), value.to_owned()));
    set("RETAKE_ENDPOINT", &url.to_string());
    set("AWS_ENDPOINT_URL", &url.to_string());
    for service in drive::services(specs) {
        set(&format!("AWS_ENDPOINT_URL_{service}"), &url.to_string());
    }
    set("AWS_ACCESS_KEY_ID", credentials.key_id());
    set("AWS_SECRET_ACCESS_KEY", credentials.secret());
    if let Some(token) = credentials.token() {
        set("AWS_SESSION_TOKEN", token);
    }
    set("AWS_REGION", region);
    set("AWS_DEFAULT_REGION", region);
    set("AWS_DISABLE_HOST_PREFIX_INJECTION", "true");
    set("AWS_EC2_METADATA_DISABLED", "true");
    // Files that are not there: no profile of this machine gives its credentials or another endpoint.
    set("AWS_CONFIG_FILE", "/dev/null");
    set("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    variables
}

/// A command line as words: parted by white space, `'…'` and `"…"` keep together what is between them.
fn words(command: &str) -> Result<Vec<OsString>, Diagnostic> {
    let mut words: Vec<OsString> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in command.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take().map(OsString::from)),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word.map(OsString::from));
    let error = |what: &str| Err(Diagnostic::new(format!("--setup {what}")).found(command));
    match (quote, words.is_empty()) {
        (Some(_), _) => error("has a quote that is not closed"),
        (None, true) => error("names no command"),
        (None, false) => Ok(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_words_and_keeps_quoted_ones_together() {
        let of = |command: &str| words(command).unwrap();

        assert_eq!(of("seed --items 3"), ["seed", "--items", "3"]);
        assert_eq!(of(" sh  -c 'echo \"a b\" > c' "), ["sh", "-c", "echo \"a b\" > c"]);
        assert_eq!(of("a '' \"b c\"d"), ["a", "", "b cd"]);
        assert!(words("").is_err() && words("  ").is_err() && words("a 'b").is_err());
    }

    #[test]
    fn leads_to_the_mock_with_the_credentials_that_sign_and_no_others() {
        let specs = crate::spec::embedded();
        let url = Endpoint::parse("https://mock.example:8443").unwrap();
        let credentials = Credentials::new("KEY", "secret", None);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let inherited = [pair("PATH", "/bin"), pair("AWS_PROFILE", "prod"), pair("HTTPS_PROXY", "http://x")];

        let variables = environment(&specs, &url, (&credentials, "eu-west-1"), &inherited);

        let value = |name: &str| variables.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        assert_eq!(value("AWS_ENDPOINT_URL_MEDICAL_IMAGING"), Some("https://mock.example:8443"));
        assert_eq!((value("PATH"), value("RETAKE_ENDPOINT")), (Some("/bin"), Some("https://mock.example:8443")));
        assert_eq!((value("AWS_PROFILE"), value("HTTPS_PROXY"), value("AWS_SESSION_TOKEN")), (None, None, None));
    }
}
