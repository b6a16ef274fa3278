//! Tags beside those of ATT&CK: whether they are what their namespace asks for.
//!
//! The namespaces are those of the tag appendix of Sigma's specification 2.1.

use std::collections::HashSet;

use crate::config::{list, nearest};
use crate::report::{Change, Code, Finding, Findings};
use crate::text::{Place, YamlPath};

use super::CheckInput;
use super::sigma::given;

const NAMESPACES: [&str; 7] = ["attack", "car", "cve", "d3fend", "detection", "stp", "tlp"];

/// The tactics of D3FEND.
const D3FEND: [&str; 7] = ["model", "harden", "detect", "isolate", "deceive", "evict", "restore"];

const DETECTION: [&str; 3] = ["dfir", "emerging-threats", "threat-hunting"];

/// The labels of the Traffic Light Protocol 2.0.
const TLP: [&str; 5] = ["red", "amber", "amber-strict", "green", "clear"];

pub(super) fn check(input: &CheckInput<'_>, findings: &mut Findings) {
    // An id or a group of ATT&CK without its namespace is understood, and told as such.
    let told: HashSet<&Place> = input.graph.indirect().iter().filter_map(|edge| edge.place.as_ref()).collect();
    for rule in &input.graph.corpus().rules {
        let Some((document, value)) = given(rule, "tags") else { continue };
        let items = value.as_seq().unwrap_or(std::slice::from_ref(value));
        for (i, tag) in items.iter().enumerate() {
            let Some(tag) = tag.scalar_text() else { continue };
            let place = Place { file: rule.origin.file, document, path: YamlPath::field("tags").index(i) };
            if let Some(problem) = problem(&tag).filter(|_| !told.contains(&place)) {
                let finding = Finding::new(problem.code, place.clone(), problem.message);
                let finding = match problem.help {
                    Some(help) => finding.help(help),
                    None => finding,
                };
                findings.push(match problem.fix {
                    Some(tag) => finding.fix(place, Change::Write(tag)),
                    None => finding,
                });
            }
        }
    }
}

struct Problem {
    code: Code,
    message: String,
    help: Option<String>,
    /// What is written instead, where only the case is wrong.
    fix: Option<String>,
}

fn problem(tag: &str) -> Option<Problem> {
    let malformed = |message, help| Some(Problem { code: Code::MalformedTag, message, help, fix: None });
    let Some((namespace, name)) = tag.split_once('.') else {
        let message = format!("the tag `{tag}` has no namespace");
        let known = list(NAMESPACES);
        return malformed(message, Some(format!("a tag is a namespace, a dot and a name; Sigma's are {known}")));
    };
    let lower = namespace.to_ascii_lowercase();
    // What is said of ATT&CK's needs the whole of it.
    if lower == "attack" {
        return None;
    }
    if !NAMESPACES.contains(&lower.as_str()) {
        let message = format!("`{namespace}` is no namespace of Sigma's tags");
        let help = nearest(&lower, NAMESPACES).map(|near| format!("did you mean `{near}.{name}`?"));
        return Some(Problem { code: Code::UnknownNamespace, message, help, fix: None });
    }
    let wanted = wanted(&lower, name);
    if wanted.as_ref().is_ok_and(|()| lower == namespace) {
        return None;
    }
    let folded = folded(&lower, name);
    let in_lower_case = |name: &str| {
        let right = format!("{lower}.{name}");
        let message = format!("the tag `{tag}` is not in lower case");
        Some(Problem { code: Code::MalformedTag, message, help: Some(format!("use `{right}`")), fix: Some(right) })
    };
    let form = match wanted {
        Ok(()) => return in_lower_case(name),
        Err(_) if self::wanted(&lower, &folded).is_ok() => return in_lower_case(&folded),
        Err(form) => form,
    };
    let meant = meant(&lower, &folded).map(|name| format!("use `{lower}.{name}`"));
    malformed(format!("`{tag}` is no tag of `{lower}`, which has {form}"), meant)
}

/// A name in lower case; what follows `d3f-` is an artifact's own name, whose capitals count.
fn folded(namespace: &str, name: &str) -> String {
    match name.split_at_checked(4) {
        Some((prefix, artifact)) if namespace == "d3fend" && prefix.eq_ignore_ascii_case("d3f-") => {
            format!("d3f-{artifact}")
        }
        _ => name.to_ascii_lowercase(),
    }
}

/// Whether a namespace has tags of this form; the form, if not.
fn wanted(namespace: &str, name: &str) -> Result<(), String> {
    let (is_well_formed, form) = match namespace {
        "car" => (is_numbered(name, &[4, 2, 3]), "a year, a month and a number, as `car.2016-04-005`".to_owned()),
        "cve" => (is_cve(name), "a year, a hyphen and at least four digits, as `cve.2021-44228`".to_owned()),
        "stp" => (is_stp(name), "a level from 1 to 5, then `a`, `u` or `k` if known, as `stp.3k`".to_owned()),
        "d3fend" => (
            is_d3fend(name),
            format!("techniques as `d3fend.d3-am`, artifacts as `d3fend.d3f-Process`, and {}", list(D3FEND)),
        ),
        "detection" => (DETECTION.contains(&name), list(DETECTION)),
        _ => (TLP.contains(&name), list(TLP)),
    };
    if is_well_formed { Ok(()) } else { Err(form) }
}

/// The name an author meant, if that is plain.
fn meant(namespace: &str, name: &str) -> Option<String> {
    let bare = name.strip_prefix(&format!("{namespace}-")).unwrap_or(name);
    let candidate = match namespace {
        "cve" | "car" => bare.replace(['.', '_'], "-"),
        // The label of version 1 for what may be shared without limits.
        "tlp" if name == "white" => "clear".to_owned(),
        "tlp" => nearest(&bare.replace(['+', '_', '.'], "-"), TLP)?.to_owned(),
        "detection" => nearest(name, DETECTION)?.to_owned(),
        "d3fend" => nearest(name, D3FEND)?.to_owned(),
        _ => return None,
    };
    wanted(namespace, &candidate).is_ok().then_some(candidate)
}

/// Groups of digits of these lengths, joined by hyphens.
fn is_numbered(name: &str, lengths: &[usize]) -> bool {
    let mut parts = name.split('-');
    let fits = |length: &usize| parts.next().is_some_and(|part| part.len() == *length && is_digits(part));
    lengths.iter().all(fits) && parts.next().is_none()
}

fn is_cve(name: &str) -> bool {
    let Some((year, number)) = name.split_once('-') else { return false };
    year.len() == 4 && is_digits(year) && number.len() >= 4 && is_digits(number)
}

fn is_stp(name: &str) -> bool {
    matches!(name.as_bytes(), [b'1'..=b'5'] | [b'1'..=b'5', b'a' | b'u' | b'k'])
}

/// Artifacts are written in mixed case.
fn is_d3fend(name: &str) -> bool {
    let word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if let Some(artifact) = name.strip_prefix("d3f-") {
        return word(artifact);
    }
    match name.strip_prefix("d3-") {
        Some(technique) => word(technique) && technique == technique.to_ascii_lowercase(),
        None => D3FEND.contains(&name),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
