//! `retake verify client` as a user runs it: good clients, and all that a driver or a command can do wrong.

mod called;
mod drivers;
mod kit;
mod once;
mod runs;
mod starts;
mod trial;
mod usage;
