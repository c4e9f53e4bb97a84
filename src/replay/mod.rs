//! Replay: answers from cassettes, and never from anywhere else.
//!
//! A request is routed by the specs and becomes one key ([`Match`] says of what);
//! the key leads to the exchanges that were recorded for it, in one lookup,
//! however many there are. A session gets them in recorded order: after the
//! last, a success repeats and an error does not, so that a retry of a throttled
//! call succeeds as it did then, and one more finds nothing. What finds nothing
//! is a [`Miss`](crate::answer::Miss), explained member by member. What was used
//! is counted over all sessions.
//!
//! `matching` says what counts and `key` is made of it, `index` and `sequence`
//! lead from key to exchange, `reply` makes answers ready, `recording` holds them
//! all, `binding` puts this run's values in the place of stand-ins, `miss`
//! explains; [`Player`] is all of it. Nothing here knows sockets: `serve` wraps
//! the player.

mod binding;
mod index;
mod key;
mod matching;
mod miss;
mod player;
#[cfg(test)]
mod properties;
mod recording;
mod reply;
#[cfg(test)]
mod samples;
mod sequence;

pub use matching::Match;
pub use player::{MAX_MISSES, Player};
