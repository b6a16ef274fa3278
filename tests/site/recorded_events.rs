//! Events that were recorded for a rule, on its page and on that of its Data Needed.

use std::fmt::Write as _;

use purplebook::model::Kind;

use super::built::site;

const ID: &str = "6b8f9c0e-1f63-4d55-8f0c-0b6f8f1c9d11";

const RULE: &str = "title: Office Starts a Shell
id: 6B8F9C0E-1F63-4D55-8F0C-0B6F8F1C9D11
logsource: {product: windows, category: process_creation}
detection:
  shell: {Image|endswith: '\\cmd.exe'}
  office: [{ParentImage|endswith: '\\winword.exe'}, {ParentImage|endswith: '\\excel.exe'}]
  condition: shell and office
fields: [CommandLine, User]
";

const SYSMON: &str = "title: DN_1
platform: Windows
channel: Microsoft-Windows-Sysmon/Operational
provider: Microsoft-Windows-Sysmon
event_id: 1
fields: [Image, ParentImage, CommandLine]
";

const EVENT: &str = r##"{"Event": {"#attributes": {"xmlns": "http://schemas.example"}, "System": {"Provider": {"#attributes":
{"Name": "Microsoft-Windows-Sysmon"}}, "EventID": {"#text": 1, "#attributes": {"Qualifiers": 0}}, "Correlation": null,
"Channel": "Microsoft-Windows-Sysmon/Operational"}, "EventData": {"RuleName": "-", "User": "CORP\\kim",
"CommandLine": "cmd /c echo <b>1</b>", "Image": "C:\\Windows\\cmd.exe", "ParentImage": "C:\\Office\\WINWORD.EXE"}}}"##;

fn has(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "no {wanted:?} in {text}");
    }
}

fn has_not(text: &str, unwanted: &[&str]) {
    for unwanted in unwanted {
        assert!(!text.contains(unwanted), "{unwanted:?} in {text}");
    }
}

#[test]
fn an_event_is_on_the_page_of_its_rule_with_what_the_rule_searches_first() {
    let path = format!("recorded_events/windows/{ID}.json");
    let site = site("", &[("rules/office.yml", RULE), ("data_needed/DN_1.yml", SYSMON), (&path, EVENT)]);
    assert_eq!(site.tally(Kind::RecordedEvent), (1, 1, 0));
    has(
        &site.page("Detection_Rules/office.md"),
        &[
            "- Test: [1 recorded event](office.md#recorded-events)\n",
            "## Test it\n\nThe rule has no technique to test.\n\n<a id=\"recorded-events\"></a>\n\n### Recorded events\n\n\
             Event `1` of `Microsoft-Windows-Sysmon/Operational`, described by [DN_1](../Data_Needed/DN_1.md); from \
             `content/recorded_events/windows/6b8f9c0e-1f63-4d55-8f0c-0b6f8f1c9d11.json`\n\n\
             | Field | Value | In the rule |\n|:---|:---|:---|\n\
             | `Image` | `C:\\Windows\\cmd.exe` | searched |\n\
             | `ParentImage` | `C:\\Office\\WINWORD.EXE` | searched |\n\
             | `User` | `CORP\\kim` | worth a look |\n\
             | `CommandLine` | `cmd /c echo <b>1</b>` | worth a look |\n\
             | `RuleName` | `-` |  |\n\
             | `Provider_Name` | `Microsoft-Windows-Sysmon` |  |\n\
             | `EventID` | `1` |  |\n\
             | `EventID_Qualifiers` | `0` |  |\n\n\
             **The whole event**: 1 more field\n\n```json\n{\n  \"Event\": {\n    \"#attributes\": {\n",
            "      \"Image\": \"C:\\\\Windows\\\\cmd.exe\",\n      \"ParentImage\": \"C:\\\\Office\\\\WINWORD.EXE\"\n    }\n  }\n}\n```\n",
        ],
    );
    has(
        &site.page("Detection_Rules/office.html"),
        &[
            "<li><a href=\"office.html#recorded-events\">1 recorded event</a></li>",
            "<code>cmd /c echo &lt;b&gt;1&lt;/b&gt;</code>",
            "<details class=\"run\"><summary><span class=\"name\">The whole event</span>",
        ],
    );
    has(
        &site.page("Data_Needed/DN_1.md"),
        &[
            "## Rules with recorded events of it\n\n- [Office Starts a Shell](../Detection_Rules/office.md#recorded-events)\n",
        ],
    );
    let json: serde_json::Value =
        serde_json::from_str(&site.page(&format!("exports/api/v1/rules/{ID}.json"))).expect("JSON");
    assert_eq!(
        json["recorded_events"],
        serde_json::json!([{"file": format!("windows/{ID}.json"), "events": 1}]),
        "{json}"
    );
}

#[test]
fn other_forms_of_events_have_the_ways_to_their_values() {
    let rule =
        RULE.replace("product: windows, category: process_creation", "product: aws, service: cloudtrail").replace(
            "shell: {Image|endswith: '\\cmd.exe'}",
            "shell: {eventName: A, requestParameters.name: x, trailName|contains: y}",
        );
    let data = "title: DN_2\nplatform: AWS\nchannel: cloudtrail\nlogsource: {product: aws, service: cloudtrail}\n\
                fields: [eventName, requestParameters.name, trailName, ParentImage]\n";
    let events = "[{\"eventName\": \"A\", \"eventID\": \"6d9a\", \"big\": 18446744073709551616, \"none\": null,
        \"requestParameters\": {\"name\": \"x\", \"trailName\": [\"a\", 1.50], \"list\": [{\"deep\": true}]}}]";
    let site = site(
        "",
        &[("rules/a.yml", &rule), ("data_needed/DN_2.yml", data), (&format!("recorded_events/{ID}.jsonl"), events)],
    );
    has(
        &site.page("Detection_Rules/a.md"),
        &["An event, described by [DN_2](../Data_Needed/DN_2.md); from `content/recorded_events/\
           6b8f9c0e-1f63-4d55-8f0c-0b6f8f1c9d11.jsonl`\n\n| Field | Value | In the rule |\n|:---|:---|:---|\n\
           | `eventName` | `A` | searched |\n\
           | `requestParameters.name` | `x` | searched |\n\
           | `requestParameters.trailName` | `a, 1.50` | searched |\n\
           | `eventID` | `6d9a` |  |\n\
           | `big` | `18446744073709551616` |  |\n\
           | `requestParameters.list.deep` | `true` |  |\n"],
    );
}

