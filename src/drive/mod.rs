//! Running a client: the environment that leads it to us, and its process.
//!
//! The environment is data ([`environment`]); four families of SDKs follow it
//! unmodified. The process ([`Running`]) has a group of its own, which is gone
//! when the run is over. What the client does is seen from the wire; what it
//! says is another matter, and not this module's.

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

pub use check::{Step, check_driver};
pub use command::{Argument, Running};
pub use environment::{Endpoint, Lead, Playing, environment};
pub use folder::Folder;
pub use placeholders::{Template, fill_placeholders};
pub use plan::{Job, Pace, Plan, Says, Way};
pub use pool::run;
pub use skeleton::{Language, skeleton};
pub use stage::{Played, Scene, Stage};
