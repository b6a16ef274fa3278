//! Addresses of ids and tactics that ATT&CK has retired: each keeps a page, in HTML and in
//! Markdown, that leads to what stands in its place.

use super::built::{self, Site};

/// A site of rules with these tags each.
fn site(rules: &[&[&str]]) -> Site {
    let rule = |(n, tags): (usize, &&[&str])| {
        let list = tags.join("\n  - ");
        let text = format!(
            "title: Rule {n}\nlogsource: {{product: windows}}\ndetection: {{a: {{b: c}}, condition: a}}\ntags:\n  - {list}\n"
        );
        (format!("rules/rule_{n}.yml"), text)
    };
    let rules: Vec<(String, String)> = rules.iter().enumerate().map(rule).collect();
    let rules: Vec<(&str, &str)> = rules.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    built::site("", &rules)
}

/// A page as HTML and as Markdown.
fn page(site: &Site, path: &str) -> (String, String) {
    (site.page(&format!("{path}.html")), site.page(&format!("{path}.md")))
}

fn leads_to(html: &str) -> Option<&str> {
    html.split_once("<meta http-equiv=\"refresh\" content=\"0; url=")?.1.split_once('"').map(|(url, _)| url)
}

#[test]
fn a_revoked_id_leads_to_its_successor() {
    let site = site(&[&["attack.t1003"]]);
    for (old, new, name) in [
        ("Techniques/T1191", "T1218.003", "CMSTP"),
        ("Techniques/T1562.001", "T1685", "Disable or Modify Tools"),
        ("Groups/G0058", "G0059", "Magic Hound"),
    ] {
        let (html, markdown) = page(&site, old);
        assert_eq!(leads_to(&html), Some(format!("{new}.html").as_str()), "{old}");
        let link = format!("in its place stands <a href=\"{new}.html\">{new}: {name}</a>");
        assert!(html.replace("<wbr>", "").contains(&link), "{old}: {html}");
        assert!(markdown.contains(&format!("in its place stands [{new}: {name}]({new}.md)")), "{old}: {markdown}");
    }
    // Nothing stands in the place of a deprecated one; one in use is its own page.
    for path in ["Techniques/T1064", "Techniques/T1218.003", "Tactics/TA0005"] {
        assert_eq!(leads_to(&page(&site, path).0), None, "{path}");
    }
}

#[test]
fn who_still_names_an_old_id_finds_the_list_of_files() {
    let site = site(&[&["attack.t1191"], &["attack.t1191"], &["attack.t1218.003"]]);
    let (html, markdown) = page(&site, "Techniques/T1191");
    assert_eq!(leads_to(&html), None);
    for file in ["rule_0.yml", "rule_1.yml"] {
        assert!(html.contains(file) && markdown.contains(file), "{markdown}");
    }
    assert!(!markdown.contains("rule_2.yml"), "{markdown}");
}

#[test]
fn a_tactic_that_was_split_keeps_its_name_and_its_id() {
    let site = site(&[&["attack.defense_evasion", "attack.t1036"], &["attack.stealth"]]);
    let (html, markdown) = page(&site, "Tactics/defense-evasion");
    let wanted = "ATT&CK has no tactic defense-evasion any more since 19.0; in its place stand [TA0005: \
                  Stealth](TA0005.md) and [TA0112: Defense Impairment](TA0112.md).";
    assert!(markdown.replace("&amp;", "&").contains(wanted), "{markdown}");
    assert_eq!(leads_to(&html), None, "there are two");
    assert!(html.contains("href=\"TA0005.html\"") && html.contains("href=\"TA0112.html\""), "{html}");
    assert!(markdown.contains("rule_0.yml") && !markdown.contains("rule_1.yml"), "{markdown}");
    let (html, markdown) = page(&site, "Tactics/index");
    assert!(html.contains("href=\"defense-evasion.html\"") && markdown.contains("(defense-evasion.md)"), "{markdown}");
    assert!(!markdown.contains(", ,"), "{markdown}");
    // The id is the same tactic's.
    assert!(page(&site, "Tactics/TA0005").1.contains("Stealth"));
}
