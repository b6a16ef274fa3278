//! Files a browser or server would run: they are not copied to the site.
//!
//! Whoever can add a picture beside a page must not be able to add a program to the site: a copied
//! HTML file has the site's origin and not its policy. SVG is wanted for drawings, so it is looked
//! into; what is left out is what no drawing program writes for a drawing.

/// Extensions of documents with script, of script, and of pages servers run.
const RUN: [&str; 36] = [
    "html", "htm", "xhtml", "xht", "xhtm", "shtml", "shtm", "stm", "hta", "htc", "mht", "mhtml", "xsl", "xslt", "rdf",
    "svgz", "js", "mjs", "cjs", "wasm", "swf", "php", "php3", "php4", "php5", "php7", "phtml", "phar", "asp", "aspx",
    "ashx", "asmx", "jsp", "jspx", "cgi", "fcgi",
];

/// What of a lower-cased SVG, without blanks and with its character references resolved, says that it is more than a
/// drawing.
const NO_DRAWING: [&str; 9] = [
    "<script",
    ":script", // the element with a prefix
    "script:", // `javascript:`
    "foreignobject",
    "1999/xhtml",
    "<handler",
    "data:text",
    "data:application",
    "data:image/svg",
];

/// What no XML needs that is only to be looked at.
const ANY_XML: [&str; 2] = ["<!entity", "<?xml-stylesheet"];

/// Why a file beside pages is not copied, if so.
pub(super) fn reason(name: &str, bytes: &[u8]) -> Option<&'static str> {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())?;
    if RUN.contains(&extension.trim_end()) {
        return Some("a browser or server could run a file of this type, so it is not copied to the site");
    }
    let active = match extension.trim_end() {
        "svg" => is_active(bytes, &[&ANY_XML, &NO_DRAWING]),
        "xml" => is_active(bytes, &[&ANY_XML, &["1999/xhtml", "2000/svg"]]),
        _ => false,
    };
    active.then_some("this file is not copied to the site: it has script, or something in which script could hide")
}

fn is_active(xml: &[u8], signs: &[&[&str]]) -> bool {
    // UTF-16 and the like would hide everything from what follows.
    let Ok(text) = std::str::from_utf8(xml) else { return true };
    if text.contains('\0') || declares_another_encoding(text) {
        return true;
    }
    let text = resolved(text).to_ascii_lowercase();
    let dense: String = text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    signs.iter().copied().flatten().any(|sign| dense.contains(sign))
        || (signs.contains(&NO_DRAWING.as_slice()) && has_handler(&text))
}

fn declares_another_encoding(text: &str) -> bool {
    let head = text.split("?>").next().unwrap_or_default().to_ascii_lowercase();
    head.split_once("encoding").is_some_and(|(_, rest)| {
        let value = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\''));
        !(value.starts_with("utf-8") || value.starts_with("us-ascii"))
    })
}

/// Numeric character references as their characters; named ones cannot spell a letter.
fn resolved(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("&#") {
        out.push_str(before);
        let end = after.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(after.len());
        let number = match after[..end].strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => after[..end].parse(),
        };
        out.extend(number.ok().and_then(char::from_u32));
        rest = after[end..].strip_prefix(';').unwrap_or(&after[end..]);
    }
    out.push_str(rest);
    out
}

/// Whether something looks like an attribute `on…=`.
fn has_handler(text: &str) -> bool {
    text.match_indices("on").any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let name = text[at..].find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(0);
        before.is_some_and(|c| c.is_whitespace() || matches!(c, '"' | '\'' | '/' | ':'))
            && name > 2
            && text[at + name..].trim_start().starts_with('=')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_from_pictures() {
        for name in ["a.html", "a.HTM", "x.y.js", "a.PhP", "a.svgz", "a.html "] {
            assert!(reason(name, b"").is_some(), "{name}");
        }
        for name in ["a.png", "html", "a.html.txt", "a.csv", "CNAME", "a.js.map", "a.pdf", "a.ps1"] {
            assert!(reason(name, b"<script>").is_none(), "{name}");
        }
    }

    #[test]
    fn an_svg_is_a_drawing_or_stays_out() {
        let drawings = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\"><path d=\"M1 2\"/><text x=\"1\">on = off</text></svg>",
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?><!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\"><svg><a href=\"https://x.example\"/></svg>",
            "<svg><image href=\"data:image/png;base64,AAAA\"/><style>.a{fill:#fff}</style></svg>",
        ];
        for svg in drawings {
            assert_eq!(reason("a.svg", svg.as_bytes()), None, "{svg}");
        }
        let programs = [
            "<svg><script>1</script></svg>",
            "<svg xmlns:x=\"http://www.w3.org/2000/svg\"><x:SCRIPT/></svg>",
            "<svg onload=\"1\"/>",
            "<svg\nonload\n=\n'1'/>",
            "<svg a=\"\"onload='1'/>",
            "<svg><a href=\"javascript:1\"/></svg>",
            "<svg><a href=\"java&#x73;cript:1\"/></svg>",
            "<svg><a href=\"java\nscript:1\"/></svg>",
            "<svg><animate attributeName='href' values='&#106;avascript:1'/></svg>",
            "<svg><foreignObject><p/></foreignObject></svg>",
            "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>",
            "<?xml-stylesheet href='x.xsl'?><svg/>",
            "<svg><x xmlns='http://www.w3.org/1999/xhtml'/></svg>",
            "<svg><use href=\"data:image/svg+xml,x\"/></svg>",
            "<?xml version='1.0' encoding='utf-7'?><svg/>",
        ];
        for svg in programs {
            assert!(reason("a.svg", svg.as_bytes()).is_some(), "{svg}");
        }
        assert_eq!(reason("a.xml", b"<Sysmon><Image onmatch=\"include\">wscript.exe</Image></Sysmon>"), None);
        assert!(reason("a.xml", b"<x xmlns='http://www.w3.org/1999/xhtml'/>").is_some());
        assert!(reason("a.svg", b"<\0s\0v\0g\0").is_some());
    }
}
