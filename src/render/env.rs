//! The template environment: Tera with escaping on everywhere, and the way markup enters it.
//!
//! Escaping does not depend on a template's name, so a theme cannot switch it off by calling a
//! file `.txt`. Templates reach neither files nor the network (Tera 2 has no such functions) and
//! nothing registered here changes that. Content is only ever a value, never parsed as a
//! template. An undefined name is an error, not an empty string.

use tera::value::Key;
use tera::{Map, Tera, Value};

use crate::text::Html;

/// An environment without templates.
pub(super) fn environment() -> Tera {
    let mut tera = Tera::new();
    // Every name ends with the empty text.
    tera.autoescape_on([""]);
    tera
}

/// Markup, which templates print as it is.
pub(super) fn markup(html: &Html) -> Value {
    Value::safe_string(html.as_str())
}

/// Text, which templates escape.
pub(super) fn text(text: &str) -> Value {
    Value::normal_string(text)
}

/// A map with fixed names.
pub(super) fn map<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    let mut map = Map::with_capacity(N);
    for (key, value) in entries {
        map.insert(Key::Str(key), value);
    }
    Value::from(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_under_any_template_name_and_markup_is_not() {
        for name in ["page.html", "page.txt", "page"] {
            let mut tera = environment();
            tera.add_raw_template(name, "{{ a }}{{ b.c }}").expect("template");
            let mut context = tera::Context::new();
            context.insert_value("a", text("<i>'\"&{{ a }}"));
            context.insert_value("b", map([("c", markup(&Html::escape("<")))]));
            let out = tera.render(name, &context).expect("renders");
            assert_eq!(out, "&lt;i&gt;&#39;&quot;&amp;{{ a }}&lt;", "{name}");
        }
    }

    #[test]
    fn an_unknown_name_is_an_error() {
        let mut tera = environment();
        tera.add_raw_template("t", "{{ nothing }}").expect("template");
        assert!(tera.render("t", &tera::Context::new()).is_err());
    }

    #[test]
    fn templates_reach_no_file() {
        let mut tera = environment();
        assert!(tera.add_raw_template("t", "{% include \"../../etc/passwd\" %}").is_err());
        assert!(tera.add_raw_template("t", "{{ load_data(path=\"Cargo.toml\") }}").is_err());
        assert!(tera.add_raw_template("t", "{{ get_env(name=\"HOME\") }}").is_err());
    }
}
