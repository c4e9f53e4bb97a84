//! What the commands that listen have in common: being found, running a COMMAND or waiting to be stopped.

use super::output::{OutputArgs, to_stderr};
use super::tunnels::{Mode, Tunnelled};
use super::{Failure, descriptors};
use crate::diagnostic::Diagnostic;
use crate::drive::{self, Argument, Endpoint, Folder, Lead, Own};
use crate::evidence::{ChildEnd, Report};
use crate::message::Json;
use crate::message::json::Text;
use crate::net::{Credentials, Interception, Limits, Listen, Listener};
use crate::spec::Specs;
use crate::store;
use clap::{Args, value_parser};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The region where nothing else says which.
pub(super) const DEFAULT_REGION: &str = "us-east-1";

/// Where to listen, and how to be found.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub(super) struct ListenArgs {
    /// The loopback address to listen on [default: 127.0.0.1 and ::1, any port].
    #[arg(long, value_name = "ADDR", value_parser = parse_listen, env = "RETAKE_LISTEN", hide_env_values = true)]
    listen: Option<Listen>,

    /// Write the endpoint and the environment of a client to a file once the server listens.
    #[arg(long, value_name = "FILE", env = "RETAKE_READY_FILE", hide_env_values = true)]
    ready_file: Option<PathBuf>,

    /// How many connections may be open at once; one more is refused [default: 1024].
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..), env = "RETAKE_MAX_CONNECTIONS", hide_env_values = true)]
    max_connections: Option<u32>,
    /// How clients reach the server.
    #[arg(long, value_enum, default_value = "reverse", env = "RETAKE_MODE", hide_env_values = true)]
    pub(super) mode: Mode,
}

/// The client to run.
#[derive(Debug, Args)]
pub(super) struct CommandArgs {
    /// The client to run, led to the server by its environment; without it the server runs until it is stopped.
    #[arg(last = true, value_name = "COMMAND")]
    pub(super) command: Vec<OsString>,
}

fn parse_listen(text: &str) -> Result<Listen, String> {
    Listen::parse(text).map_err(|error| error.to_string())
}

impl ListenArgs {
    /// Binds the sockets.
    pub(super) async fn bind(&self) -> Result<Listener, Failure> {
        Listener::bind(self.listen.unwrap_or_default()).await.map_err(Failure::world)
    }

    /// The limits of a server each of whose connections takes so many descriptors.
    pub(super) fn limits(&self, descriptors: u64) -> Result<Limits, Failure> {
        let limits = Limits::default();
        let connections = descriptors::make_room(self.max_connections, limits.connections, descriptors);
        Ok(Limits { connections: connections.map_err(Failure::world)?, ..limits })
    }
}

/// Today, in days since 1970.
pub(super) fn today() -> i64 {
    now() / 86_400
}

/// Now, in seconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// How the time in which a server was up came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The COMMAND, or what else was to be done, ended.
    Done(Option<ChildEnd>),
    /// We were told to stop while something ran.
    Interrupted,
    /// We were told to stop, which is the normal end of a server without COMMAND.
    Stopped,
}

impl End {
    /// Notes the end in a report.
    pub(super) fn note(self, report: &mut Report) {
        match self {
            Self::Done(child) => report.ledger.child = child,
            Self::Interrupted => report.interrupted = true,
            Self::Stopped => {}
        }
    }
}

/// The signals that end a run; installed before anybody is told that we listen.
#[derive(Debug)]
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub(super) fn install() -> Result<Self, Failure> {
        let cannot = |error| Failure::could_not_look(format!("cannot listen for signals: {error}"));
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(cannot)?,
            terminate: signal(SignalKind::terminate()).map_err(cannot)?,
        })
    }

    /// Waits for one of them.
    pub(super) async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Keeps a limit on the size of files from ending this process: the call that meets it fails instead, and says so.
/// Processes that we start are not affected.
pub(super) fn outlive_file_size_limit() {
    // The handler stays when the stream is dropped.
    drop(signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())));
}

/// A server's port, and what a client needs to be led there.
#[derive(Debug)]
pub(super) struct Session {
    port: u16,
    credentials: Credentials,
    region: String,
    inputs: Vec<(String, String)>,
    members: Vec<String>,
    folder: Folder,
    tunnels: Option<Tunnelled>,
}

impl Session {
    /// Prepares the environment of clients; the inputs are those that placeholders stand for.
    pub(super) fn new(
        port: u16,
        credentials: Credentials,
        region: String,
        specs: &Specs,
        inputs: Vec<(String, String)>,
    ) -> Result<Self, Failure> {
        let mut members: Vec<String> =
            specs.iter().flat_map(|spec| &spec.input).map(|member| member.key.clone()).collect();
        members.sort();
        members.dedup();
        let folder = Folder::create(specs).map_err(Failure::world)?;
        Ok(Self { port, credentials, region, inputs, members, folder, tunnels: None })
    }

