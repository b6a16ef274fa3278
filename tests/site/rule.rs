//! The page of a rule: the way to the log, tests ready to be run, rules near it, and its file.

use super::built::site;

const TESTS: &str = "attack_technique: T1059.001
display_name: PowerShell
atomic_tests:
- name: Download <b>cradle</b>
  auto_generated_guid: f3132740-55bc-48c4-bcc0-758a459cd027
  description: Downloads
  supported_platforms:
  - windows
  input_arguments:
    url:
      description: Where from
      type: url
      default: https://example.com/a#{name}
    name:
      description: No default
      type: string
  executor:
    name: powershell
    elevation_required: true
    command: |
      iwr \"#{url}\" -OutFile PathToAtomicsFolder\\x #{name} #{unknown} #{
    cleanup_command: |
      rm #{url}
- name: Of another system
  description: Elsewhere
  supported_platforms:
  - linux
  executor:
    name: bash
    command: pwsh -c id
";

fn rule(title: &str, tags: &str) -> String {
    format!(
        "title: {title}\nlevel: high\ntags: [{tags}]\nlogsource: {{ product: windows, category: process_creation }}\n\
         detection:\n    s: {{ Image: 'x' }}\n    condition: s\n"
    )
}

fn has(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "no {wanted:?} in {text}");
    }
}

const DATA: &str =
    "title: DN_0001_4688\nplatform: Windows\nchannel: Security\nloggingpolicy: [LP_1]\nfields: [Image]\n";

#[test]
fn the_way_leads_from_the_technique_to_the_log() {
    let rule =
        rule("Cradle", "attack.execution, attack.t1059.001").replace("category: process_creation", "service: security");
    let site = site(
        "",
        &[
            ("rules/a.yml", &rule),
            ("triggers/T1059.001/T1059.001.yaml", TESTS),
            ("data_needed/DN_0001_4688.yml", DATA),
            ("logging_policies/LP_1.yml", "title: LP_1\n"),
        ],
    );
    has(
        &site.page("Detection_Rules/a.html"),
        &[
            "<li class=\"way-technique\"><p>Technique</p><ul><li><a href=\"../Techniques/T1059.001.html\">T1059.001: PowerShell</a></li></ul>",
            "<li class=\"way-test\"><p>Test</p><ul><li><a href=\"a.html#tests\">T1059.001: 2 tests</a>, 1 on Windows</li></ul>",
            "<li class=\"way-data\"><p>Data Needed</p><ul><li><a href=\"../Data_Needed/DN_0001_4688.html\">DN_0001_4688</a></li></ul>",
            "<li class=\"way-log\"><p>Logging Policy</p><ul><li><a href=\"../Logging_Policies/LP_1.html\">LP_1</a></li></ul>",
        ],
    );
    has(
        &site.page("Detection_Rules/a.md"),
        &[
            "\n- Technique: [T1059.001: PowerShell](../Techniques/T1059.001.md)\n- Test: [T1059.001: 2 tests](a.md#tests), 1 on Windows\n",
            "\n<a id=\"tests\"></a>\n\n## Test it\n",
        ],
    );
}

#[test]
fn what_is_missing_on_the_way_is_said() {
    let site = site("", &[("rules/a.yml", &rule("Cradle", ""))]);
    has(
        &site.page("Detection_Rules/a.html"),
        &[
            "<p>Technique</p><span class=\"absent\">The rule has no technique tag</span>",
            "<p>Test</p><span class=\"absent\">The rule has no technique to test</span>",
            "<p>Data Needed</p><span class=\"absent\">No Data Needed serves product windows, category process_creation (channels Microsoft-Windows-Sysmon/Operational, Security)</span>",
            "<p>Logging Policy</p><span class=\"absent\">What must be on is not known without Data Needed</span>",
        ],
    );
}

