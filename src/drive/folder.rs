//! The few files that a client process is given: an empty configuration, the Node.js preload, certificates to trust.

use super::preload;
use crate::diagnostic::Diagnostic;
use crate::net::random;
use crate::spec::Specs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A folder of this run, gone when it is dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes the folder, for this user alone, under the system's folder for temporary files.
    pub fn create(specs: &Specs) -> Result<Self, Diagnostic> {
        let name = format!("retake-{}", random::text(16, b"abcdefghijklmnopqrstuvwxyz0123456789")?);
        let path = std::env::temp_dir().join(name);
        let folder = Self { path };
        folder.fill(&preload::text(specs)).map_err(|error| {
            Diagnostic::new(format!("cannot write the files that a client needs: {error}"))
                .at(crate::diagnostic::Location::file(folder.path.display().to_string()))
                .help("make room there, or point TMPDIR at another folder")
        })?;
        Ok(folder)
    }

    fn fill(&self, preload: &str) -> io::Result<()> {
        use std::os::unix::fs::DirBuilderExt;

        std::fs::DirBuilder::new().mode(0o700).create(&self.path)?;
        write(&self.empty_file(), "")?;
        write(&self.preload(), preload)
    }

    /// Writes the certificates that clients are to trust: in place of the system's, and besides their own.
    pub fn write_certificates(&self, bundle: &str, certificate: &str) -> Result<(), Diagnostic> {
        let written = write(&self.bundle(), bundle).and_then(|()| write(&self.certificate(), certificate));
        written.map_err(|error| Diagnostic::new(format!("cannot write the certificates for a client: {error}")))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// An empty file, in place of the user's AWS configuration.
    pub fn empty_file(&self) -> PathBuf {
        self.path.join("empty")
    }

    /// The certificates of this system and of the session.
    pub fn bundle(&self) -> PathBuf {
        self.path.join("ca-bundle.pem")
    }

    /// The certificate of the session.
    pub fn certificate(&self) -> PathBuf {
        self.path.join("ca.pem")
    }

    /// The file that Node.js loads first.
    pub fn preload(&self) -> PathBuf {
        self.path.join("preload.cjs")
    }
}

/// Writes a new file, for this user alone.
fn write(file: &Path, text: &str) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;

    let mut handle = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    handle.write_all(text.as_bytes())
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed holds nothing secret.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
