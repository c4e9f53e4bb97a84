//! The Rust skeleton of a driver, as `retake verify client --new-driver rust` prints it: built, so that it can be tried.
#![allow(clippy::print_stdout, reason = "its output is its result")]

include!("skeletons/driver.rs");
