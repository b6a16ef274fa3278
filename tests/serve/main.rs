//! `purplebook serve`, asked over real connections on this machine.

mod equal;
mod live;
mod memory;
#[path = "../project/mod.rs"]
mod project;
mod requests;
mod server;