#[test]
fn tests_of_the_platform_are_ready_to_be_run() {
    let site =
        site("", &[("rules/a.yml", &rule("Cradle", "attack.t1059.001")), ("triggers/T1059.001/T1059.001.yaml", TESTS)]);
    let markdown = site.page("Detection_Rules/a.md");
    // A value is not filled in again, and what has no value stays as it is.
    has(
        &markdown,
        &[
            "iwr \"https://example.com/a#{name}\" -OutFile PathToAtomicsFolder\\x #{name} #{unknown} #{\n",
            "*Cleanup*\n\n```powershell\nrm https://example.com/a#{name}\n```\n",
            "**: powershell, elevated rights\n",
            "PathToAtomicsFolder stands for",
        ],
    );
    assert!(!markdown.contains("pwsh -c id"), "a test of another platform is a line of the table");
    let html = site.page("Detection_Rules/a.html");
    has(
        &html,
        &[
            "<details class=\"run\"><summary><span class=\"name\">Download &lt;b&gt;cradle&lt;/b&gt;</span> \
             <span class=\"badge neutral\">powershell</span> <span class=\"badge neutral\">elevated rights</span></summary>",
            "<a href=\"../Triggers/T1059.001.html#test-1\">All of test: Download &lt;b&gt;cradle&lt;/b&gt;</a>",
            "<a href=\"../Triggers/T1059.001.html#test-2\">Of another system</a>",
        ],
    );
    // On the page of the tests they can be chosen.
    has(&site.page("Triggers/T1059.001.html"), &["<figure class=\"code\" data-template=\"rm #{url}\n\">"]);
}

#[test]
fn the_nearest_rules_of_a_technique_are_named_and_the_rest_counted() {
    let rules: Vec<(String, String)> = (0..9)
        .map(|i| (format!("rules/r{i}.yml"), rule(&format!("Rule {i}"), "attack.t1059.001, attack.g0069")))
        .collect();
    let files: Vec<(&str, &str)> = rules.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let site = site("", &files);
    let near = |file: &str| {
        let text = site.page(file);
        let line = text.lines().find(|line| line.starts_with("- also [T1059.001"));
        line.unwrap_or_else(|| panic!("no line in {text}")).to_owned()
    };
    assert_eq!(
        near("Detection_Rules/r4.md"),
        "- also [T1059.001: PowerShell](../Techniques/T1059.001.md): [Rule 2](r2.md), [Rule 3](r3.md), [Rule 5](r5.md), \
         [Rule 6](r6.md), [all 9](../Techniques/T1059.001.md#rules)"
    );
    assert!(
        near("Detection_Rules/r0.md")
            .contains(": [Rule 1](r1.md), [Rule 2](r2.md), [Rule 3](r3.md), [Rule 4](r4.md), [all 9]")
    );
    assert!(
        near("Detection_Rules/r8.md")
            .contains(": [Rule 4](r4.md), [Rule 5](r5.md), [Rule 6](r6.md), [Rule 7](r7.md), [all 9]")
    );
    has(&site.page("Detection_Rules/r4.md"), &["\n- also [G0069: MuddyWater](../Groups/G0069.md): [Rule 2](r2.md)"]);
}

#[test]
fn a_page_leads_to_its_file_where_that_is_said() {
    let config = "[site]\nedit_url = \"https://git.example/kb/edit/main/{path}?plain=1\"\n\
                  history_url = \"https://git.example/kb/log/{path}\"\n";
    let site = site(config, &[("rules/a b#.yml", &rule("Cradle", ""))]);
    let html = site.page("Detection_Rules/a b#.html");
    has(
        &html,
        &[
            "<a href=\"https://git.example/kb/edit/main/content/rules/a%20b%23.yml?plain=1\" rel=\"noopener noreferrer nofollow\">Edit this page</a>",
            "<a href=\"https://git.example/kb/log/content/rules/a%20b%23.yml\" rel=\"noopener noreferrer nofollow\">History</a>",
        ],
    );
    has(
        &site.page("Detection_Rules/a b#.md"),
        &[" · [Edit this page](https://git.example/kb/edit/main/content/rules/a%20b%23.yml?plain=1) · [History]("],
    );
    assert!(!site.page("Techniques/T1059.html").contains("Edit this page"), "no file of the project says it");
}
