//! The file that a recording becomes: taken before the first request, written once.

use super::options::{Options, StartError};
use crate::diagnostic::{Diagnostic, Location};
use crate::net::{Clock, clock};
use crate::spec::{Specs, kebab};
use crate::store::{Files, Lock, commit_with, is_safe_name, pin_folder_of, sweep};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is done when the cassette exists already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Existing {
    /// Nothing is recorded.
    #[default]
    Refuse,
    /// The recording is written beside it, as `.new`, or where else it is to wait for its review.
    Review,
    /// It is replaced.
    Overwrite,
}

/// The cassette of a recording, taken for this process.
pub(super) struct Target {
    files: Arc<dyn Files>,
    path: PathBuf,
    existing: Existing,
    pending: Option<PathBuf>,
    _lock: Lock,
}

impl Target {
    /// Takes the cassette, unless it exists and may not be touched, or another recorder has it.
    pub(super) fn take(options: &Options) -> Result<Self, StartError> {
        let Options { files, cassette, existing, pending, clock, .. } = options;
        refuse_existing(&**files, cassette, *existing)?;
        Self::take_existing(&**files, cassette, *existing, pending.clone(), clock)
    }

    /// Takes the cassette, unless another recorder has it; whether it may be touched is asked when it is written.
    ///
    /// Its folder is held from now on: a link that takes the folder's place leads nowhere.
    pub(super) fn take_existing(
        files: &dyn Files,
        path: &Path,
        existing: Existing,
        pending: Option<PathBuf>,
        clock: &Clock,
    ) -> Result<Self, StartError> {
        let files = pin_folder_of(files, path).map_err(StartError::Failed)?;
        let now = clock::rfc3339(clock.now());
        let lock = Lock::acquire(Arc::clone(&files), path, &now).map_err(StartError::Failed)?;
        Ok(Self { files, path: path.to_owned(), existing, pending, _lock: lock })
    }

    /// The file system, with the folder of the cassette held.
    pub(super) fn files(&self) -> Arc<dyn Files> {
        Arc::clone(&self.files)
    }

    /// The cassette, as it was named.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The file that is written.
    pub(super) fn written(&self) -> PathBuf {
        match self.existing {
            Existing::Refuse | Existing::Overwrite => self.path.clone(),
            Existing::Review => self.pending.clone().unwrap_or_else(|| {
                let mut name = self.path.clone().into_os_string();
                name.push(".new");
                name.into()
            }),
        }
    }

    /// Writes it, whole or not at all.
    pub(super) fn commit(&self, bytes: &[u8]) -> Result<PathBuf, StartError> {
        // It may have come into being since the recording began.
        refuse_existing(&*self.files, &self.path, self.existing)?;
        let written = self.written();
        commit_with(&*self.files, &written, bytes).map_err(StartError::Failed)?;
        sweep(&*self.files, &written);
        Ok(written)
    }
}

fn refuse_existing(files: &dyn Files, path: &Path, existing: Existing) -> Result<(), StartError> {
    if existing != Existing::Refuse {
        return Ok(());
    }
    let location = || Location::file(path.display().to_string());
    match files.kind(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => {
            Err(StartError::Failed(Diagnostic::new(format!("cannot look for the cassette: {error}")).at(location())))
        }
        Ok(_) => {
            Err(StartError::Usage(Diagnostic::new("the cassette exists already").at(location()).help(
                "--review writes the recording beside it, --overwrite replaces it, --cassette names another file",
            )))
        }
    }
}

/// The cassette that a recording becomes when none is named:
/// `cassettes/<service>/<operation>-<origin>.cassette.yaml`, the operation being the only one of the specs or
/// the one that is named, else `recording`.
pub fn default_cassette(specs: &Specs, operation: Option<&str>, origin: &str) -> PathBuf {
    let only = if specs.len() == 1 { specs.iter().next() } else { None };
    let spec = operation.and_then(|name| specs.operation(name)).or(only);
    let service = spec.or(specs.iter().next()).map_or("service", |spec| spec.service.id.as_str());
    let service = if is_safe_name(service) { service } else { "service" };
    let operation = spec.map(|spec| kebab(&spec.operation)).filter(|name| is_safe_name(name));
    let name = format!("{}-{origin}.cassette.yaml", operation.as_deref().unwrap_or("recording"));
    Path::new("cassettes").join(service).join(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::embedded;

    #[test]
    fn names_a_cassette_by_service_operation_and_origin() {
        let specs = embedded();
        let operation = specs.operation("ListImageSetVersions").unwrap().operation.clone();

        let path = default_cassette(&specs, Some(&operation), "simulated");

        let expected = "cassettes/medical-imaging/list-image-set-versions-simulated.cassette.yaml";
        assert_eq!(path, Path::new(expected));
    }
}
