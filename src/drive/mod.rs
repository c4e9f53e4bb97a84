//! Running a client: the environment that leads it to us, and its process.
//!
//! The environment is data ([`environment`]); four families of SDKs follow it
//! unmodified. The process ([`Running`]) has a group of its own, which is gone
//! when the run is over. What the client does is seen from the wire; what it
//! says is another matter, and not this module's.

mod command;
mod environment;
mod folder;
mod preload;
mod skeleton;
mod stage;

pub use command::{Argument, Running, fill_placeholders};
pub use environment::{Lead, environment};
pub use folder::Folder;
pub use skeleton::{Language, skeleton};
pub use stage::{Played, Scene, Stage};
