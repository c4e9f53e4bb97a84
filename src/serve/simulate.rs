//! Simulation within a test: from a spec to a running stand-in for the service.

use super::{Options, Running, Server, Signatures, sources};
use crate::diagnostic::Diagnostic;
use crate::evidence::Report;
use crate::net::{Access, Credentials, Listen, Listener};
use crate::simulate::{Settings, Simulator};
use crate::spec::{Inputs, Specs};
use std::sync::Arc;

/// A simulator to be started.
///
#[cfg_attr(feature = "sdk", doc = "```")]
#[cfg_attr(not(feature = "sdk"), doc = "```ignore")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let service = retake::Simulate::operation("ListImageSetVersions")?.items(3).start().await?;
/// let client = aws_sdk_medicalimaging::Client::new(&retake::sdk::config(service.access()));
///
/// let page = client
///     .list_image_set_versions()
///     .datastore_id(service.input("datastoreId").expect("the spec has it"))
///     .image_set_id(service.input("imageSetId").expect("the spec has it"))
///     .send()
///     .await?;
///
/// assert_eq!(page.image_set_properties_list().len(), 3);
/// service.finish().await.assert_passed();
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Simulate {
    specs: Arc<Specs>,
    settings: Settings,
}

impl Simulate {
    /// Simulates one operation; its spec is in `specs/`, else among the crate's own.
    pub fn operation(operation: impl Into<String>) -> Result<Self, Diagnostic> {
        let settings = Settings { operation: Some(operation.into()), ..Settings::default() };
        Ok(Self { specs: Arc::new(sources::specs()?), settings })
    }

    /// Simulates every operation of these specs.
    pub fn new(specs: Specs) -> Self {
        Self { specs: Arc::new(specs), settings: Settings::default() }
    }

    /// How many items each listing has; 20 if nothing is said.
    #[must_use]
    pub fn items(mut self, items: u64) -> Self {
        self.settings.items = items;
        self
    }

    /// The value of an input of the resource that exists; given again, of another resource.
    #[must_use]
    pub fn input(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.inputs.push((name.into(), value.into()));
        self
    }

    /// Starts the server, at a port of its own.
    pub async fn start(self) -> Result<Simulating, Diagnostic> {
        let Self { specs, settings } = self;
        let simulator = Simulator::new(Arc::clone(&specs), settings)?;
        let known = known_inputs(&specs, &simulator);
        let listener = Listener::bind(Listen::default()).await?;
        let credentials = Credentials::throwaway()?;
        let options = Options { signatures: Signatures::Required(credentials.clone()), ..Options::default() };
        let region = options.region.clone();
        let running = Server::start(listener, Arc::new(simulator), &specs, options);
        let access = Access { endpoint: running.endpoint().to_owned(), region, credentials };
        Ok(Simulating { running, specs, access, known })
    }
}

/// The inputs with which each operation answers.
fn known_inputs(specs: &Specs, simulator: &Simulator) -> Vec<(String, String)> {
    let known = specs.iter().filter_map(|spec| simulator.example_inputs(&spec.operation));
    known.flat_map(|inputs| texts(&inputs)).collect()
}

fn texts(inputs: &Inputs) -> Vec<(String, String)> {
    inputs.iter().map(|(key, value)| (key.to_owned(), value.text().into_owned())).collect()
}

/// A simulator that runs. Dropping it ends it; [`Simulating::finish`] also tells what it came to.
#[derive(Debug)]
pub struct Simulating {
    running: Running,
    specs: Arc<Specs>,
    access: Access,
    known: Vec<(String, String)>,
}

impl Simulating {
    /// How a client reaches it: nothing that is signed otherwise is answered.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// A value of an input that is known to the simulator.
    pub fn input(&self, name: &str) -> Option<&str> {
        self.known.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Stops the server and tells what passed.
    pub async fn finish(self) -> Report {
        let traffic = self.running.shutdown().await;
        let mut report = Report::new("simulate");
        report.specs = self.specs.iter().map(|spec| spec.file.clone()).collect();
        report.ledger.requests = traffic.requests;
        report.ledger.refused = traffic.refused;
        report.ledger.exchanges = traffic.requests - traffic.refused;
        report
    }
}
