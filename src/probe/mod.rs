//! Probing: asking a service what its contract promises, without any client.
//!
//! [`Wanted::targets`] says which operations, with which inputs. [`Plan`] is
//! pure: it says which request comes next and takes its answer in. In order, and
//! one attempt each (a throttled one up to three more): the walk without page
//! size, at 1, at 2 and at the maximum; each path input malformed, then unknown;
//! page sizes out of range; the token empty, tampered, unknown and foreign. The
//! request limit ends the walk that it falls into, and of walks after it only
//! the first page is asked for; the single calls are still made. [`Prober`] signs
//! and sends what a plan asks for.

mod plan;
mod resend;
mod send;
mod shortfall;
mod step;
mod target;

pub use plan::{DEFAULT_MAX_REQUESTS, Plan, ProbeRequest, Target};
pub use resend::{Asking, Replayed, Resent};
pub use send::Prober;
pub use shortfall::{blocked, shortfall};
pub use target::Wanted;
