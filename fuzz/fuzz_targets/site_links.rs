//! The link check reads whatever was written, and points into it.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use purplebook::check::site_links::check;

fuzz_target!(|bytes: &[u8]| {
    let files: BTreeMap<String, Vec<u8>> =
        ["a/page.html", "a/page.md"].map(|path| (path.to_owned(), bytes.to_vec())).into();
    for link in check(&files, Some("https://kb.example/repo")) {
        assert!(link.bytes.0 <= link.bytes.1, "{link}");
        // Markdown is read as text, in which a byte that is no UTF-8 becomes three.
        assert!(std::str::from_utf8(bytes).is_err() || link.bytes.1 <= bytes.len(), "{link}");
        assert!(link.line >= 1 && link.column >= 1);
    }
});
