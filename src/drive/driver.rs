//! A persistent driver: a process that we talk to, one run at a time.

use super::Argument;
use super::capture::{Capture, Printed};
use super::command::{Running, Streams};
use super::judge::Ended;
use super::limit::Cut;
use super::lines::{LONGEST, Lines};
use super::once::with_tail;
use super::protocol::{self, Asked, Hello, Reply};
use super::tail::tail;
use crate::diagnostic::Diagnostic;
use crate::evidence::{ChildEnd, Outcome};
use crate::net::Credentials;
use std::future::Future;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::{ChildStdin, ChildStdout};
use tokio::time::timeout;

/// The most that is kept of what a driver prints for people.
const KEPT: usize = 16 * 1024;

/// How long the last words of a driver that has ended are waited for, and its end once it closed its pipes.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// How long a driver has to end after its goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// A driver that has answered the greeting.
#[derive(Debug)]
pub(super) struct Driver {
    process: Process,
    hello: Hello,
}

/// A driver's process and its pipes.
#[derive(Debug)]
struct Process {
    running: Running,
    input: ChildStdin,
    lines: Lines<ChildStdout>,
    errors: Capture,
}

/// Why a driver did not start.
#[derive(Debug)]
pub(super) struct NotStarted {
    /// What happened.
    pub(super) error: Diagnostic,
    /// Whether it would happen again: it cannot be started, or speaks something else.
    pub(super) is_final: bool,
}

/// What came of a talk.
enum Talk {
    /// A line.
    Line(Vec<u8>),
    /// What was printed breaks the protocol.
    Broken(Diagnostic),
    /// The process ended.
    Ended(Option<ChildEnd>),
}

/// What came of a run.
#[derive(Debug)]
pub(super) struct RunEnd {
    /// How the scenario ended.
    pub(super) ended: Ended,
    /// What is left of the driver.
    pub(super) left: Left,
}

/// What is left of a driver after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// It waits for the next.
    Ready,
    /// It is gone: it died, or had to be killed.
    Gone,
    /// It is gone, since it broke the protocol.
    Broken,
}

impl Driver {
    /// Starts a driver and greets it.
    pub(super) async fn start(
        command: &[Argument],
        environment: &[(String, String)],
        handshake: Duration,
    ) -> Result<Self, NotStarted> {
        let start = Process::start(command, environment);
        let mut process = start.map_err(|error| NotStarted { error, is_final: true })?;
        let answer = timeout(handshake, process.talk(&protocol::hello())).await;
        let (error, is_final) = match answer {
            Ok(Talk::Line(line)) => match protocol::read_hello(&line) {
                Ok(hello) => return Ok(Self { process, hello }),
                Err(error) => (error, true),
            },
            Ok(Talk::Broken(error)) => (error, true),
            Ok(Talk::Ended(end)) => {
                let error = Diagnostic::new(format!("the driver ended at the handshake, {}", how(end)))
                    .expected("an answer to hello, and then to each run until bye");
                (error, false)
            }
            Err(_) => {
                let waited = handshake.as_secs_f64();
                let error = Diagnostic::new(format!("the driver did not answer hello in {waited} s"))
                    .expected("one line, flushed as soon as it is written");
                (error, false)
            }
        };
        let printed = process.end().await;
        Err(NotStarted { error: Diagnostic { what: with_tail(error.what, tail(&printed, None)), ..error }, is_final })
    }

    /// What it said of itself.
    pub(super) fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Asks for a run, until it is cut short.
    pub(super) async fn run(&mut self, asked: Asked<'_>, cut: impl Future<Output = Cut>, limit: Duration) -> RunEnd {
        let (seq, credentials) = (asked.seq, asked.credentials);
        // What it printed before belongs to another run, or to none.
        self.process.errors.take();
        let line = protocol::run(asked);
        let talk = tokio::select! {
            biased;
            talk = self.process.talk(&line) => Ok(talk),
            cut = cut => Err(cut),
        };
        let (ended, left) = match talk {
            Ok(Talk::Line(line)) => match protocol::read_reply(&line, seq) {
                Ok(reply) => return self.replied(reply, credentials),
                Err(error) => (Ended::DriverError(error), Left::Broken),
            },
            Ok(Talk::Broken(error)) => (Ended::DriverError(error), Left::Broken),
            Ok(Talk::Ended(end)) => {
                (Ended::Crashed(format!("the driver ended in the middle of the scenario, {}", how(end))), Left::Gone)
            }
            Err(Cut::Deadline) => {
                (Ended::Hung(format!("the driver gave no answer in {} s", limit.as_secs_f64())), Left::Gone)
            }
            Err(Cut::Runaway) => (Ended::RanAway, Left::Gone),
        };
        let printed = self.process.end().await;
        RunEnd { ended: told(ended, tail(&printed, Some(credentials))), left }
    }

