//! What opening a project found out, for opening it again after an edit.
//!
//! Nothing is kept that is not compared byte for byte with what it was made from, so a project that
//! is opened again is the one that is opened anew.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use crate::config::{AttackConfig, Config, PipelineChoice, QueryConfig};
use crate::model::{Attack, Rule};
use crate::query::Request;
use crate::report::Findings;
use crate::requests::requests;
use crate::source::{FileRole, ReadError, SourceSet};
use crate::text::FileId;
use crate::{check, load, query};

use super::Error;

/// What is remembered of the last time.
#[derive(Default)]
pub struct Memory {
    attack: Option<RememberedAttack>,
    pub(super) loaded: load::Known,
    pub(super) compiled: query::Known,
    checked: HashMap<RuleKey, Arc<Findings>>,
    requests: Option<(QueryConfig, Vec<Request>)>,
    asked: Option<Asked>,
    /// Counts what queries depend on besides their rules.
    base: u64,
}

/// What a rule is the same by: its file, the number that is another whenever that has been parsed
/// anew, and its position there.
type RuleKey = (FileId, u64, u32);

struct RememberedAttack {
    config: AttackConfig,
    files: Vec<(PathBuf, Vec<u8>)>,
    attack: Attack,
    notes: Vec<String>,
}

/// What queries were asked for, with the texts of the pipelines that are files.
#[derive(PartialEq, Eq)]
struct Asked {
    config: QueryConfig,
    pipelines: Vec<(String, String)>,
}

impl Memory {
    /// [`super::attack`]; nothing is parsed if its files have the bytes they had.
    pub(super) fn attack(&mut self, config: &Config) -> Result<(Attack, Vec<String>), Error> {
        let files = super::attack_files(config)?;
        if let Some(known) = self.attack.as_ref().filter(|known| known.config == config.attack && known.files == files)
        {
            return Ok((known.attack.clone(), known.notes.clone()));
        }
        let (attack, notes) = super::attack_of(config, &files)?;
        self.base += 1;
        let (config, attack_known, notes_known) = (config.attack.clone(), attack.clone(), notes.clone());
        self.attack = Some(RememberedAttack { config, files, attack: attack_known, notes: notes_known });
        Ok((attack, notes))
    }

    /// [`requests`], which are made anew only if the configuration is another. Those with files of
    /// their own are always made anew.
    pub(super) fn requests(
        &mut self,
        config: &Config,
        sources: &mut SourceSet,
    ) -> Result<(Vec<Request>, Findings), ReadError> {
        if let Some((asked, requests)) = &self.requests
            && *asked == config.queries
        {
            return Ok((requests.clone(), Findings::new()));
        }
        let (requests, findings) = requests(&config.queries, &config.root, sources)?;
        let mut pipelines = config.queries.show.iter().flat_map(|query| &query.pipelines);
        let is_built_in = pipelines.all(|pipeline| matches!(pipeline, PipelineChoice::BuiltIn(_)));
        let keep = is_built_in && findings.is_empty();
        self.requests = keep.then(|| (config.queries.clone(), requests.clone()));
        Ok((requests, findings))
    }

    /// [`check::rule`] for each rule; those that are as they were are not looked at again.
    pub(super) fn checked(&mut self, rules: &[Rule]) -> Vec<Arc<Findings>> {
        let found = |rule: &Rule| {
            let key = (rule.origin.file, self.loaded.stamp(rule.origin.file), rule.ordinal);
            let known = self.checked.get(&key).map(Arc::clone);
            (key, known.unwrap_or_else(|| Arc::new(check::rule(rule))))
        };
        let found: Vec<(RuleKey, Arc<Findings>)> = rules.par_iter().map(found).collect();
        self.checked = found.iter().map(|(key, found)| (*key, Arc::clone(found))).collect();
        found.into_iter().map(|(_, found)| found).collect()
    }

    /// A number that is another whenever ATT&CK or what is asked for is.
    pub(super) fn base(&mut self, config: &Config, sources: &SourceSet) -> u64 {
        let pipelines = sources.iter().filter(|(_, file)| file.role == FileRole::Pipeline);
        let pipelines = pipelines.map(|(_, file)| (file.path.clone(), file.text.clone())).collect();
        let asked = Some(Asked { config: config.queries.clone(), pipelines });
        if self.asked != asked {
            self.asked = asked;
            self.base += 1;
        }
        self.base
    }
}
