//! A client whose COMMAND is run once a scenario.

use super::awscli;
use super::capture::{Capture, Printed};
use super::command::{Running, Streams};
use super::environment::{Endpoint, Lead, Playing, environment};
use super::judge::Ended;
use super::limit::{Cut, cut};
use super::plan::{Job, Plan, Says};
use super::stage::Scene;
use super::tail::tail;
use super::{Folder, Template};
use crate::diagnostic::{Diagnostic, Location};
use crate::evidence::{ChildEnd, Outcome};
use crate::net::Credentials;
use crate::scenario::Script;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The most that is read of what a COMMAND says came of a scenario.
const LONGEST: usize = 8 * 1024 * 1024;

/// The most that is kept of what it prints for people.
const KEPT: usize = 16 * 1024;

/// A COMMAND that is run once a scenario.
#[derive(Debug)]
pub(super) struct Once<'p> {
    pub(super) plan: &'p Plan,
    pub(super) template: &'p Template,
    pub(super) says: Says,
    pub(super) folder: &'p Folder,
}

/// What a COMMAND left behind.
struct Left {
    end: ChildEnd,
    stdout: Printed,
    stderr: Printed,
}

impl Once<'_> {
    /// Runs COMMAND in a scene. An error is one of all scenarios: it cannot be started.
    pub(super) async fn run(
        &self,
        job: &Job,
        index: usize,
        script: &Script,
        scene: &impl Scene,
    ) -> Result<Ended, Diagnostic> {
        let file = OutcomeFile(self.folder.path().join(format!("outcome-{index}.json")));
        let spec = self.plan.spec(job);
        let command = self.template.fill(spec, &job.scenario.inputs);
        let mut running = Running::start_with(&command, &self.environment(job, scene, &file.0), Streams::Captured)?;
        // Only what is read as an outcome has to be whole.
        let stdout = if matches!(self.says, Says::Stdout | Says::AwsCli) { LONGEST } else { KEPT };
        let mut stdout = running.output().map(|pipe| Capture::start(pipe, stdout));
        let mut stderr = running.errors().map(|pipe| Capture::start(pipe, KEPT));

        let ended = tokio::select! {
            biased;
            end = running.wait() => Ok(end?),
            cut = cut(script, &self.plan.pace) => Err(cut),
        };
        if ended.is_err() {
            running.kill().await;
        }
        let (stdout, stderr) = (finish(&mut stdout).await, finish(&mut stderr).await);
        Ok(match ended {
            Ok(end) => self.said(job, scene.credentials(), &file, &Left { end, stdout, stderr }),
            Err(Cut::Runaway) => Ended::RanAway,
            Err(Cut::Deadline) => {
                let why = format!("COMMAND did not end in {} s", self.plan.pace.scenario.as_secs_f64());
                Ended::Hung(with_tail(why, tail(&stderr, Some(scene.credentials()))))
            }
        })
    }

    fn environment(&self, job: &Job, scene: &impl Scene, outcome: &Path) -> Vec<(String, String)> {
        let plan = self.plan;
        let input = job.scenario.input_json(plan.spec(job));
        let playing = Playing { scenario: &job.scenario.id, outcome };
        let server = Endpoint {
            port: scene.port(),
            credentials: scene.credentials(),
            input: &input,
            playing: Some(playing),
            tunnels: None,
        };
        let lead = Lead { server: Some(server), specs: &plan.specs, region: &plan.region, folder: self.folder };
        environment(&lead, &plan.inherited)
    }

    /// What COMMAND said, now that it has ended.
    fn said(&self, job: &Job, credentials: &Credentials, file: &OutcomeFile, left: &Left) -> Ended {
        let printed = tail(&left.stderr, Some(credentials));
        if let ChildEnd::Signal(signal) = left.end {
            return Ended::Crashed(with_tail(format!("COMMAND was ended by signal {signal}"), printed));
        }
        let outcome = match self.says {
            Says::IfWritten => file.read().map(|outcome| outcome.unwrap_or(Outcome::Exit(left.end))),
            Says::File => file.read().and_then(|outcome| outcome.ok_or_else(|| not_written(left.end))),
            Says::Stdout => last_line(&left.stdout),
            Says::AwsCli => awscli::read(self.plan.spec(job), left.end, &left.stdout, &left.stderr),
        };
        match outcome {
            Ok(outcome) => Ended::Said(outcome, printed),
            Err(error) => Ended::DriverError(Diagnostic { what: with_tail(error.what.clone(), printed), ..error }),
        }
    }
}

async fn finish(capture: &mut Option<Capture>) -> Printed {
    match capture {
        Some(capture) => capture.finish().await,
        None => Printed::default(),
    }
}

/// A reason, with what was printed last.
pub(super) fn with_tail(why: String, printed: Option<String>) -> String {
    match printed {
        Some(printed) => format!("{why}; it printed last: {printed}"),
        None => why,
    }
}

fn not_written(end: ChildEnd) -> Diagnostic {
    Diagnostic::new("COMMAND wrote no outcome to the file that RETAKE_OUTCOME names")
        .expected("one JSON object, such as {\"kind\": \"ok\", \"items\": []}")
        .found(format!("no file, and {}", Outcome::Exit(end)))
}

/// The outcome in the last line that was printed.
fn last_line(stdout: &Printed) -> Result<Outcome, Diagnostic> {
    let lines = stdout.bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    match lines.rev().find(|line| !line.is_empty()) {
        Some(line) => Outcome::parse(line),
        None => Err(Diagnostic::new("COMMAND printed no outcome")
            .expected("one JSON object as the last line of its standard output")
            .found("nothing")),
    }
}

/// The file that a COMMAND may write; gone when it is dropped.
struct OutcomeFile(PathBuf);

impl OutcomeFile {
    /// What was written, if anything was.
    fn read(&self) -> Result<Option<Outcome>, Diagnostic> {
        let cannot = |what: &str| {
            Diagnostic::new(format!("cannot read the outcome that COMMAND wrote: {what}"))
                .at(Location::file(self.0.display().to_string()))
        };
        // Anything but a plain file could make us wait, or lead us elsewhere.
        match std::fs::symlink_metadata(&self.0) {
            Err(_) => return Ok(None),
            Ok(file) if !file.is_file() => return Err(cannot("it is no plain file")),
            Ok(_) => {}
        }
        let mut text = Vec::new();
        let file = std::fs::File::open(&self.0).map_err(|error| cannot(&error.to_string()))?;
        file.take(LONGEST as u64 + 1).read_to_end(&mut text).map_err(|error| cannot(&error.to_string()))?;
        match text.len() {
            0 => Ok(None),
            length if length > LONGEST => Err(cannot(&format!("it is longer than {LONGEST} bytes"))),
            _ => Outcome::parse(&text).map(Some),
        }
    }
}

impl Drop for OutcomeFile {
    fn drop(&mut self) {
        // What stays goes with the folder.
        let _ = std::fs::remove_file(&self.0);
    }
}