#[test]
fn the_security_log_has_other_names_for_the_same_fields() {
    let event = "{\"Event\": {\"System\": {\"Provider\": {\"@Name\": \"Microsoft-Windows-Security-Auditing\"}, \"EventID\": 4688,
        \"Channel\": \"Security\"}, \"EventData\": {\"NewProcessName\": \"C:\\\\cmd.exe\", \"CommandLine\": \"cmd\"}}}";
    let short = "title: DN_short\nplatform: Windows\nchannel: Security\nevent_id: 4688\nfields: [NewProcessName]\n";
    let long = short.replace("short", "long").replace("[NewProcessName]", "[NewProcessName, CommandLine]");
    let site = site(
        "",
        &[
            ("rules/a.yml", RULE),
            ("data_needed/DN_short.yml", short),
            ("data_needed/DN_long.yml", &long),
            (&format!("recorded_events/{ID}.json"), event),
        ],
    );
    has(
        &site.page("Detection_Rules/a.md"),
        &[
            "Event `4688` of `Security`, described by [DN_long](../Data_Needed/DN_long.md); from",
            "| `NewProcessName` | `C:\\cmd.exe` | searched |\n",
        ],
    );
}

#[test]
fn many_and_long_events_are_counted_and_named_by_their_files() {
    let mut lines = String::new();
    for i in 0..60 {
        writeln!(lines, "{{\"Image\": \"{i}\"}}").expect("written");
    }
    let long = format!("{{\"CommandLine\": \"{}é\", \"Image\": \"x\"}}", "a".repeat(9000));
    let config = "[site]\nedit_url = \"https://git.example/{path}\"\n";
    let site = site(
        config,
        &[
            ("rules/a.yml", RULE),
            (&format!("recorded_events/a/{ID}.json"), &long),
            (&format!("recorded_events/b c/{ID}.ndjson"), &lines),
        ],
    );
    let markdown = site.page("Detection_Rules/a.md");
    let cut = format!("| `CommandLine` | `{}…` | worth a look |\n", "a".repeat(300));
    has(
        &markdown,
        &[
            "- Test: [61 recorded events](a.md#recorded-events)\n",
            &cut,
            "\nAll of the event, 10 KB, is in [content/recorded_events/a/6b8f9c0e-1f63-4d55-8f0c-0b6f8f1c9d11.json](https://git.example/content/recorded_events/a/6b8f9c0e-1f63-4d55-8f0c-0b6f8f1c9d11.json)\n",
            "An event; number 2 of 60 in ",
            "\n58 more are in [content/recorded",
        ],
    );
    has_not(&markdown, &["number 3 of 60"]);
    assert_eq!(site.tally(Kind::RecordedEvent), (2, 2, 0));
    assert!(markdown.len() < 12_000, "{} bytes", markdown.len());
}

#[test]
fn nothing_of_an_event_is_markup_or_deceives() {
    let event =
        "{\"Image\": \"</code><script>alert(1)</script>`|\u{202e}\\u001b[2J\\n# x\", \"</td><img src=x onerror=1>\": 1,
        \"Event\": \"x\", \"EventID\": \"<b>\", \"Channel\": \"]()|`x`<i>\"}";
    let path = format!("recorded_events/&'`\u{202e}/{ID}.json");
    let site = site("", &[("rules/a.yml", RULE), (&path, event)]);
    let (html, markdown) = (site.page("Detection_Rules/a.html"), site.page("Detection_Rules/a.md"));
    has_not(&html, &["<script>alert", "<img src=x", "<b>", "<i>", "\u{202e}", "\u{1b}"]);
    has_not(&markdown, &["\u{202e}", "\u{1b}", "\n# x"]);
    has(&html, &["&lt;script&gt;alert(1)", "\\u{202e}", "\\u202e"]);
}

#[test]
fn broken_and_deep_events_end_neither_the_build_nor_the_others() {
    let deep = format!("{{\"Image\": \"deep\", \"a\": {}1{}}}", "{\"b\":".repeat(100_000), "}".repeat(100_000));
    let wide = format!("{{\"Image\": \"wide\"{}}}", ", \"x\": [[]]".repeat(50_000));
    let text = format!("{{\"Image\": \"first\"}} {{\"Image\": \"second\" {deep}");
    let site = site(
        "[check]\nallow = [\"PB010\"]\n",
        &[
            ("rules/a.yml", RULE),
            (&format!("recorded_events/1/{ID}.json"), &text),
            (&format!("recorded_events/2/{ID}.json"), &deep),
            (&format!("recorded_events/3/{ID}.json"), &wide),
        ],
    );
    let markdown = site.page("Detection_Rules/a.md");
    has(&markdown, &["| `Image` | `first` | searched |", "| `Image` | `wide` | searched |"]);
    has_not(&markdown, &["second"]);
}
