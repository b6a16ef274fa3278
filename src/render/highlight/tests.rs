//! What every lexer promises: the text survives, the time is linear, and it marks what it says.

use proptest::prelude::*;

use super::*;

const LANGUAGES: [&str; 11] =
    ["yaml", "lucene", "json", "bash", "powershell", "command_prompt", "xml", "toml", "sql", "kusto", "klingon"];

/// The text of markup that has no element but `span class="hl-…"`; panics on any other.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    let mut open = false;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[at..=end];
        if open {
            assert_eq!(tag, "</span>");
        } else {
            let class = tag.strip_prefix("<span class=\"hl-").and_then(|t| t.strip_suffix("\">")).expect(tag);
            assert!(["com", "key", "str", "num", "kw", "op", "var", "cmd"].contains(&class), "{tag}");
        }
        open = !open;
        rest = &rest[end + 1..];
    }
    text.push_str(rest);
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

fn assert_kept(text: &str) {
    for language in LANGUAGES {
        let html = highlight(language, text);
        assert_eq!(text_of(html.as_str()), text, "{language}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_text_is_kept(text in any::<String>()) {
        assert_kept(&text);
    }

    #[test]
    fn text_full_of_syntax_is_kept(
        parts in prop::collection::vec(prop::sample::select(vec![
            "\"", "'", "\\", "#", "#{", "}", "{", "$", "${", "%", "%%", "!", "^", "`", "@\"", "\n", "\r\n", " ", "  ", "- ",
            ":", ": ", "|", ">", "|-", "<", "<!--", "-->", "<![CDATA[", "&", "&amp;", ";", "é", "\u{1F600}", "a", "rem ", "0x1",
            "12", "-", "/", "//", "*", "?", "[", "]", "(", ")", "=", "\"\"\"", "AND", "true", "\t", "---", "key", "\0", "~",
        ]), 0..40),
    ) {
        assert_kept(&parts.concat());
    }
}

#[test]
fn a_rule_is_marked() {
    let text = "title: Run 'x'\nid: 1\ndetection:\n    selection:\n        Image|endswith: '\\cmd.exe' # why\n        EventID:\n            - 4688\n    condition: selection\nfalsepositives:\n    - a: b\nx: |\n    key: no\ny: true\n";
    let html = highlight("yaml", text).into_string();
    assert_eq!(
        html,
        "<span class=\"hl-key\">title</span>: Run &#39;x&#39;\n\
         <span class=\"hl-key\">id</span>: <span class=\"hl-num\">1</span>\n\
         <span class=\"hl-key\">detection</span>:\n    <span class=\"hl-key\">selection</span>:\n        \
         <span class=\"hl-key\">Image</span><span class=\"hl-kw\">|endswith</span>: \
         <span class=\"hl-str\">&#39;\\cmd.exe&#39;</span> <span class=\"hl-com\"># why</span>\n        \
         <span class=\"hl-key\">EventID</span>:\n            <span class=\"hl-op\">-</span> <span class=\"hl-num\">4688</span>\n    \
         <span class=\"hl-key\">condition</span>: selection\n\
         <span class=\"hl-key\">falsepositives</span>:\n    <span class=\"hl-op\">-</span> <span class=\"hl-key\">a</span>: b\n\
         <span class=\"hl-key\">x</span>: <span class=\"hl-op\">|</span>\n    <span class=\"hl-str\">key: no</span>\n\
         <span class=\"hl-key\">y</span>: <span class=\"hl-kw\">true</span>\n"
    );
}

#[test]
fn a_query_is_marked() {
    assert_eq!(
        highlight("es-qs", "(EventID:\"1\" AND Image.keyword:*\\\\cmd.exe) OR NOT x:/a\\/b/").into_string(),
        "(<span class=\"hl-key\">EventID</span>:<span class=\"hl-str\">&quot;1&quot;</span> <span class=\"hl-kw\">AND</span> \
         <span class=\"hl-key\">Image.keyword</span>:<span class=\"hl-op\">*</span>\\\\cmd.exe) <span class=\"hl-kw\">OR</span> \
         <span class=\"hl-kw\">NOT</span> <span class=\"hl-key\">x</span>:<span class=\"hl-str\">/a\\/b/</span>"
    );
}

#[test]
fn commands_are_marked() {
    assert_eq!(
        highlight("powershell", "Get-Item -Path \"#{dir}\\a\" | % { $_.Name } # x").into_string(),
        "<span class=\"hl-cmd\">Get-Item</span> <span class=\"hl-key\">-Path</span> <span class=\"hl-str\">&quot;</span>\
         <span class=\"hl-var\">#{dir}</span><span class=\"hl-str\">\\a&quot;</span> <span class=\"hl-op\">|</span> % { \
         <span class=\"hl-var\">$_</span>.Name } <span class=\"hl-com\"># x</span>"
    );
    assert_eq!(
        highlight("sh", "sudo cat $HOME/x | grep -i '#{a}' # y").into_string(),
        "<span class=\"hl-cmd\">sudo</span> <span class=\"hl-cmd\">cat</span> <span class=\"hl-var\">$HOME</span>/x \
         <span class=\"hl-op\">|</span> <span class=\"hl-cmd\">grep</span> <span class=\"hl-key\">-i</span> \
         <span class=\"hl-str\">&#39;</span><span class=\"hl-var\">#{a}</span><span class=\"hl-str\">&#39;</span> \
         <span class=\"hl-com\"># y</span>"
    );
    assert_eq!(
        highlight("command_prompt", "reg.exe add HKCU /v %USERNAME% >nul\nrem x").into_string(),
        "<span class=\"hl-cmd\">reg.exe</span> add HKCU <span class=\"hl-key\">/v</span> <span class=\"hl-var\">%USERNAME%</span> \
         <span class=\"hl-op\">&gt;</span>nul\n<span class=\"hl-com\">rem x</span>"
    );
}

#[test]
fn data_is_marked() {
    assert_eq!(
        highlight("JSON", "{\"a\": \"b\", \"c\" : -1, \"d\": null}").into_string(),
        "{<span class=\"hl-key\">&quot;a&quot;</span>: <span class=\"hl-str\">&quot;b&quot;</span>, \
         <span class=\"hl-key\">&quot;c&quot;</span> : <span class=\"hl-num\">-1</span>, \
         <span class=\"hl-key\">&quot;d&quot;</span>: <span class=\"hl-kw\">null</span>}"
    );
    assert_eq!(
        highlight("xml", "<a b=\"c\">&lt;</a>").into_string(),
        "<span class=\"hl-kw\">&lt;a</span> <span class=\"hl-key\">b</span>=<span class=\"hl-str\">&quot;c&quot;</span>\
         <span class=\"hl-kw\">&gt;</span><span class=\"hl-var\">&amp;lt;</span><span class=\"hl-kw\">&lt;/a</span><span class=\"hl-kw\">&gt;</span>"
    );
    assert_eq!(
        highlight("toml", "[a]\nb = 1 # c").into_string(),
        "<span class=\"hl-kw\">[a]</span>\n<span class=\"hl-key\">b</span> = <span class=\"hl-num\">1</span> <span class=\"hl-com\"># c</span>"
    );
}

#[test]
fn unknown_languages_are_only_escaped() {
    assert_eq!(highlight("\"><script>", "<x>").as_str(), "&lt;x&gt;");
}

#[test]
fn queries_are_marked() {
    assert_eq!(
        highlight("kusto", "T\n| where A =~ \"x\\\"y\" and not(isempty(B))").into_string(),
        "<span class=\"hl-cmd\">T</span>\n| <span class=\"hl-kw\">where</span> <span class=\"hl-key\">A</span> \
         <span class=\"hl-op\">=~</span> <span class=\"hl-str\">&quot;x\\&quot;y&quot;</span> <span class=\"hl-kw\">and</span> \
         <span class=\"hl-kw\">not</span>(isempty(B))"
    );
    assert_eq!(
        highlight("logql", "{a=\"b\"} | json | C!~`\\` or D>5").into_string(),
        "{<span class=\"hl-key\">a</span><span class=\"hl-op\">=</span><span class=\"hl-str\">&quot;b&quot;</span>} | \
         <span class=\"hl-cmd\">json</span> | <span class=\"hl-key\">C</span><span class=\"hl-op\">!~</span>\
         <span class=\"hl-str\">`\\`</span> <span class=\"hl-kw\">or</span> <span class=\"hl-key\">D</span>\
         <span class=\"hl-op\">&gt;</span><span class=\"hl-num\">5</span>"
    );
    assert_eq!(
        highlight("sql", "SELECT * FROM t WHERE a='it''s\\' AND b||c").into_string(),
        "<span class=\"hl-kw\">SELECT</span> <span class=\"hl-op\">*</span> <span class=\"hl-kw\">FROM</span> t \
         <span class=\"hl-kw\">WHERE</span> <span class=\"hl-key\">a</span><span class=\"hl-op\">=</span>\
         <span class=\"hl-str\">&#39;it&#39;</span><span class=\"hl-str\">&#39;s\\&#39;</span> <span class=\"hl-kw\">AND</span> \
         b<span class=\"hl-op\">||</span>c"
    );
    assert_eq!(
        highlight("logscale", "a=/^x\\/y$/i b=1").into_string(),
        "<span class=\"hl-key\">a</span><span class=\"hl-op\">=</span><span class=\"hl-str\">/^x\\/y$/</span>i \
         <span class=\"hl-key\">b</span><span class=\"hl-op\">=</span><span class=\"hl-num\">1</span>"
    );
}
