//! What is written, and what never is, whatever files there are and whenever a write ends.

mod hostile_files;
mod kill;
mod output;
