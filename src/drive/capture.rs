//! What a process prints, read to its end and kept up to a cap: a flood fills no memory and stops no pipe.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long an end is waited for once the process is gone: what outlives it may hold its pipes open for ever.
const PATIENCE: Duration = Duration::from_millis(200);

/// What was printed, as far as it is kept: its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Printed {
    /// The last bytes.
    pub(super) bytes: Vec<u8>,
    /// How many came before them.
    pub(super) dropped: u64,
}

impl Printed {
    fn take_in(&mut self, bytes: &[u8], cap: usize) {
        self.bytes.extend_from_slice(bytes);
        // Only now and then, since what is kept has to move.
        if self.bytes.len() > 2 * cap {
            self.cut(cap);
        }
    }

    fn cut(&mut self, cap: usize) {
        let surplus = self.bytes.len().saturating_sub(cap);
        self.bytes.drain(..surplus);
        self.dropped += surplus as u64;
    }
}

/// A pipe that is read to its end. Dropping it ends the reading.
#[derive(Debug)]
pub(super) struct Capture {
    printed: Arc<Mutex<Printed>>,
    cap: usize,
    task: JoinHandle<()>,
}

impl Capture {
    /// Reads a pipe, and keeps the last bytes of it.
    pub(super) fn start(mut pipe: impl AsyncRead + Send + Unpin + 'static, cap: usize) -> Self {
        let printed = Arc::new(Mutex::new(Printed::default()));
        let kept = Arc::clone(&printed);
        let task = tokio::spawn(async move {
            let mut buffer = vec![0; 16 * 1024];
            while let Ok(length @ 1..) = pipe.read(&mut buffer).await {
                lock(&kept).take_in(&buffer[..length], cap);
            }
        });
        Self { printed, cap, task }
    }

    /// Takes what was printed so far.
    pub(super) fn take(&self) -> Printed {
        let mut printed = std::mem::take(&mut *lock(&self.printed));
        printed.cut(self.cap);
        printed
    }

    /// Takes what was printed up to the end, which is waited for a little.
    pub(super) async fn finish(&mut self) -> Printed {
        // Whether it came or not, what is here is all that there will be.
        let _ = timeout(PATIENCE, &mut self.task).await;
        self.take()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(printed: &Mutex<Printed>) -> MutexGuard<'_, Printed> {
    printed.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;

    #[tokio::test]
    async fn keeps_the_end_of_a_flood_and_counts_the_rest() {
        let (mut writer, reader) = tokio::io::duplex(1024);
        let mut capture = Capture::start(reader, 10);
        for _ in 0..10_000 {
            writer.write_all(b"0123456789abcdef\n").await.unwrap();
        }
        writer.write_all(b"the end").await.unwrap();
        drop(writer);

        let printed = capture.finish().await;

        assert_eq!(printed.bytes, b"ef\nthe end");
        assert_eq!(printed.dropped, 170_007 - 10);
    }

    #[tokio::test]
    async fn does_not_wait_for_ever_for_a_pipe_that_nobody_closes() {
        let (mut writer, reader) = tokio::io::duplex(1024);
        let mut capture = Capture::start(reader, 10);
        writer.write_all(b"kept").await.unwrap();

        assert_eq!(capture.finish().await.bytes, b"kept");
        writer.write_all(b"x").await.unwrap();
    }

    #[tokio::test]
    async fn gives_what_was_printed_once() {
        let (mut writer, reader) = tokio::io::duplex(1024);
        let mut capture = Capture::start(reader, 10);
        writer.write_all(b"one").await.unwrap();
        while lock(&capture.printed).bytes.is_empty() {
            tokio::task::yield_now().await;
        }

        assert_eq!(capture.take().bytes, b"one");
        drop(writer);
        assert_eq!(capture.finish().await, Printed::default());
    }
}
