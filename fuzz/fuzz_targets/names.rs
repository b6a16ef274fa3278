//! Any text as the name of a file, an anchor, an address: the types keep their promises.
#![no_main]

use libfuzzer_sys::fuzz_target;
use purplebook::site::OutPath;
use purplebook::text::{SafeUrl, fold_path, slug};

fuzz_target!(|text: &str| {
    let path = OutPath::sanitised("Folder", text);
    assert_eq!(OutPath::new(path.as_str()), Ok(path.clone()), "a sanitised path is a path");
    assert_eq!(path.depth(), 1);
    let anchor = slug(text);
    assert!(
        !anchor.is_empty() && !anchor.chars().any(|c| c.is_whitespace() || c.is_control() || "\"'<>#&".contains(c))
    );
    let folded = fold_path(text);
    assert_eq!(fold_path(&folded), folded, "folding twice is folding once");
    if let Some(url) = SafeUrl::external(text) {
        let scheme = url.as_str().split(':').next().expect("a scheme").to_ascii_lowercase();
        assert!(matches!(scheme.as_str(), "http" | "https" | "mailto"));
    }
    for url in [SafeUrl::relative(text), Some(SafeUrl::from_path(text, Some(text)))].into_iter().flatten() {
        assert!(!url.is_external() && !url.as_str().starts_with('/'), "{url}");
        assert!(!url.as_str().chars().any(|c| c.is_control() || c.is_whitespace()));
    }
});
