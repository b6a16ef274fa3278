//! The default theme keeps its promises, and a user's theme replaces file by file.

use super::*;
use crate::site::PageKind;

fn files(list: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    list.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

fn asset(theme: &Theme, path: &str) -> Vec<u8> {
    let (_, bytes) = theme.assets().into_iter().find(|(name, _)| name.as_str() == path).expect(path);
    bytes
}

#[test]
fn a_user_theme_replaces_single_files_and_adds_others() {
    let theme = Theme::load(&files(&[
        ("README.md", "ours"),
        ("templates/404.html", "{% extends \"base.html\" %}{% block main %}gone{% endblock main %}"),
        ("templates/rule.html", "{% extends \"page.html\" %}"),
        ("static/style.css", "a{}"),
        ("static/fonts/a.woff2", "x"),
    ]))
    .expect("loads");
    let names: Vec<String> = theme.assets().iter().map(|(path, _)| path.to_string()).collect();
    let own = Theme::embedded_assets().map(|path| path.to_string());
    let mut wanted: Vec<String> = own.chain(["assets/fonts/a.woff2".to_owned()]).collect();
    wanted.sort();
    assert_eq!(names, wanted);
    assert_eq!(asset(&theme, "assets/style.css"), b"a{}");
    assert_eq!(theme.template_for(PageKind::Rule), "rule.html");
    assert_eq!(theme.template_for(PageKind::Home), "page.html");
}

#[test]
fn a_theme_that_cannot_work_is_refused_with_the_place() {
    let refused = |name: &str, bytes: &[u8]| match Theme::load(&[(name.to_owned(), bytes.to_vec())]) {
        Ok(_) => panic!("{name} was accepted"),
        Err(error) => error.to_string(),
    };
    assert_eq!(refused("templates/page.html", b"\xff"), "theme file `templates/page.html` is not UTF-8");
    assert_eq!(
        refused("template/page.html", b""),
        "theme file `template/page.html` is neither under `templates/` nor under `static/`"
    );
    assert_eq!(
        refused("static/../x", b""),
        "theme file `static/../x` has a name that is not safe in a published folder"
    );
    assert_eq!(
        refused("static/Search/index.js", b""),
        "theme file `static/Search/index.js` lies in the folder of the search, `assets/search`"
    );
    let syntax = refused("templates/page.html", b"\n{% if %}");
    assert!(syntax.contains("page.html:2:"), "{syntax}");
    let missing = refused("templates/page.html", b"{% extends \"bass.html\" %}");
    assert!(missing.contains("bass.html"), "{missing}");
}

#[test]
fn the_default_templates_never_switch_escaping_off() {
    for (name, text) in TEMPLATES {
        assert!(!text.contains("safe"), "{name}");
        assert!(!text.contains("style="), "{name}");
        assert!(!text.contains(" on"), "{name} has an inline handler");
    }
}

#[test]
fn the_scripts_write_text_only_and_ask_nobody() {
    for (name, script) in STATIC.iter().filter(|(name, _)| name.split_once('.').is_some_and(|(_, end)| end == "js")) {
        let script = std::str::from_utf8(script).expect("UTF-8");
        for banned in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "http", ".style"]
        {
            assert!(!script.contains(banned), "{name}: {banned}");
        }
    }
    let style = asset(&Theme::embedded(), "assets/style.css");
    let style = std::str::from_utf8(&style).expect("UTF-8");
    for banned in ["url(", "@import", "http"] {
        assert!(!style.contains(banned), "{banned}");
    }
}

/// WCAG 2.2, 1.4.3: text has a contrast of 4.5 : 1 in both modes.
#[test]
fn every_text_is_readable_on_its_ground_in_light_and_dark() {
    let style = asset(&Theme::embedded(), "assets/style.css");
    let style = std::str::from_utf8(&style).expect("UTF-8");
    let colour = |name: &str, dark: usize| {
        let (_, rest) = style.split_once(&format!("--{name}: light-dark(")).expect(name);
        let pair = rest.split(')').next().expect(name);
        luminance(pair.split(',').nth(dark).expect(name).trim())
    };
    let mut pairs = vec![("text", "accent-soft"), ("accent", "accent-soft"), ("muted", "accent-soft")];
    pairs.extend([("text", "covered"), ("muted", "covered"), ("accent", "covered"), ("muted", "danger-soft")]);
    for ground in ["ground", "raised", "sunken"] {
        pairs.extend(["text", "muted", "accent"].map(|text| (text, ground)));
    }
    for (tone, soft) in
        [("good", "good-soft"), ("info", "info-soft"), ("caution", "caution-soft"), ("danger", "danger-soft")]
    {
        pairs.extend([(tone, soft), ("text", soft)]);
    }
    pairs.push(("muted", "caution-soft"));
    pairs.extend(
        ["hl-com", "hl-key", "hl-str", "hl-num", "hl-kw", "hl-op", "hl-var", "hl-cmd"].map(|hl| (hl, "raised")),
    );
    for (text, ground) in pairs {
        for dark in [0, 1] {
            let (a, b) = (colour(text, dark), colour(ground, dark));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(contrast >= 4.5, "--{text} on --{ground} has {contrast:.2} (dark: {dark})");
        }
    }
    // 1.4.11: what tells a state or bounds a control has 3 : 1.
    for (mark, ground) in [
        ("mark", "accent-soft"),
        ("mark", "covered"),
        ("info", "covered"),
        ("caution", "covered"),
        ("caution", "caution-soft"),
        ("line-strong", "ground"),
    ] {
        for dark in [0, 1] {
            let (a, b) = (colour(mark, dark), colour(ground, dark));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(contrast >= 3.0, "--{mark} on --{ground} has {contrast:.2} (dark: {dark})");
        }
    }
}

/// Relative luminance of `#rrggbb` (WCAG 2.2, definition).
fn luminance(hex: &str) -> f64 {
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).expect(hex)) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}
