//! Replay within a test: from a cassette to a running server, and from that to a report.

use super::{Options, Running, Server, sources};
use crate::cassette::{self, Cassette};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Demands, Evidence, Report, Subject, SubjectKind};
use crate::net::{Access, Credentials, Listen, Listener};
use crate::replay::{Match, Player};
use crate::spec::Specs;
use crate::verify::verify;
use std::path::Path;
use std::sync::Arc;

/// A replay server to be started.
///
#[cfg_attr(feature = "sdk", doc = "```no_run")]
#[cfg_attr(not(feature = "sdk"), doc = "```ignore")]
/// # async fn a_test() -> Result<(), retake::diagnostic::Diagnostic> {
/// let replay = retake::Replay::open("cassettes/medical-imaging")?;
/// replay.verify().assert_passed();
/// let replay = replay.start().await?;
/// let client = aws_sdk_medicalimaging::Client::new(&retake::sdk::config(replay.access()));
///
/// let page = client
///     .list_image_set_versions()
///     .datastore_id(replay.input("datastoreId").expect("the cassette has one"))
///     .image_set_id(replay.input("imageSetId").expect("the cassette has one"))
///     .send()
///     .await;
///
/// assert!(page.is_ok());
/// replay.finish().await.assert_passed();
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Replay {
    specs: Arc<Specs>,
    cassettes: Vec<Cassette>,
    rule: Match,
    inputs: Vec<(String, String)>,
    allow_unused: bool,
}

impl Replay {
    /// Reads a cassette, or all cassettes of a folder; the specs are those of `specs/`, else the crate's own.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Diagnostic> {
        Ok(Self::new(sources::specs()?, sources::cassettes(path.as_ref())?))
    }

    /// Plays these cassettes, by these specs.
    pub fn new(specs: Specs, cassettes: Vec<Cassette>) -> Self {
        let specs = Arc::new(specs);
        Self { specs, cassettes, rule: Match::Exact, inputs: Vec::new(), allow_unused: false }
    }

    /// Compares requests in another way.
    #[must_use]
    pub fn matching(self, rule: Match) -> Self {
        Self { rule, ..self }
    }

    /// Puts a value in the place of the first stand-in of that name; given again, of the second, and so on.
    #[must_use]
    pub fn input(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.inputs.push((name.into(), value.into()));
        self
    }

    /// Lets the test pass although it does not use every recorded exchange.
    #[must_use]
    pub fn allow_unused(self) -> Self {
        Self { allow_unused: true, ..self }
    }

    /// Judges the cassettes by the specs, as `retake verify cassette` does.
    pub fn verify(&self) -> Report {
        let mut report = Report::new("verify cassette");
        for cassette in &self.cassettes {
            let facts = cassette.facts();
            let evidence = Evidence {
                subject: Subject { kind: SubjectKind::Cassette, name: cassette.file.clone() },
                transcript: &cassette.transcript,
                recording: Some(&facts),
                places: &cassette.places,
                run: None,
                demands: Demands::default(),
            };
            report.merge(verify(&self.specs, &evidence));
        }
        report
    }

    /// Starts the server, at a port of its own.
    pub async fn start(self) -> Result<Replaying, Diagnostic> {
        let Self { specs, cassettes, rule, inputs, allow_unused } = self;
        let known = known_inputs(&specs, &cassettes, &inputs);
        let player = Arc::new(Player::new(Arc::clone(&specs), cassettes, rule, inputs)?);
        let listener = Listener::bind(Listen::default()).await?;
        let options = Options::default();
        let region = options.region.clone();
        let running = Server::start(listener, Arc::<Player>::clone(&player), &specs, options);
        let endpoint = running.endpoint().to_owned();
        let access = Access { endpoint, region, credentials: Credentials::throwaway()? };
        Ok(Replaying { running, player, access, known, allow_unused })
    }
}

/// The first value of each input: what is bound to it, else its first stand-in.
fn known_inputs(specs: &Specs, cassettes: &[Cassette], given: &[(String, String)]) -> Vec<(String, String)> {
    let exchanges = cassettes.iter().flat_map(|cassette| &cassette.transcript.exchanges);
    let stand_ins = cassette::stand_ins(specs, exchanges).into_iter();
    let first = stand_ins.filter_map(|stand_ins| Some((stand_ins.name, stand_ins.values.into_iter().next()?)));
    given.iter().cloned().chain(first).collect()
}

/// A replay server that runs. Dropping it ends it; [`Replaying::finish`] also tells what it came to.
#[derive(Debug)]
pub struct Replaying {
    running: Running,
    player: Arc<Player>,
    access: Access,
    known: Vec<(String, String)>,
    allow_unused: bool,
}

impl Replaying {
    /// How a client reaches it.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The same for a session of its own, which gets every sequence from its beginning: the key id is 16 to 128
    /// upper-case letters and digits.
    pub fn access_as(&self, key_id: &str) -> Access {
        let credentials = &self.access.credentials;
        let credentials = Credentials::new(key_id, credentials.secret(), credentials.token().map(str::to_owned));
        Access { credentials, ..self.access.clone() }
    }

    /// A value of an input that the recording answers.
    pub fn input(&self, name: &str) -> Option<&str> {
        self.known.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What is played, with its counts so far.
    pub fn player(&self) -> &Player {
        &self.player
    }

    /// Stops the server and tells what the replay came to.
    pub async fn finish(self) -> Report {
        let traffic = self.running.shutdown().await;
        let mut report = self.player.report(self.allow_unused);
        report.ledger.requests = traffic.requests;
        report.ledger.refused = traffic.refused;
        report
    }
}
