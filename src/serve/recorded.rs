//! A recording as the subject of a Rust test: verified, and shown, without a server.

use super::sources;
use crate::cassette::Cassette;
use crate::diagnostic::{Diagnostic, Location};
use crate::evidence::{Demands, Evidence, Report, Subject, SubjectKind};
use crate::net::Clock;
use crate::report;
use crate::spec::Specs;
use crate::verify::verify;
use std::path::Path;

/// A cassette, and the specs that it is judged by: the ones of the working folder, else those that come with retake.
///
/// Both of its texts are the same for the same evidence, whenever and wherever it was recorded, so both may be
/// snapshots; and `insta::glob!` goes through all recordings of a crate:
///
/// ```
/// use retake::Recorded;
///
/// # insta::with_settings!({snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots"), prepend_module_to_snapshot => false}, {
/// insta::glob!(concat!(env!("CARGO_MANIFEST_DIR"), "/cassettes"), "**/list-image-set-versions-*.cassette.yaml", |path| {
///     let recorded = Recorded::open(path).unwrap();
///     let report = recorded.verify();
///
///     report.assert_passed();
///     insta::assert_snapshot!("recorded-report", report);
///     insta::assert_snapshot!("recorded-exchanges", recorded.exchanges());
/// });
/// # });
/// ```
///
/// Under `cargo insta test` the cassette counts as referred to, so that `--unreferenced=delete` leaves it alone.
#[derive(Debug, Clone)]
pub struct Recorded {
    cassette: Cassette,
    specs: Specs,
}

impl Recorded {
    /// Opens one cassette.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Diagnostic> {
        let path = path.as_ref();
        let specs = sources::specs()?;
        let mut cassettes = sources::cassettes(path)?;
        match (cassettes.pop(), cassettes.is_empty()) {
            (Some(cassette), true) => Ok(Self { cassette: named(cassette), specs }),
            (Some(_) | None, _) => Err(Diagnostic::new("this is a folder of several cassettes")
                .at(Location::file(path.display().to_string()))
                .expected("one cassette")
                .help("name the file, or go through all of them with insta::glob!")),
        }
    }

    /// Judges it by the specs, as `retake verify cassette` does.
    pub fn verify(&self) -> Report {
        let facts = self.cassette.facts();
        let evidence = Evidence {
            subject: Subject { kind: SubjectKind::Cassette, name: self.cassette.file.clone() },
            transcript: &self.cassette.transcript,
            recording: Some(&facts),
            places: &self.cassette.places,
            run: None,
            demands: Demands::on_day(Clock::system().now() / 86_400),
        };
        let mut report = Report::new("verify cassette");
        report.merge(verify(&self.specs, &evidence));
        report
    }

    /// What was asked and answered, exchange by exchange.
    pub fn exchanges(&self) -> String {
        report::exchanges(&self.specs, &self.cassette)
    }
}

/// The cassette under its name from the working folder: the same on every machine.
fn named(cassette: Cassette) -> Cassette {
    let folder = std::env::current_dir().and_then(|folder| folder.canonicalize()).unwrap_or_default();
    let file = Path::new(&cassette.file).canonicalize().unwrap_or_default();
    match file.strip_prefix(&folder) {
        Ok(inside) => Cassette { file: inside.display().to_string(), ..cassette },
        Err(_) => cassette,
    }
}
