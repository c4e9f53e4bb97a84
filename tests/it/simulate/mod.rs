//! The simulator, walked by a caller who knows the contract alone: every spec of
//! the crate and of the test data, whatever its operation is about.

mod defects;
mod judged;
mod listings;
mod outputs;
mod refusals;
mod rules;
mod same_again;
mod settings;
mod subject;
mod tokens;
