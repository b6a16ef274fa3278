//! Content read and linked: nothing is lost, and every file of a collection is accounted for.

mod data_needed;
mod graph;
mod load;
