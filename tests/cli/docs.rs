//! The reference pages under `docs/` say what the program says.
//!
//! They are written by `PURPLEBOOK_BLESS=1 cargo test --test cli docs`.

use std::path::Path;
use std::{env, fs};

fn same(path: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if env::var_os("PURPLEBOOK_BLESS").is_some() {
        fs::write(&path, expected).expect("docs can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == expected,
        "{} is out of date: run `PURPLEBOOK_BLESS=1 cargo test --test cli docs`",
        path.display()
    );
}

#[test]
fn the_list_of_codes_is_up_to_date() {
    same("docs/codes.md", &purplebook::report::codes_page());
}

#[test]
fn the_configuration_reference_is_up_to_date() {
    same("docs/configuration.md", &purplebook::config::schema::reference_page());
}
