//! `purplebook serve`, asked over real connections on this machine.

mod equal;
mod live;
#[path = "../project/mod.rs"]
mod project;
mod requests;
mod server;
