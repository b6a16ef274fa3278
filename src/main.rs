//! The `purplebook` command.

fn main() {}
