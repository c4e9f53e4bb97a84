//! Canaries: secrets that nobody has, planted wherever something can stand, in every spelling, and the search that
//! sees through all of them.
//!
//! The integration tests have it, and so have the library's own, which alone can turn redaction off: there everything
//! that is planted must be found. What is planted in which place is `carriers`' to say, what is done with it `passing`'s.

mod carriers;
mod coding;
pub(crate) mod passing;
mod search;
mod spelling;

pub(crate) use carriers::{Carriers, Exchanged};
pub(crate) use coding::{CODINGS, Coding};
pub(crate) use passing::{Passed, pass};
pub(crate) use search::Aviary;
pub(crate) use spelling::{SPELLINGS, Spell};