    fn replied(&mut self, reply: Reply, credentials: &Credentials) -> RunEnd {
        let printed = tail(&self.process.errors.take(), Some(credentials));
        let ended = match reply {
            Reply::Outcome(outcome) => Ended::Said(outcome, printed),
            Reply::Skipped(reason) => Ended::Skipped(reason),
            Reply::DriverError(error) => told(Ended::DriverError(error), printed),
        };
        RunEnd { ended, left: Left::Ready }
    }

    /// Says goodbye, and sees to it that the driver ends; whether it had not to be made to.
    pub(super) async fn end(mut self) -> bool {
        let process = &mut self.process;
        // Who does not listen any more is killed.
        let goodbye = async {
            let _ = process.input.write_all(protocol::bye().as_bytes()).await;
            let _ = process.input.shutdown().await;
            process.running.wait().await
        };
        let has_ended = timeout(GOODBYE, goodbye).await.is_ok();
        if !has_ended {
            self.process.running.kill().await;
        }
        has_ended
    }
}

impl Process {
    fn start(command: &[Argument], environment: &[(String, String)]) -> Result<Self, Diagnostic> {
        let mut running = Running::start_with(command, environment, Streams::Spoken)?;
        let (input, output, errors) = (running.input(), running.output(), running.errors());
        Ok(Self {
            input: input.expect("the stream is ours"),
            lines: Lines::new(output.expect("the stream is ours"), LONGEST),
            errors: Capture::start(errors.expect("the stream is ours"), KEPT),
            running,
        })
    }

    /// Writes a line and reads one.
    async fn talk(&mut self, line: &str) -> Talk {
        let Self { running, input, lines, .. } = self;
        let said = async {
            // A driver that does not listen is found by what it answers, or by its end.
            let _ = input.write_all(line.as_bytes()).await;
            let _ = input.flush().await;
            lines.next().await
        };
        let end = tokio::select! {
            biased;
            said = said => match said {
                Ok(Some(line)) => return Talk::Line(line),
                Ok(None) => match timeout(LAST_WORDS, running.wait()).await {
                    Ok(end) => end,
                    Err(_) => return Talk::Broken(closed()),
                },
                Err(error) => return Talk::Broken(error),
            },
            end = running.wait() => end,
        };
        // It may have answered before it ended; what it started may hold its pipes open.
        match timeout(LAST_WORDS, lines.next()).await {
            Ok(Ok(Some(line))) => Talk::Line(line),
            Ok(Ok(None) | Err(_)) | Err(_) => Talk::Ended(end.ok()),
        }
    }

    /// Kills it, and takes what it printed.
    async fn end(&mut self) -> Printed {
        self.running.kill().await;
        self.errors.finish().await
    }
}

fn closed() -> Diagnostic {
    Diagnostic::new("the driver closed its standard output and runs on")
        .expected("one line for each run")
        .found("the end of its standard output")
}

fn how(end: Option<ChildEnd>) -> String {
    end.map_or_else(|| "nobody knows how".to_owned(), |end| Outcome::Exit(end).to_string())
}

/// The end of a run, with what was printed last.
fn told(ended: Ended, printed: Option<String>) -> Ended {
    match ended {
        Ended::Crashed(why) => Ended::Crashed(with_tail(why, printed)),
        Ended::Hung(why) => Ended::Hung(with_tail(why, printed)),
        Ended::DriverError(error) => {
            Ended::DriverError(Diagnostic { what: with_tail(error.what.clone(), printed), ..error })
        }
        other @ (Ended::Said(..) | Ended::Skipped(_) | Ended::RanAway) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    async fn not_started(script: &str, handshake: Duration) -> NotStarted {
        let command = ["sh", "-c", script].map(Argument::from);
        let environment = [("PATH".to_owned(), std::env::var("PATH").unwrap())];
        Driver::start(&command, &environment, handshake).await.unwrap_err()
    }

    #[tokio::test]
    async fn does_not_wait_for_ever_for_an_answer_to_the_greeting() {
        let began = Instant::now();

        for script in ["sleep 60", "cat > /dev/null & exec sleep 60", "setsid sleep 5 & sleep 60"] {
            let NotStarted { error, is_final } = not_started(script, Duration::from_millis(200)).await;

            assert!(error.what.starts_with("the driver did not answer hello in 0.2 s"), "{error}");
            assert!(!is_final);
        }
        assert!(began.elapsed() < Duration::from_secs(5));
    }

    #[tokio::test]
    async fn tells_what_would_happen_again_from_what_may_not() {
        let died = not_started("exit 3", Duration::from_secs(10)).await;
        let other = not_started("echo hello", Duration::from_secs(10)).await;
        let absent = Driver::start(&["/no/such/driver".into()], &[], Duration::from_secs(10)).await.unwrap_err();

        assert!(!died.is_final && died.error.what.contains("exit code 3"), "{}", died.error);
        assert!(other.is_final && absent.is_final);
    }
}
