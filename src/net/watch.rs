//! What one connection is doing, and since when; and how it is to end.
//!
//! A correct HTTP library refuses to break off an answer. So a body that is to end badly arms a [`Cut`] here and
//! waits; once everything before it has left, the connection's task sees that the cut is due and drops the socket.
//! What goes [aside](Aside) waits here in the same way, until the task takes the socket back.

use crate::message::End;
use crate::net::interception::Tunnel;
use crate::net::limits::Limits;
use crate::net::raw::Raw;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

/// What the HTTP library cannot do with a connection.
#[derive(Debug)]
pub(super) enum Aside {
    /// An answer that it cannot write.
    Raw(Raw),
    /// A tunnel: what comes now is TLS.
    Tunnel(Tunnel),
}

/// What a connection does while it answers nothing, and since when.
#[derive(Debug, Clone, Copy)]
enum Quiet {
    /// Nothing: a request may come.
    Idle(Instant),
    /// A head is coming in.
    Head(Instant),
}

#[derive(Debug)]
struct State {
    quiet: Quiet,
    /// The requests that are being answered, and since when; one at a time, but for streams.
    underway: Vec<(u64, Instant)>,
    begun: u64,
    /// Whether the connection has streams: then bytes that come need not be the beginning of a request.
    is_multiplexed: bool,
    /// Since when the client has taken no byte of what waits for it.
    blocked: Option<Instant>,
    cut: Option<Cut>,
    aside: Option<Aside>,
    /// Whether all bytes before the cut, or before what goes aside, have left.
    due: bool,
}

/// The watched state of one connection, shared by its socket, its task and the bodies that are on their way.
#[derive(Debug)]
pub(super) struct Watch(Mutex<State>);

impl Watch {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            quiet: Quiet::Head(Instant::now()),
            underway: Vec::new(),
            begun: 0,
            is_multiplexed: false,
            blocked: None,
            cut: None,
            aside: None,
            due: false,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A head is complete: its request is being answered until what is returned is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Underway {
        let mut state = self.state();
        state.begun += 1;
        let id = state.begun;
        state.underway.push((id, Instant::now()));
        Underway { watch: Arc::clone(self), id, is_kept: false }
    }

    /// What was under way is answered.
    pub(super) fn finish(&self) {
        let mut state = self.state();
        state.underway.clear();
        state.quiet = Quiet::Idle(Instant::now());
    }

    /// A tunnel is open: a first head is to come through it.
    pub(super) fn enter(&self, is_multiplexed: bool) {
        let mut state = self.state();
        state.underway.clear();
        state.is_multiplexed = is_multiplexed;
        state.quiet = Quiet::Head(Instant::now());
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

    /// This is to be done with the socket, as soon as what was written before has left.
    pub(super) fn hand_over(&self, aside: Aside) {
        self.state().aside = Some(aside);
    }

    /// What is to be done with the socket now, past the HTTP library.
    pub(super) fn take_aside(&self) -> Option<Aside> {
        let mut state = self.state();
        let aside = if state.due { state.aside.take() } else { None };
        state.due &= aside.is_none();
        aside
    }

    /// The cut that was armed.
    pub(super) fn cut(&self) -> Option<Cut> {
        self.state().cut
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
        // The first is the oldest.
        let done = match (state.underway.first(), state.quiet) {
            (Some((_, since)), _) => *since + limits.whole,
            (None, Quiet::Idle(since)) => since + limits.idle,
            (None, Quiet::Head(since)) => since + limits.head,
        };
        state.blocked.map_or(done, |since| done.min(since + limits.gap))
    }

    /// Bytes have come.
    pub(super) fn has_read(&self) {
        let mut state = self.state();
        if matches!(state.quiet, Quiet::Idle(_)) && !state.is_multiplexed {
            state.quiet = Quiet::Head(Instant::now());
        }
    }

    /// Bytes were to be written; whether any could be.
    pub(super) fn has_written(&self, moved: bool) {
        let mut state = self.state();
        if moved {
            state.blocked = None;
        } else if state.blocked.is_none() {
            state.blocked = Some(Instant::now());
        }
    }

    /// All that was written has left.
    pub(super) fn has_flushed(&self) {
        let mut state = self.state();
        state.due |= state.cut.is_some() || state.aside.is_some();
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Underway {
    watch: Arc<Watch>,
    id: u64,
    is_kept: bool,
}

impl Underway {
    /// The connection that the answer leaves by.
    pub(super) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// The request goes on without this, until [`Watch::finish`].
    pub(super) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        let mut state = self.watch.state();
        state.underway.retain(|(id, _)| *id != self.id);
        if state.underway.is_empty() {
            state.quiet = Quiet::Idle(Instant::now());
        }
    }
}
