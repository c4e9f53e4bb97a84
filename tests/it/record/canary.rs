//! The gate: secrets planted wherever something can stand, in every spelling, at every end of an exchange, and none
//! of them in any file, during the recording and after it.
//!
//! The search itself is held against what was sent and answered: there it must find every one of them. That it finds
//! them in the files, too, where redaction is turned off, is for the library's own tests to show: nothing else can.

use super::hooked::Hooked;
use crate::canaries::{Passed, SPELLINGS, pass};
use std::io::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const NOTHING: [&str; 0] = [];

/// Asserts that the recording let out nothing of what passed, and that what passed was looked for well.
fn assert_kept(name: &str, passed: &Passed) {
    assert_eq!(passed.aviary.missed_in(&passed.wire), NOTHING, "{name}: not seen on the wire");
    for (sink, bytes) in [
        ("while recording", passed.during.as_slice()),
        ("afterwards", &passed.after),
        ("in what is told", passed.told().as_bytes()),
    ] {
        assert_eq!(Vec::from_iter(passed.aviary.found_in(bytes)), NOTHING, "{name}: {sink}");
    }
}

#[tokio::test]
async fn lets_no_secret_into_any_file_in_any_spelling_at_any_moment() {
    for (name, spell) in SPELLINGS {
        let passed = pass(spell, |_| {}).await;

        assert_eq!(passed.forwarded.0, passed.forwarded.1, "{name}: not everything was forwarded");
        assert_kept(name, &passed);
        let recording = passed.outcome.as_ref().unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(recording.counts.exchanges, passed.forwarded.1 as u64, "{name}");
        assert_eq!(passed.journal.len(), passed.forwarded.1, "{name}");
    }
}

#[tokio::test]
async fn lets_no_secret_into_any_file_when_the_recording_breaks_off() {
    type Fault = fn() -> Result<(), Error>;
    let faults: [(&str, Fault); 2] =
        [("full disk", || Err(Error::from_raw_os_error(28))), ("panic", || panic!("a test broke the journal"))];
    for (name, fault) in faults {
        let writes = Arc::new(AtomicUsize::new(0));
        let hooked = Hooked::new(move |_| if writes.fetch_add(1, Ordering::SeqCst) < 3 { Ok(()) } else { fault() });

        let passed = pass(str::to_owned, |options| options.files = Arc::new(hooked)).await;

        assert!(String::from_utf8_lossy(&passed.during).contains("retake journal 2"), "{name}");
        assert_eq!(passed.journal.len(), 2, "{name}");
        assert_kept(name, &passed);
        assert!(passed.outcome.is_err(), "{name}: the recording went on");
    }
}
