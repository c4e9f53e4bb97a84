//! The lines of a driver, one at a time, each within a limit.

use crate::diagnostic::Diagnostic;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest line that is read: many times the largest outcome that a scenario can have.
pub(super) const LONGEST: usize = 8 * 1024 * 1024;

/// A pipe that is read line by line.
#[derive(Debug)]
pub(super) struct Lines<P> {
    pipe: P,
    read: Vec<u8>,
    longest: usize,
}

impl<P: AsyncRead + Unpin> Lines<P> {
    pub(super) fn new(pipe: P, longest: usize) -> Self {
        Self { pipe, read: Vec::new(), longest }
    }

    /// The next line without its end; none where no more come. May be dropped and called again: nothing is lost.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>, Diagnostic> {
        let mut looked = 0;
        loop {
            if let Some(at) = self.read[looked..].iter().position(|byte| *byte == b'\n') {
                let end = looked + at;
                if end > self.longest {
                    return Err(self.too_long());
                }
                let rest = self.read.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.read, rest);
                line.truncate(end - usize::from(end > 0 && line[end - 1] == b'\r'));
                return Ok(Some(line));
            }
            looked = self.read.len();
            if looked > self.longest {
                return Err(self.too_long());
            }
            self.read.reserve(16 * 1024);
            match self.pipe.read_buf(&mut self.read).await {
                Ok(0) if self.read.is_empty() => return Ok(None),
                // A last line need not end.
                Ok(0) => return Ok(Some(std::mem::take(&mut self.read))),
                Ok(_) => {}
                Err(error) => return Err(Diagnostic::new(format!("cannot read what the driver prints: {error}"))),
            }
        }
    }

    fn too_long(&self) -> Diagnostic {
        let begins = String::from_utf8_lossy(&self.read[..60.min(self.read.len())]).into_owned();
        Diagnostic::new("a line of the driver is too long")
            .expected(format!("at most {} bytes", self.longest))
            .found(format!("more than that, beginning with {begins}"))
            .help("a driver writes the protocol and nothing else on standard output; print the rest to standard error")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::io::AsyncWriteExt;

    #[tokio::test]
    async fn gives_one_line_after_the_other_however_they_come() {
        let (mut writer, reader) = tokio::io::duplex(64);
        let mut lines = Lines::new(reader, 100);

        writer.write_all(b"one\r\ntwo\n\nth").await.unwrap();
        assert_eq!(lines.next().await.unwrap().unwrap(), b"one");
        assert_eq!(lines.next().await.unwrap().unwrap(), b"two");
        assert_eq!(lines.next().await.unwrap().unwrap(), b"");
        assert!(tokio::time::timeout(Duration::from_millis(10), lines.next()).await.is_err());
        writer.write_all(b"ree").await.unwrap();
        drop(writer);
        assert_eq!(lines.next().await.unwrap().unwrap(), b"three");
        assert_eq!(lines.next().await.unwrap(), None);
    }

    #[tokio::test]
    async fn takes_a_line_of_the_limit_and_refuses_a_longer_one() {
        for (length, is_taken) in [(99, true), (100, true), (101, false), (100_000, false)] {
            for end in ["\n", ""] {
                let (mut writer, reader) = tokio::io::duplex(64);
                let text = "x".repeat(length) + end;
                // The reader may be gone before all is written.
                tokio::spawn(async move { writer.write_all(text.as_bytes()).await });

                let line = Lines::new(reader, 100).next().await;

                assert_eq!(line.is_ok(), is_taken, "{length}");
                if let Err(error) = line {
                    assert!(error.to_string().contains("expected: at most 100 bytes"), "{error}");
                }
            }
        }
    }
}
