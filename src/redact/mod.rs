//! What must not be kept, and what is kept in its place.
//!
//! Allow-list recording: what the spec does not name is not stored. Identifiers
//! and tokens get ordinals, times are moved, free text is measured, of unknown
//! members the type is kept. **Redaction keeps verdicts**: a value that violates
//! its type gets a stand-in that violates it in the same ways; equal values stay
//! equal, different ones different, times in their order.
//!
//! [`Redactor`] does so while a recording goes on. A commit numbers the stand-ins
//! anew, in the order of the cassette: [`Survey`] looks, [`Renumbering`] writes.
//! [`detect`] is the second net: it searches what is about to be stored for what
//! should never have come through.

pub mod detect;

mod clock;
mod exchange;
mod fields;
mod json;
mod kinds;
mod link;
mod malformed;
mod plan;
mod policy;
mod redactor;
mod scalar;
mod scribe;
mod stand_ins;
mod substitutes;
mod summary;

pub use policy::{POLICY_VERSION, Policy, is_sensitive};
pub use redactor::{Outline, Redactor, Renumbering, Survey};
pub use summary::{Summary, kept_members};

#[cfg(test)]
pub(crate) mod sabotage;
#[cfg(test)]
mod tests;
