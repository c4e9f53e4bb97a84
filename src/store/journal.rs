//! The journal of a recording: what passed, one record an exchange, appended while the recording runs.
//!
//! A record is its length and its CRC-32C, four bytes each and little-endian,
//! then the entry. It is handed to the kernel in one call before a client gets
//! the last byte of its response, so what a client has fully received survives
//! this process. A reader stops where a record is torn.

use super::files::{Files, Handle, write_all};
use super::{failed, workspace};
use crate::cassette::entry;
use crate::diagnostic::{Diagnostic, Location};
use crate::message::{Exchange, Redacted};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The first bytes of a journal; the number is the format's version.
const MAGIC: &[u8] = b"retake journal 1\n";

/// The longest journal that is read.
const MAX_BYTES: u64 = 4 << 30;

/// How many journals of recordings that broke off are kept beside a new one.
const MAX_LEFT: u32 = 1000;

/// The journal of a running recording.
pub struct Journal {
    files: Arc<dyn Files>,
    path: PathBuf,
    handle: Box<dyn Handle>,
    left: Option<PathBuf>,
    failure: Option<Diagnostic>,
}

/// What a journal holds.
#[derive(Debug, Clone, Default)]
pub struct Left {
    /// The exchanges, in the order in which they passed.
    pub exchanges: Vec<Redacted<Exchange>>,
    /// The byte at which a record is torn, if one is.
    pub torn_at: Option<u64>,
}

impl Journal {
    /// Begins the journal of a cassette. One that a broken recording left is set aside, never overwritten.
    pub fn create(files: Arc<dyn Files>, cassette: &Path) -> Result<Self, Diagnostic> {
        let path = workspace::enter(&*files, cassette, "journal")?;
        let wrong = |error: io::Error| failed("cannot begin the journal of the recording", &path, &error);
        let left = set_aside(&*files, &path).map_err(wrong)?;
        let mut handle = files.create_new(&path).map_err(wrong)?;
        if let Err(error) = write_all(&mut *handle, MAGIC) {
            let _ = workspace::leave(&*files, &path);
            return Err(wrong(error));
        }
        Ok(Self { files, path, handle, left, failure: None })
    }

    /// The journal of an earlier recording that broke off, where it was set aside.
    pub fn left(&self) -> Option<&Path> {
        self.left.as_deref()
    }

    /// Appends an exchange. After a failure every further one fails the same way: behind a torn record
    /// nothing could be read.
    pub fn append(&mut self, exchange: &Redacted<Exchange>) -> Result<(), Diagnostic> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let record = frame(&entry::write(exchange));
        write_all(&mut *self.handle, &record).map_err(|error| {
            let failure = failed("cannot write the journal of the recording", &self.path, &error);
            self.failure = Some(failure.clone());
            failure
        })
    }

    /// What was appended so far.
    pub fn read_back(&self) -> Result<Left, Diagnostic> {
        Self::read(&*self.files, &self.path)
    }

    /// Ends the journal: what it holds is committed elsewhere.
    pub fn remove(self) -> Result<(), Diagnostic> {
        workspace::leave(&*self.files, &self.path)
            .map_err(|error| failed("cannot remove the journal of the recording", &self.path, &error))
    }

    /// Reads a journal up to its end, or to where it is torn.
    pub fn read(files: &dyn Files, path: &Path) -> Result<Left, Diagnostic> {
        let bytes = files.read(path, MAX_BYTES).map_err(|error| failed("cannot read the journal", path, &error))?;
        let name = path.display().to_string();
        let Some(mut rest) = bytes.strip_prefix(MAGIC) else {
            return Err(Diagnostic::new("this is no journal of a recording").at(Location::file(name)));
        };
        let mut left = Left::default();
        while !rest.is_empty() {
            let Some((entry, after)) = unframe(rest) else {
                left.torn_at = Some((bytes.len() - rest.len()) as u64);
                break;
            };
            left.exchanges.push(entry::read(&name, entry)?);
            rest = after;
        }
        Ok(left)
    }
}

fn frame(entry: &[u8]) -> Vec<u8> {
    let length = u32::try_from(entry.len()).expect("bodies are bounded far below 4 GiB");
    let mut record = Vec::with_capacity(entry.len() + 8);
    record.extend_from_slice(&length.to_le_bytes());
    record.extend_from_slice(&crc32c::crc32c(entry).to_le_bytes());
    record.extend_from_slice(entry);
    record
}

/// The first entry, and what follows it; none if the record is torn.
fn unframe(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let (entry, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    (crc32c::crc32c(entry) == u32::from_le_bytes(*sum)).then_some((entry, rest))
}

/// Gives the journal of a broken recording another name, if it holds anything.
fn set_aside(files: &dyn Files, path: &Path) -> io::Result<Option<PathBuf>> {
    let content = match files.read(path, MAGIC.len() as u64) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        content => content?,
    };
    if content.len() <= MAGIC.len() {
        files.remove(path)?;
        return Ok(None);
    }
    for number in 1..=MAX_LEFT {
        let name = path.with_extension(format!("journal-{number}"));
        match files.kind(&name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                files.rename(path, &name)?;
                return Ok(Some(name));
            }
            found => found?,
        };
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
