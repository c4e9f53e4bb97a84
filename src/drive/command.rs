//! A client's process: no shell, a group of its own, killed and reaped.

use crate::diagnostic::Diagnostic;
use crate::evidence::ChildEnd;
use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::OsString;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

/// How long a client has to end after it was asked to.
const GRACE: Duration = Duration::from_secs(2);

/// An argument of a COMMAND.
pub type Argument = OsString;

/// Where a client reads and prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Streams {
    /// It reads what we read, and prints to our standard error.
    Ours,
    /// It reads nothing; what it prints is ours to read.
    Captured,
    /// We talk to it, and read what it prints.
    Spoken,
}

impl Streams {
    fn wire(self, command: &mut Command) -> io::Result<()> {
        match self {
            Self::Ours => command.stdin(standard_input()).stdout(standard_error()?),
            Self::Captured => command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()),
            Self::Spoken => command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()),
        };
        Ok(())
    }
}

/// A client that runs. Dropping it kills it, and all that it started.
#[derive(Debug)]
pub struct Running {
    child: Child,
    group: Option<Pid>,
}

impl Running {
    /// Starts a COMMAND with exactly this environment; what it prints goes to our standard error.
    pub fn start(command: &[Argument], environment: &[(String, String)]) -> Result<Self, Diagnostic> {
        Self::start_with(command, environment, Streams::Ours)
    }

    /// Starts a COMMAND with exactly this environment and these streams.
    pub(super) fn start_with(
        command: &[Argument],
        environment: &[(String, String)],
        streams: Streams,
    ) -> Result<Self, Diagnostic> {
        let Some((program, arguments)) = command.split_first() else {
            return Err(Diagnostic::new("there is no COMMAND to run").help("put it behind --"));
        };
        let cannot = |error: io::Error| {
            let shown = program.to_string_lossy();
            Diagnostic::new(format!("cannot start {shown}: {error}")).help("is it installed, and on the PATH?")
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .process_group(0)
            .kill_on_drop(true);
        streams.wire(&mut command).map_err(cannot)?;
        let child = command.spawn().map_err(cannot)?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Ok(Self { child, group })
    }

    /// Waits for the client to end; then nothing of its group is left.
    pub async fn wait(&mut self) -> Result<ChildEnd, Diagnostic> {
        let status = self.child.wait().await;
        self.signal(Signal::KILL);
        self.group = None;
        status.map(end_of).map_err(|error| Diagnostic::new(format!("cannot wait for the client: {error}")))
    }

    /// Asks the client and all that it started to end, and makes them after a while.
    pub async fn stop(mut self) -> Option<ChildEnd> {
        self.signal(Signal::TERM);
        let ended = tokio::time::timeout(GRACE, self.child.wait()).await;
        match ended {
            Ok(status) => {
                self.signal(Signal::KILL);
                self.group = None;
                status.ok().map(end_of)
            }
            Err(_) => self.kill().await,
        }
    }

    /// Kills the client and all that it started.
    pub(super) async fn kill(&mut self) -> Option<ChildEnd> {
        self.signal(Signal::KILL);
        let status = self.child.wait().await;
        self.group = None;
        status.ok().map(end_of)
    }

    /// What it reads, once.
    pub(super) fn input(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// What it prints, once.
    pub(super) fn output(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// What it prints to standard error, once.
    pub(super) fn errors(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // A group that is gone already is what we want.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The child itself is killed and reaped by its handle; what it started is not.
        self.signal(Signal::KILL);
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
