//! Tests of ATT&CK as loaded: from the tables, and from bundles.

mod bundle;
mod embedded;
mod facts;