    /// Leads clients through these tunnels, if there are any.
    pub(super) fn through(mut self, tunnels: Option<&Interception>, own: Option<Own>) -> Result<Self, Failure> {
        self.tunnels = match tunnels {
            Some(tunnels) => Some(Tunnelled::write(tunnels, own, &self.folder)?),
            None => None,
        };
        Ok(self)
    }

    fn environment(&self, specs: &Specs, inherited: &[(String, String)]) -> Vec<(String, String)> {
        let input = self.inputs.iter().map(|(name, value)| (Text::new(name), Json::string(value))).collect();
        let input = Json::Object(input);
        let tunnels = self.tunnels.as_ref().map(Tunnelled::lead);
        let server =
            Endpoint { port: self.port, credentials: &self.credentials, input: &input, playing: None, tunnels };
        let lead = Lead { server: Some(server), specs, region: &self.region, folder: &self.folder };
        drive::environment(&lead, inherited)
    }

    /// Tells where we listen: one line, the ready file, and for a person in another terminal what to export.
    pub(super) fn announce(
        &self,
        specs: &Specs,
        listen: &ListenArgs,
        command: &CommandArgs,
        output: &OutputArgs,
    ) -> Result<(), Failure> {
        to_stderr(&format!("listening on {}", self.endpoint()));
        let environment = self.environment(specs, &[]);
        if let Some(file) = &listen.ready_file {
            let text = self.ready(&environment);
            store::commit(file, text.as_bytes()).map_err(Failure::world)?;
        } else if command.command.is_empty() {
            for (name, value) in &environment {
                output.progress(&format!("  export {name}={}", shell_word(value)));
            }
        }
        Ok(())
    }

    fn endpoint(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    fn ready(&self, environment: &[(String, String)]) -> String {
        let environment = environment.iter().map(|(name, value)| (Text::new(name), Json::string(value))).collect();
        let ready = Json::Object(vec![
            (Text::new("endpoint"), Json::string(&self.endpoint())),
            (Text::new("env"), Json::Object(environment)),
            (Text::new("pid"), Json::Number(std::process::id().to_string())),
        ]);
        ready.to_compact() + "\n"
    }

    /// Runs the COMMAND to its end, or waits to be stopped where there is none.
    pub(super) async fn run(
        &self,
        specs: &Specs,
        command: &CommandArgs,
        signals: &mut Signals,
    ) -> Result<End, Failure> {
        if command.command.is_empty() {
            signals.wait().await;
            return Ok(End::Stopped);
        }
        let command = self.fill(&command.command)?;
        let inherited: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let environment = self.environment(specs, &inherited);
        let mut running = drive::Running::start(&command, &environment).map_err(Failure::world)?;
        tokio::select! {
            ended = running.wait() => Ok(End::Done(Some(ended.map_err(Failure::world)?))),
            () = signals.wait() => {
                running.stop().await;
                Ok(End::Interrupted)
            }
        }
    }

    /// Checks the placeholders of the COMMAND before anything is started.
    pub(super) fn fill(&self, command: &[Argument]) -> Result<Vec<Argument>, Failure> {
        let members: Vec<&str> = self.members.iter().map(String::as_str).collect();
        drive::fill_placeholders(command, &self.inputs, &members).map_err(Failure::usage)
    }
}

/// A value as a shell reads it back.
fn shell_word(value: &str) -> String {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | ':' | '.' | '-' | '_' | ',' | '@' | '%' | '+' | '=');
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// What the name of the client is in a report: the program of the COMMAND.
pub(super) fn client_name(command: &CommandArgs) -> String {
    match command.command.first() {
        Some(program) => program.to_string_lossy().into_owned(),
        None => "clients".to_owned(),
    }
}

/// The diagnostic of inputs that name nothing.
pub(super) fn refuse_unknown_inputs(specs: &Specs, inputs: &[(String, String)]) -> Result<(), Failure> {
    let known: Vec<&str> = specs.iter().flat_map(|spec| &spec.input).map(|member| member.key.as_str()).collect();
    for (name, _) in inputs {
        if !known.contains(&name.as_str()) {
            let error = Diagnostic::new(format!("no operation has the input \"{name}\"")).expected(known.join(", "));
            return Err(Failure::usage(error.suggest(name, known)));
        }
    }
    Ok(())
}
