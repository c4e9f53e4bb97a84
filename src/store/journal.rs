//! The journal of a recording: what passed, one record an exchange, appended while the recording runs.
//!
//! A record is its length and its CRC-32C, four bytes each and little-endian, then its content. The first says by what
//! the recording is made ([`Beginning`]); each further one is an exchange, behind a line of what redaction did up to
//! it. It is handed to the kernel in one call before a client gets the last byte of its response, so what a client has
//! fully received survives this process. A reader stops where a record is torn.

use super::files::{Files, Handle, write_all};
use super::{failed, workspace};
use crate::cassette::{Beginning, entry};
use crate::diagnostic::{Diagnostic, Location};
use crate::message::{Exchange, Redacted};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The first bytes of a journal, of whatever version.
const NAME: &[u8] = b"retake journal ";

/// The format's version: written, and the one that is read.
const VERSION: &str = "2";

/// The longest journal that is written or read: a longer one would make a cassette that nobody can read.
const MAX_BYTES: u64 = 1 << 30;

/// The longest record that says by what a recording is made.
const MAX_BEGINNING: u64 = 1 << 20;

/// How many journals of recordings that broke off are kept beside a new one.
const MAX_LEFT: u32 = 1000;

/// The end of a journal's name; behind it, `-N` for one that was set aside.
const END: &str = "journal";

/// The journal of a running recording.
pub struct Journal {
    files: Arc<dyn Files>,
    path: PathBuf,
    handle: Box<dyn Handle>,
    left: Option<PathBuf>,
    length: u64,
    appended: usize,
    failure: Option<Diagnostic>,
}

/// What a journal holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// By what the recording was made; none if it broke off before it had begun.
    pub beginning: Option<Beginning>,
    /// The exchanges, in the order in which they passed.
    pub exchanges: Vec<Redacted<Exchange>>,
    /// What redaction did up to the last of them.
    pub summary: String,
    /// Where it cannot be read any further, if it ends there.
    pub torn: Option<Torn>,
}

/// Bytes at the end of a journal that are no whole record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Torn {
    /// Where they begin.
    pub at: u64,
    /// How many they are.
    pub length: u64,
    /// Whether they are what is there of a last record, as a crash leaves it; else something has damaged the file.
    pub is_cut_short: bool,
}

impl Journal {
    /// Begins the journal of a cassette. One that a broken recording left is set aside, never overwritten.
    pub fn create(files: Arc<dyn Files>, cassette: &Path, beginning: &Beginning) -> Result<Self, Diagnostic> {
        let path = workspace::enter(&*files, cassette, END)?;
        let wrong = |error: io::Error| failed("cannot begin the journal of the recording", &path, &error);
        let left = set_aside(&*files, &path).map_err(wrong)?;
        let mut handle = files.create_new(&path).map_err(wrong)?;
        let beginning = [magic(), frame(&beginning.write())].concat();
        if let Err(error) = write_all(&mut *handle, &beginning) {
            let _ = workspace::leave(&*files, &path);
            return Err(wrong(error));
        }
        Ok(Self { files, path, handle, left, length: beginning.len() as u64, appended: 0, failure: None })
    }

    /// The journal of an earlier recording that broke off, where it was set aside.
    pub fn left(&self) -> Option<&Path> {
        self.left.as_deref()
    }

    /// Appends an exchange, with what redaction did up to it. After a failure every further one fails the same way:
    /// behind a torn record nothing could be read.
    pub fn append(&mut self, exchange: &Redacted<Exchange>, summary: &str) -> Result<(), Diagnostic> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        // Whatever becomes of the call, even if it does not return: nothing is written behind half a record.
        self.failure = Some(self.cannot_write("the last record was not written"));
        let record = frame(&[summary.replace('\n', " ").as_bytes(), b"\n", &entry::write(exchange)].concat());
        let written = match self.length.checked_add(record.len() as u64) {
            Some(length) if length <= MAX_BYTES => write_all(&mut *self.handle, &record),
            _ => Err(io::Error::other(format!("it would be longer than {MAX_BYTES} bytes"))),
        };
        match written {
            Ok(()) => {
                self.length += record.len() as u64;
                self.appended += 1;
                self.failure = None;
                Ok(())
            }
            Err(error) => {
                let failure = failed("cannot write the journal of the recording", &self.path, &error);
                self.failure = Some(failure.clone());
                Err(failure)
            }
        }
    }

    fn cannot_write(&self, found: &str) -> Diagnostic {
        let what = Diagnostic::new("cannot write the journal of the recording").found(found);
        what.at(Location::file(self.path.display().to_string()))
    }

    /// What was appended so far; an error if the file does not hold all of it any more.
    pub fn read_back(&self) -> Result<Left, Diagnostic> {
        let left = Self::read(&*self.files, &self.path)?;
        if left.exchanges.len() == self.appended && left.torn.is_none() {
            return Ok(left);
        }
        Err(Diagnostic::new("the journal does not hold what was written to it")
            .at(Location::file(self.path.display().to_string()))
            .expected(format!("{} whole exchanges", self.appended))
            .found(format!("{} of them", left.exchanges.len()))
            .help("see what else writes there; `retake record --recover` keeps what can be read"))
    }

    /// Ends the journal: what it holds is committed elsewhere.
    pub fn remove(self) -> Result<(), Diagnostic> {
        Self::discard(&*self.files, &self.path)
    }

    /// Removes a journal whose content is committed elsewhere.
    pub fn discard(files: &dyn Files, path: &Path) -> Result<(), Diagnostic> {
        let removed = workspace::leave(files, path);
        removed.map_err(|error| failed("cannot remove the journal of the recording", path, &error))
    }

    /// Reads a journal up to its end, or to where it is torn.
    pub fn read(files: &dyn Files, path: &Path) -> Result<Left, Diagnostic> {
        Self::parse(&path.display().to_string(), &Self::bytes(files, path)?)
    }

    /// The bytes of a journal, whatever is in it.
    pub fn bytes(files: &dyn Files, path: &Path) -> Result<Vec<u8>, Diagnostic> {
        files.read(path, MAX_BYTES).map_err(|error| failed("cannot read the journal", path, &error))
    }

    /// Reads the bytes of a journal, which may be anything; the name is the file's.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Left, Diagnostic> {
        let mut left = Left::default();
        if bytes.len() as u64 > MAX_BYTES {
            let what = Diagnostic::new("the journal is too long").expected(format!("at most {MAX_BYTES} bytes"));
            return Err(what.at(Location::file(name)));
        }
        if magic().starts_with(bytes) {
            return Ok(left);
        }
        let mut rest = bytes.strip_prefix(&*magic()).ok_or_else(|| foreign(name, bytes))?;
        while !rest.is_empty() {
            let (content, after) = match unframe(rest) {
                Ok(record) => record,
                Err(is_cut_short) => {
                    let (at, length) = ((bytes.len() - rest.len()) as u64, rest.len() as u64);
                    left.torn = Some(Torn { at, length, is_cut_short });
                    break;
                }
            };
            left.take(name, content)?;
            rest = after;
        }
        Ok(left)
    }
}

