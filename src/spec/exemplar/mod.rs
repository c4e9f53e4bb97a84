//! Examples made from a spec alone: values that its types take, and texts that they refuse.
//!
//! Redaction writes them in place of real values, the simulator answers with
//! them, the prober asks with them. The same call gives the same example, on
//! every machine: nothing here knows the time or chance. What examples mean
//! beside each other (which item comes after which) is for their users.

mod satisfy;
mod text;
mod value;

pub(crate) use satisfy::{Structure, Values};
pub use text::{malformed, stand_in, unknown};
pub use value::{value, value_at};

/// The second at which all times of examples begin: 2010-01-01T00:00:00Z, of ten digits like real ones.
pub const TIME_BASE: i64 = 1_262_304_000;
