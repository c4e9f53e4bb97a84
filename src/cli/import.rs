//! `retake spec import`: specs from the model of a service.

use super::output::OutputArgs;
use super::sources::display;
use super::unpack::{Limits, unpack};
use super::{Failure, Outcome};
use crate::diagnostic::{Diagnostic, Location};
use crate::evidence::Report;
use crate::spec::import::{Former, Imported, Model, Paginators};
use crate::store::{self, Disk, Files};
use clap::Args;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// How large a model may be as it is.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// How large a spec that is updated may be.
const MAX_SPEC_BYTES: u64 = 4 * 1024 * 1024;

/// Import specs from the model of a service.
///
/// The model is a service-2.json, plain or gzip, as the AWS SDK for Python has it. What it does not say begins safe:
/// no text is kept in recordings, and no operation is forwarded that the model does not call read-only.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The model.
    #[arg(value_name = "MODEL")]
    model: PathBuf,

    /// How its listings page [default: the paginators-1.json beside the model].
    #[arg(long, value_name = "FILE")]
    paginators: Option<PathBuf>,

    /// The operation to import.
    #[arg(long, value_name = "OPERATION", required_unless_present = "all")]
    operation: Option<String>,

    /// Import every operation.
    #[arg(long, conflicts_with = "operation")]
    all: bool,

    /// The folder of specs.
    #[arg(long, value_name = "DIR", default_value = "specs")]
    into: PathBuf,

    /// What the specs say of their model, such as the release that it is from [default: its title and digest].
    #[arg(long, value_name = "TEXT")]
    source: Option<String>,

    /// Renew specs that are there: what people own of them stays.
    #[arg(long)]
    update: bool,
}

/// A spec that is to be written.
struct Ready {
    path: PathBuf,
    imported: Imported,
    /// Whether it is there, and the same.
    is_same: bool,
}

pub(super) fn run(arguments: &Arguments, output: &OutputArgs) -> Result<Outcome, Failure> {
    let name = display(&arguments.model);
    let bytes = read(&arguments.model)?;
    let model = Model::parse(&name, &bytes).map_err(Failure::usage)?;
    let paginators = arguments.paginators()?;
    if paginators.is_none() {
        output.progress(
            "there is no paginators-1.json beside the model: no spec has pagination (--paginators names one)",
        );
    }
    let source = arguments.source.clone().unwrap_or_else(|| title(&model, &bytes));
    let operations = match &arguments.operation {
        Some(operation) => vec![operation.clone()],
        None => model.operations(),
    };

    let (mut ready, mut refused) = (Vec::new(), Vec::new());
    for operation in operations {
        match arguments.import(&model, paginators.as_ref(), &operation, &source) {
            Ok(spec) => ready.push(spec),
            Err(Stop::Refused(error)) if arguments.all => refused.push((operation, error)),
            Err(Stop::Refused(error)) => return Err(Failure::usage(error)),
            Err(Stop::Failed(failure)) => return Err(failure),
        }
    }
    let mut report = Report::new("spec import");
    for Ready { path, imported, is_same } in &ready {
        if !is_same {
            store::commit(path, imported.text.as_bytes()).map_err(Failure::world)?;
        }
        let done = if *is_same { "unchanged" } else { "imported" };
        output.progress(&format!("{done} {}", display(path)));
        for left_out in &imported.left_out {
            output.progress(&format!("  note: {left_out}"));
        }
        report.specs.push(display(path));
    }
    for (operation, error) in &refused {
        output.progress(&format!("refused {operation}: {}", error.what));
    }
    let notes: usize = ready.iter().map(|ready| ready.imported.left_out.len()).sum();
    output.progress(&format!("{} imported, {} refused, {notes} notes", ready.len(), refused.len()));
    match refused.into_iter().next() {
        Some((_, error)) if ready.is_empty() => Err(Failure::usage(error)),
        _ => {
            report.done = !ready.is_empty();
            Ok(Outcome::Report(Box::new(report)))
        }
    }
}

/// Why a spec was not made.
enum Stop {
    /// The model, or the spec that it renews, does not give one.
    Refused(Diagnostic),
    /// Nothing more is to be done.
    Failed(Failure),
}

impl Arguments {
    fn paginators(&self) -> Result<Option<Paginators>, Failure> {
        let beside = self.model.with_file_name("paginators-1.json");
        let beside = [beside.clone(), beside.with_extension("json.gz")].into_iter().find(|file| file.is_file());
        let Some(file) = self.paginators.clone().or(beside) else { return Ok(None) };
        Paginators::parse(&display(&file), &read(&file)?).map(Some).map_err(Failure::usage)
    }

    fn import(
        &self,
        model: &Model,
        paginators: Option<&Paginators>,
        operation: &str,
        source: &str,
    ) -> Result<Ready, Stop> {
        let path = self.into.join(model.path_of(operation));
        let former = self.former(&path).map_err(Stop::Failed)?;
        let former = former.as_ref().map(|(former, text)| (former, text.as_str()));
        let import = |source| model.import(paginators, operation, source, former.map(|(former, _)| former));
        let imported = import(Some(source)).map_err(Stop::Refused)?;
        let is_same = former.is_some_and(|(_, text)| text == imported.text);
        Ok(Ready { path, imported, is_same })
    }

    /// The spec that is there.
    fn former(&self, path: &Path) -> Result<Option<(Former, String)>, Failure> {
        if !path.exists() {
            return Ok(None);
        }
        let name = display(path);
        if !self.update {
            let error = Diagnostic::new("there is a spec already").at(Location::file(name));
            return Err(Failure::usage(error.help("renew it with --update, or name another folder with --into")));
        }
        let bytes = Disk.read(path, MAX_SPEC_BYTES).map_err(|error| Failure::usage(unreadable(path, &error)))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::usage(Diagnostic::new("the spec is not UTF-8").at(Location::file(name.clone()))))?;
        let former = Former::read(&name, &text).map_err(Failure::all)?;
        Ok(Some((former, text)))
    }
}

/// Reads a file that may be gzip, within the limit.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let packed = Disk.read(path, MAX_BYTES).map_err(|error| Failure::usage(unreadable(path, &error)))?;
    if !packed.starts_with(&[0x1f, 0x8b]) {
        return Ok(packed);
    }
    unpack(&packed, Limits::default()).map_err(|stopped| Failure::usage(stopped.why.at(Location::file(display(path)))))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(format!("cannot read the file: {error}"))
        .at(Location::file(display(path)))
        .help("check the path, and that the file is whole")
}

/// What the model is, so that another may see whether it is the same one.
fn title(model: &Model, bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let begin: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{}, sha256 {begin}", model.title())
}