impl Left {
    /// Takes the content of the next record.
    fn take(&mut self, name: &str, content: &[u8]) -> Result<(), Diagnostic> {
        if self.beginning.is_none() {
            self.beginning = Some(Beginning::read(name, content)?);
            return Ok(());
        }
        let end = content.iter().position(|byte| *byte == b'\n').unwrap_or(content.len());
        let (summary, entry) = content.split_at(end);
        self.exchanges.push(entry::read(name, entry.get(1..).unwrap_or_default())?);
        self.summary = String::from_utf8_lossy(summary).into_owned();
        Ok(())
    }
}

/// The journals that recordings of a cassette left when they broke off, the latest first.
pub fn left_journals(files: &dyn Files, cassette: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let latest = workspace::path(cassette, END);
    let mut journals: Vec<PathBuf> = workspace::list(files, cassette)?;
    let number = |path: &PathBuf| match path.extension()?.to_str()?.strip_prefix(END)? {
        "" => Some(u32::MAX),
        number => number.strip_prefix('-')?.parse::<u32>().ok(),
    };
    journals.retain(|path| path.with_extension("") == latest.with_extension("") && number(path).is_some());
    journals.sort_by_key(|path| std::cmp::Reverse(number(path)));
    Ok(journals)
}

/// The first line of a journal.
fn magic() -> Vec<u8> {
    [NAME, VERSION.as_bytes(), b"\n"].concat()
}

/// The diagnostic of a file that begins in another way.
fn foreign(name: &str, bytes: &[u8]) -> Diagnostic {
    let version = bytes.strip_prefix(NAME).and_then(|rest| rest.split(|byte| *byte == b'\n').next());
    let diagnostic = match version.filter(|version| version.len() < 20) {
        None => Diagnostic::new("this is no journal of a recording"),
        Some(version) => Diagnostic::new("the journal is of another version than this retake reads")
            .expected(format!("version {VERSION}"))
            .found(format!("version {}", String::from_utf8_lossy(version)))
            .help("recover it with the retake that wrote it"),
    };
    diagnostic.at(Location::file(name))
}

fn frame(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("bodies are bounded far below 4 GiB");
    let mut record = Vec::with_capacity(content.len() + 8);
    record.extend_from_slice(&length.to_le_bytes());
    record.extend_from_slice(&crc32c::crc32c(content).to_le_bytes());
    record.extend_from_slice(content);
    record
}

/// The content of the first record, and what follows it; if the record is torn, whether it is cut short.
///
/// None is empty: a file system that lost what was written last gives zeros for it, which would be one.
fn unframe(bytes: &[u8]) -> Result<(&[u8], &[u8]), bool> {
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or(true)?;
    let (sum, rest) = rest.split_first_chunk::<4>().ok_or(true)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| false)?;
    let (content, rest) = rest.split_at_checked(length).ok_or(true)?;
    let is_whole = length > 0 && crc32c::crc32c(content) == u32::from_le_bytes(*sum);
    if is_whole { Ok((content, rest)) } else { Err(false) }
}

/// Gives the journal of a broken recording another name, if it holds anything.
fn set_aside(files: &dyn Files, path: &Path) -> io::Result<Option<PathBuf>> {
    let content = match files.read(path, MAX_BEGINNING) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        content => content?,
    };
    if holds_nothing(&content) {
        files.remove(path)?;
        return Ok(None);
    }
    for number in 1..=MAX_LEFT {
        let name = path.with_extension(format!("{END}-{number}"));
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

/// Whether a journal, of which this is the beginning or all, ends before its first exchange.
fn holds_nothing(content: &[u8]) -> bool {
    let magic = magic();
    match content.strip_prefix(&*magic) {
        None => magic.starts_with(content),
        Some(rest) => match unframe(rest) {
            Ok((_, after)) => after.is_empty(),
            Err(is_cut_short) => is_cut_short && (content.len() as u64) <= MAX_BEGINNING,
        },
    }
}
