//! The pipelines that are built in: files of `data/pipelines`, in the YAML users write.

/// A pipeline that is built in.
#[derive(Debug)]
pub struct BuiltIn {
    /// What users call it (`ecs_windows`).
    pub name: &'static str,
    /// What it is for, in a line.
    pub description: &'static str,
    /// Its YAML.
    pub text: &'static str,
}

static BUILT_IN: &[BuiltIn] = &[];

/// All pipelines that are built in, by name.
pub fn built_in_pipelines() -> &'static [BuiltIn] {
    BUILT_IN
}
