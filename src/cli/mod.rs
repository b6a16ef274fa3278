//! The command line: arguments, terminal, exit codes. No domain logic.
