//! What must not be kept, and what is kept in its place.
//!
//! Allow-list recording: what the spec does not name is not stored. [`detect`]
//! is the second net: it searches what is about to be stored for what should
//! never have come through.

pub mod detect;
