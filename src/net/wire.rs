//! One connection's socket, watched: how long what takes, and how it is to end.
//!
//! A correct HTTP library refuses to break off an answer. So a body that is to end badly arms a [`Cut`] here and
//! waits; once everything before it has left, the connection's task sees that the cut is due and drops the socket.
//! An answer that is [`Raw`] waits here in the same way, until the task takes the socket back to write it.

use crate::message::End;
use crate::net::limits::Limits;
use crate::net::raw::Raw;
use bytes::{Buf, Bytes, BytesMut};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// The ways in which a connection ends an answer badly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// By a reset.
    Reset,
    /// By closing it.
    Close,
    /// By saying nothing more.
    Stall,
}

impl Cut {
    /// The cut of a recorded end; none of a complete one.
    pub(super) fn of(end: End) -> Option<Self> {
        match end {
            End::Complete => None,
            End::ResetAfter(_) => Some(Self::Reset),
            End::EofAfter(_) => Some(Self::Close),
            End::TimeoutAfter(_) => Some(Self::Stall),
        }
    }
}

/// What a connection is doing, and since when.
#[derive(Debug, Clone, Copy)]
enum Phase {
    /// Nothing: a request may come.
    Idle(Instant),
    /// A head is coming in.
    Head(Instant),
    /// A request is being answered.
    Request(Instant),
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// Since when the client has taken no byte of what waits for it.
    blocked: Option<Instant>,
    cut: Option<Cut>,
    /// The answer that the HTTP library cannot write.
    raw: Option<Raw>,
    /// Whether all bytes before the cut, or before that answer, have left.
    due: bool,
}

/// The watched state of one connection, shared by its socket, its task and the body that is on its way.
#[derive(Debug)]
pub(super) struct Watch(Mutex<State>);

impl Watch {
    pub(super) fn new() -> Arc<Self> {
        let phase = Phase::Head(Instant::now());
        Arc::new(Self(Mutex::new(State { phase, blocked: None, cut: None, raw: None, due: false })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A head is complete.
    pub(super) fn begin(&self) {
        self.state().phase = Phase::Request(Instant::now());
    }

    /// An answer is with the HTTP library.
    pub(super) fn finish(&self) {
        self.state().phase = Phase::Idle(Instant::now());
    }

    /// The connection is to end so, as soon as what was written before has left.
    pub(super) fn arm(&self, cut: Cut) {
        self.state().cut = Some(cut);
    }

    /// The connection is to end so, now.
    pub(super) fn cut_now(&self, cut: Cut) {
        let mut state = self.state();
        state.cut = Some(cut);
        state.due = true;
    }

    /// This is to be written as it is, as soon as what was written before has left.
    pub(super) fn hand_over(&self, raw: Raw) {
        self.state().raw = Some(raw);
    }

    /// What is to be written now, past the HTTP library.
    pub(super) fn take_raw(&self) -> Option<Raw> {
        let mut state = self.state();
        let raw = if state.due { state.raw.take() } else { None };
        state.due &= raw.is_none();
        raw
    }

    /// Whether the socket is to be dropped.
    pub(super) fn is_cut(&self) -> bool {
        let state = self.state();
        state.due && matches!(state.cut, Some(Cut::Reset | Cut::Close))
    }

    /// Whether an answer is to end badly, and has not yet.
    pub(super) fn is_armed(&self) -> bool {
        self.state().cut.is_some()
    }

    /// When the connection has taken too long for what it is doing.
    pub(super) fn deadline(&self, limits: &Limits) -> Instant {
        let state = self.state();
        let phase = match state.phase {
            Phase::Idle(since) => since + limits.idle,
            Phase::Head(since) => since + limits.head,
            Phase::Request(since) => since + limits.whole,
        };
        state.blocked.map_or(phase, |since| phase.min(since + limits.gap))
    }

    fn has_read(&self) {
        let mut state = self.state();
        if matches!(state.phase, Phase::Idle(_)) {
            state.phase = Phase::Head(Instant::now());
        }
    }

    fn has_written(&self, moved: bool) {
        let mut state = self.state();
        if moved {
            state.blocked = None;
        } else if state.blocked.is_none() {
            state.blocked = Some(Instant::now());
        }
    }

    fn has_flushed(&self) {
        let mut state = self.state();
        state.due |= state.cut.is_some() || state.raw.is_some();
    }
}

/// A socket that tells its [`Watch`] what passes.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TokioIo<TcpStream>,
    /// What was read already and is to be read again.
    ahead: Bytes,
    watch: Arc<Watch>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, watch: Arc<Watch>) -> Self {
        Self { stream: TokioIo::new(stream), ahead: Bytes::new(), watch }
    }

    /// Takes back what was read too much.
    pub(super) fn unread(&mut self, bytes: Bytes) {
        self.ahead = if self.ahead.is_empty() {
            bytes
        } else {
            let mut both = BytesMut::from(bytes);
            both.extend_from_slice(&self.ahead);
            both.freeze()
        };
    }

    /// Gives what was taken back, as much as there is room for.
    fn read_again(&mut self, mut buffer: ReadBufCursor<'_>) {
        let count = self.ahead.len().min(buffer.remaining());
        buffer.put_slice(&self.ahead[..count]);
        self.ahead.advance(count);
    }

    fn written(&self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.watch.has_written(result.is_ready());
        result
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.watch.state().cut == Some(Cut::Reset) {
            // Without it the socket closes in order; there is no one left to tell.
            let _ = self.stream.inner().set_zero_linger();
        }
    }
}

impl Read for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        if !self.ahead.is_empty() {
            self.read_again(buffer);
            self.watch.has_read();
            return Poll::Ready(Ok(()));
        }
        let result = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if result.is_ready() {
            self.watch.has_read();
        }
        result
    }
}

impl Write for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        if matches!(result, Poll::Ready(Ok(()))) {
            self.watch.has_flushed();
        }
        result
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, buffers);
        self.written(result)
    }
}
