//! Changed properties in the audit logs of Microsoft Entra, which Logpoint keeps as the text of
//! one field: `TargetResources.modifiedProperties.newValue` is in `targetresources`.

use crate::query::pattern::{Part, Pattern};

/// The last field that has a column of its own.
const TEXT: &str = "modifiedproperties";

/// Whether a field may be one inside such a text.
pub(super) fn may_be_inside(field: &str) -> bool {
    field.to_lowercase().contains(TEXT)
}

/// A field inside such a text: the field that has the text, and the value as it stands there.
pub(super) fn inside(field: &str, pattern: &Pattern) -> Option<(String, Pattern)> {
    if field.len() < TEXT.len() {
        return None;
    }
    let field = field.to_lowercase();
    let parts: Vec<&str> = field.split('.').collect();
    let at = parts.iter().position(|part| *part == TEXT)?;
    let path = &parts[at + 1..];
    if path.is_empty() {
        return Some((parts[0].to_owned(), pattern.clone()));
    }
    let mut value = Pattern::default();
    for part in path {
        value.push(Part::Many);
        value.push_text(&format!("\"{part}\""));
    }
    value.push_text(": \"");
    for part in pattern.parts() {
        value.push(part.clone());
    }
    value.push_text("\"");
    value.push(Part::Many);
    Some((parts[0].to_owned(), value))
}
