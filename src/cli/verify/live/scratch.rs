//! A folder of this run alone, gone when the run is over.

use crate::cli::Failure;
use crate::cli::session::now;
use crate::diagnostic::Diagnostic;
use std::fs::DirBuilder;
use std::path::{Path, PathBuf};

/// A folder that nobody else can read.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// Makes one, where temporary files are.
    pub(super) fn new() -> Result<Self, Failure> {
        static MADE: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = MADE.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("retake-live-{}-{}-{number}", std::process::id(), now()));
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        // One that is there already is somebody else's.
        builder.create(&path).map_err(|error| {
            Failure::world(Diagnostic::new(format!("cannot make a temporary folder {}: {error}", path.display())))
        })?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left in it is redacted; that it stays is no reason to fail.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
