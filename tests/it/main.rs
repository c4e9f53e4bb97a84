//! The integration tests: one binary, one module a part.
#![allow(missing_docs, reason = "tests name behaviours")]

mod captures;
mod sigv4;
