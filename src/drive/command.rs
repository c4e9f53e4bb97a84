//! A client's process: no shell, a group of its own, killed and reaped.

use crate::diagnostic::{Diagnostic, nearest};
use crate::evidence::ChildEnd;
use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::process::{Child, Command};

/// How long a client has to end after it was asked to.
const GRACE: Duration = Duration::from_secs(2);

/// An argument of a COMMAND.
pub type Argument = OsString;

/// Fills `{name}` placeholders of a COMMAND from known inputs.
///
/// A brace that names no known member is left alone: it may mean something to
/// the client. A placeholder of a member that is known but has no value is an error.
pub fn fill_placeholders(
    command: &[Argument],
    inputs: &[(String, String)],
    members: &[&str],
) -> Result<Vec<Argument>, Diagnostic> {
    command.iter().map(|argument| fill(argument, inputs, members)).collect()
}

fn fill(argument: &OsStr, inputs: &[(String, String)], members: &[&str]) -> Result<OsString, Diagnostic> {
    let Some(text) = argument.to_str() else { return Ok(argument.to_owned()) };
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else { break };
        let name = &rest[open + 1..open + length];
        filled.push_str(&rest[..open]);
        match inputs.iter().find(|(known, _)| known == name) {
            Some((_, value)) => filled.push_str(value),
            None if members.contains(&name) => return Err(no_value(name)),
            None => {
                if let Some(near) = nearest(name, members.iter().copied()) {
                    return Err(Diagnostic::new(format!("the placeholder {{{name}}} names no input"))
                        .help(format!("did you mean {{{near}}}?")));
                }
                filled.push_str(&rest[open..=open + length]);
            }
        }
        rest = &rest[open + length + 1..];
    }
    filled.push_str(rest);
    Ok(filled.into())
}

fn no_value(name: &str) -> Diagnostic {
    Diagnostic::new(format!("nothing is known for the placeholder {{{name}}}"))
        .help(format!("give it with --input {name}=VALUE"))
}

/// A client that runs.
#[derive(Debug)]
pub struct Running {
    child: Child,
    group: Option<Pid>,
}

impl Running {
    /// Starts a COMMAND with exactly this environment; what it prints goes to our standard error.
    pub fn start(command: &[Argument], environment: &[(String, String)]) -> Result<Self, Diagnostic> {
        let Some((program, arguments)) = command.split_first() else {
            return Err(Diagnostic::new("there is no COMMAND to run").help("put it behind --"));
        };
        let cannot = |error: io::Error| {
            let shown = program.to_string_lossy();
            Diagnostic::new(format!("cannot start {shown}: {error}")).help("is it installed, and on the PATH?")
        };
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .process_group(0)
            .kill_on_drop(true)
            .stdin(standard_input())
            .stdout(standard_error().map_err(cannot)?)
            .spawn()
            .map_err(cannot)?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Ok(Self { child, group })
    }

    /// Waits for the client to end; then nothing of its group is left.
    pub async fn wait(&mut self) -> Result<ChildEnd, Diagnostic> {
        let status = self.child.wait().await;
        self.signal(Signal::KILL);
        status.map(end_of).map_err(|error| Diagnostic::new(format!("cannot wait for the client: {error}")))
    }

    /// Asks the client and all that it started to end, and makes them after a while.
    pub async fn stop(mut self) -> Option<ChildEnd> {
        self.signal(Signal::TERM);
        let ended = tokio::time::timeout(GRACE, self.child.wait()).await;
        self.signal(Signal::KILL);
        match ended {
            Ok(status) => status.ok().map(end_of),
            Err(_) => self.child.wait().await.ok().map(end_of),
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // A group that is gone already is what we want.
            let _ = kill_process_group(group, signal);
        }
    }
}

/// A client in a group of its own would be stopped when it reads from a terminal.
fn standard_input() -> Stdio {
    use std::io::IsTerminal;

    if std::io::stdin().is_terminal() { Stdio::null() } else { Stdio::inherit() }
}

/// Standard output is the report's.
fn standard_error() -> io::Result<Stdio> {
    Ok(std::io::stderr().as_fd().try_clone_to_owned()?.into())
}

fn end_of(status: ExitStatus) -> ChildEnd {
    match (status.code(), status.signal()) {
        (Some(code), _) => ChildEnd::Exit(code),
        (None, signal) => ChildEnd::Signal(signal.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(argument: &str) -> Result<String, Diagnostic> {
        let inputs = [("itemId".to_owned(), "a1".to_owned())];
        let command = fill_placeholders(&[argument.into()], &inputs, &["itemId", "pageToken"])?;
        Ok(command[0].to_string_lossy().into_owned())
    }

    #[test]
    fn fills_what_it_knows_and_leaves_other_braces_alone() {
        assert_eq!(filled("--id={itemId}/{itemId}").unwrap(), "--id=a1/a1");
        assert_eq!(filled("{\"json\": {}}").unwrap(), "{\"json\": {}}");
        assert_eq!(filled("{unrelatedWord}").unwrap(), "{unrelatedWord}");
        assert_eq!(filled("{").unwrap(), "{");
    }

    #[test]
    fn says_what_is_missing_or_mistyped() {
        assert!(filled("{pageToken}").unwrap_err().to_string().contains("--input pageToken=VALUE"));
        assert!(filled("{itemID}").unwrap_err().to_string().contains("{itemId}"));
    }

    fn shell(script: &str) -> Vec<Argument> {
        ["sh", "-c", script].map(Argument::from).to_vec()
    }

    #[tokio::test]
    async fn tells_an_exit_code_from_a_signal() {
        let environment = [("PATH".to_owned(), std::env::var("PATH").unwrap())];

        let exit = Running::start(&shell("exit 7"), &environment).unwrap().wait().await.unwrap();
        let signal = Running::start(&shell("kill -9 $$"), &environment).unwrap().wait().await.unwrap();

        assert_eq!(exit, ChildEnd::Exit(7));
        assert_eq!(signal, ChildEnd::Signal(9));
    }

    #[tokio::test]
    async fn leaves_nothing_of_the_group_behind() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let environment = [("PATH".to_owned(), std::env::var("PATH").unwrap())];
        let script = format!("sleep 600 & echo $! > {}; trap '' TERM; wait", file.display());
        let running = Running::start(&shell(&script), &environment).unwrap();
        while !std::fs::read_to_string(&file).is_ok_and(|text| text.ends_with('\n')) {
            tokio::task::yield_now().await;
        }

        running.stop().await;

        let pid: i32 = std::fs::read_to_string(&file).unwrap().trim().parse().unwrap();
        let gone = || match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
            Ok(stat) => stat.contains(") Z "),
            Err(_) => true,
        };
        while !gone() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn says_why_a_client_cannot_be_started() {
        let error = Running::start(&["/no/such/client".into()], &[]).unwrap_err().to_string();

        assert!(error.contains("cannot start /no/such/client"), "{error}");
        assert!(error.contains("PATH"), "{error}");
    }
}
