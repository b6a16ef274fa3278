//! A JSON object written field by field, in the order the fields are given in.

use serde::Serialize;

/// An object that is being written.
pub(super) struct Object(Vec<u8>);

impl Object {
    pub(super) fn new() -> Self {
        Self(vec![b'{'])
    }

    /// Writes a field; no name comes twice.
    pub(super) fn put(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        let start = self.0.len();
        let mut write = || {
            serde_json::to_writer(&mut self.0, name)?;
            self.0.push(b':');
            serde_json::to_writer(&mut self.0, value)
        };
        // Texts, numbers and lists of them always have a form in JSON, and memory takes all.
        if write().is_err() {
            self.0.truncate(start);
        }
    }

    /// The object on one line.
    pub(super) fn line(self) -> Vec<u8> {
        let mut bytes = self.0;
        bytes.extend_from_slice(b"}\n");
        bytes
    }
}
