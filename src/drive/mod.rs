//! Running a client: the environment that leads it to us, its process, and scenario after scenario.
//!
//! The environment is data ([`environment`]); four families of SDKs follow it
//! unmodified, three of them also through [`Tunnels`]. The process ([`Running`]) has a group of its own, which is gone
//! when the run is over. [`run`] drives a client through a [`Plan`]: several
//! processes beside each other, each scenario on a [`Stage`] that the caller brings,
//! judged when it ends, the results in the order of the scenarios.
//!
//! - `seat` is the place of one process at a time, `pool` all of them, `limit` how long a scenario may take
//! - `once` runs a COMMAND a scenario, `placeholders` fills it, `awscli` reads what the AWS command line prints
//! - `driver` talks to a persistent driver in the words of `protocol`, line by line (`lines`)
//! - `capture` and `tail` keep what is printed within bounds, and show the end of it
//! - `judge` makes the report of one scenario; `check` tries a driver step by step; `skeleton` is one to begin with

mod awscli;
mod capture;
mod check;
mod command;
mod driver;
mod environment;
mod folder;
mod judge;
mod limit;
mod lines;
mod once;
mod placeholders;
mod plan;
mod pool;
mod preload;
mod protocol;
mod seat;
mod skeleton;
mod stage;
mod tail;
mod tunnels;

pub use check::{Step, check_driver};
pub use command::{Argument, Running};
pub use environment::{Endpoint, Lead, Playing, environment, services};
pub use folder::Folder;
pub use placeholders::{Template, fill_placeholders};
pub use plan::{Job, Pace, Plan, Programme, Says, Way};
pub use pool::run;
pub use skeleton::{Language, skeleton};
pub use stage::{Played, Scene, Stage};
pub use tunnels::{Own, Tunnels};
