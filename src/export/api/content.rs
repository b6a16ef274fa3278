//! The fields of each kind of content, under the names its files have them by.

use serde::Serialize;

use crate::graph::{EdgeKind, Node};
use crate::model::{AtomicTest, Customer, Dependency, InputArgument, LogSource, Measure, Rule, RuleKind, UseCase};
use crate::site::{Query, QueryText, SiteView};

use super::super::object::Object;

pub(super) fn fields(view: &SiteView<'_>, node: Node, out: &mut Object) {
    let (corpus, i) = (view.graph.corpus(), node.index());
    out.put("file", &view.graph.origin(node).map(|origin| origin.within.as_str()));
    match node {
        Node::Rule(index) => rule(view, index, &corpus.rules[i], out),
        Node::DataNeeded(_) => {
            let data = &corpus.data_needed[i];
            out.put("description", &data.description);
            out.put("category", &data.category);
            out.put("platform", &data.platform);
            out.put("type", &data.log_type);
            out.put("channel", &data.channel);
            out.put("provider", &data.provider);
            out.put("event_ids", &data.event_ids);
            out.put("fields", &data.fields);
            out.put("logsources", &data.logsources.iter().map(Source::from).collect::<Vec<_>>());
            out.put("sample", &data.sample);
            out.put("enriched_sample", &data.enriched_sample);
            common(&data.references, data.author.as_ref(), out);
        }
        Node::LoggingPolicy(_) => {
            let policy = &corpus.logging_policies[i];
            out.put("description", &policy.description);
            out.put("default", &policy.default);
            out.put("volume", &policy.volume);
            out.put("event_ids", &policy.event_ids);
            out.put("configuration", &policy.configuration);
            common(&policy.references, policy.author.as_ref(), out);
        }
        Node::Enrichment(_) => {
            let enrichment = &corpus.enrichments[i];
            out.put("description", &enrichment.description);
            out.put("new_fields", &enrichment.new_fields);
            out.put("config", &enrichment.config);
            common(&enrichment.references, enrichment.author.as_ref(), out);
        }
        Node::Trigger(_) => {
            let trigger = &corpus.triggers[i];
            out.put("tests", &trigger.tests.iter().map(Test::from).collect::<Vec<_>>());
        }
        Node::ResponseAction(_) => {
            let action = &corpus.response_actions[i];
            out.put("description", &action.description);
            out.put("stage", &action.stage);
            out.put("automation", &action.automation);
            out.put("requirements", &action.requirements);
            out.put("linked_analytics", &action.linked_analytics);
            out.put("workflow", &action.workflow);
            out.put("creation_date", &action.creation_date);
            common(&action.references, action.author.as_ref(), out);
        }
        Node::ResponsePlaybook(_) => {
            let playbook = &corpus.response_playbooks[i];
            out.put("description", &playbook.description);
            out.put("tags", &playbook.tags);
            out.put("severity", &playbook.severity);
            out.put("tlp", &playbook.tlp);
            out.put("pap", &playbook.pap);
            out.put("workflow", &playbook.workflow);
            out.put("creation_date", &playbook.creation_date);
            out.put("author", &playbook.author);
            out.put("case_template", &view.plan.case_template(node).map(|path| path.to_string()));
        }
        Node::ResponseStage(_) => {
            let stage = &corpus.response_stages[i];
            out.put("description", &stage.description);
            common(&stage.references, stage.author.as_ref(), out);
        }
        Node::MitigationSystem(_) => {
            let system = &corpus.mitigation_systems[i];
            out.put("description", &system.description);
            out.put("platforms", &system.platforms);
            out.put("minimum_versions", &system.minimum_versions);
            common(&system.references, system.author.as_ref(), out);
        }
        Node::MitigationPolicy(_) => measure(&corpus.mitigation_policies[i], out),
        Node::HardeningPolicy(_) => measure(&corpus.hardening_policies[i], out),
        Node::UseCase(_) => {
            let UseCase { name, description, references, author, .. } = &corpus.use_cases[i];
            out.put("name", name);
            out.put("description", description);
            common(references, author.as_ref(), out);
        }
        Node::Customer(_) => {
            let Customer { name, description, references, author, .. } = &corpus.customers[i];
            out.put("name", name);
            out.put("description", description);
            common(references, author.as_ref(), out);
        }
        Node::RecordedEvent(_) | Node::Page(_) | Node::Attack(_) => {}
    }
}

/// What all kinds end with.
fn common(references: &[String], author: Option<&String>, out: &mut Object) {
    out.put("references", references);
    out.put("author", &author);
}

fn measure(measure: &Measure, out: &mut Object) {
    out.put("description", &measure.description);
    out.put("tags", &measure.tags);
    out.put("platforms", &measure.platforms);
    out.put("minimum_versions", &measure.minimum_versions);
    out.put("prerequisites", &measure.prerequisites);
    out.put("configuration", &measure.configuration);
    common(&measure.references, measure.author.as_ref(), out);
}

fn rule(view: &SiteView<'_>, index: u32, rule: &Rule, out: &mut Object) {
    let kind = match rule.kind {
        RuleKind::Detection => "detection",
        RuleKind::Correlation => "correlation",
        RuleKind::Filter => "filter",
    };
    out.put("type", kind);
    out.put("name", &rule.name);
    out.put("description", &rule.description);
    out.put("status", &rule.status);
    out.put("level", &rule.level);
    out.put("license", rule.license_or_default());
    out.put("date", &rule.date);
    out.put("modified", &rule.modified);
    out.put("tags", &rule.tags);
    out.put("falsepositives", &rule.falsepositives);
    out.put("fields", &rule.fields);
    out.put("logsources", &rule.logsources.iter().map(|(_, source)| Source::from(source)).collect::<Vec<_>>());
    common(&rule.references, rule.author.as_ref(), out);
    out.put("missing_data_needed", &view.data_gap(index));
    out.put("recorded_events", &recordings(view, index));
    out.put("sigma", view.rule_text(index));
    out.put("queries", &(view.queries)(index).iter().map(Converted::from).collect::<Vec<_>>());
}

/// A file of events that were recorded for a rule.
#[derive(Serialize)]
struct Recording<'a> {
    file: &'a str,
    events: usize,
}

fn recordings<'a>(view: &SiteView<'a>, rule: u32) -> Vec<Recording<'a>> {
    let recorded = view.graph.backlinks(Node::Rule(rule), EdgeKind::RecordedFor);
    let events = recorded.map(|edge| &view.graph.corpus().recorded_events[edge.from.index()]);
    let mut files: Vec<_> = events.map(|event| (event.origin.file, event)).collect();
    files.dedup_by_key(|(file, _)| *file);
    files.into_iter().map(|(_, event)| Recording { file: &event.origin.within, events: event.in_file }).collect()
}

#[derive(Serialize)]
struct Source<'a> {
    product: Option<&'a str>,
    category: Option<&'a str>,
    service: Option<&'a str>,
    definition: Option<&'a str>,
}

impl<'a> From<&'a LogSource> for Source<'a> {
    fn from(source: &'a LogSource) -> Self {
        Self {
            product: source.product.as_deref(),
            category: source.category.as_deref(),
            service: source.service.as_deref(),
            definition: source.definition.as_deref(),
        }
    }
}

/// A query, or why there is none: one of the last two is `null`.
#[derive(Serialize)]
struct Converted<'a> {
    key: &'a str,
    target: &'a str,
    title: &'a str,
    made_with: &'a str,
    queries: Option<&'a [String]>,
    reason: Option<&'a str>,
}

impl<'a> From<&'a Query> for Converted<'a> {
    fn from(query: &'a Query) -> Self {
        let (queries, reason) = match &query.text {
            QueryText::Converted(queries) => (Some(queries.as_slice()), None),
            QueryText::NotConvertible(reason) => (None, Some(reason.as_str())),
        };
        let target = query.key.split('+').next().unwrap_or_default();
        Self { key: &query.key, target, title: &query.title, made_with: &query.provenance, queries, reason }
    }
}

#[derive(Serialize)]
struct Test<'a> {
    name: &'a str,
    guid: Option<&'a str>,
    description: &'a str,
    platforms: &'a [String],
    executor: &'a str,
    elevation_required: bool,
    command: Option<&'a str>,
    cleanup_command: Option<&'a str>,
    steps: Option<&'a str>,
    inputs: Vec<Input<'a>>,
    dependency_executor: Option<&'a str>,
    dependencies: Vec<Needed<'a>>,
}

impl<'a> From<&'a AtomicTest> for Test<'a> {
    fn from(test: &'a AtomicTest) -> Self {
        Self {
            name: &test.name,
            guid: test.guid.as_deref(),
            description: &test.description,
            platforms: &test.platforms,
            executor: &test.executor.name,
            elevation_required: test.executor.elevation_required,
            command: test.executor.command.as_deref(),
            cleanup_command: test.executor.cleanup_command.as_deref(),
            steps: test.executor.steps.as_deref(),
            inputs: test.inputs.iter().map(Input::from).collect(),
            dependency_executor: test.dependency_executor.as_deref(),
            dependencies: test.dependencies.iter().map(Needed::from).collect(),
        }
    }
}

#[derive(Serialize)]
struct Input<'a> {
    name: &'a str,
    description: &'a str,
    r#type: &'a str,
    default: Option<&'a str>,
}

impl<'a> From<&'a InputArgument> for Input<'a> {
    fn from(input: &'a InputArgument) -> Self {
        Self {
            name: &input.name,
            description: &input.description,
            r#type: &input.kind,
            default: input.default.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct Needed<'a> {
    description: &'a str,
    prereq_command: Option<&'a str>,
    get_prereq_command: Option<&'a str>,
}

impl<'a> From<&'a Dependency> for Needed<'a> {
    fn from(needed: &'a Dependency) -> Self {
        Self {
            description: &needed.description,
            prereq_command: needed.prereq_command.as_deref(),
            get_prereq_command: needed.get_prereq_command.as_deref(),
        }
    }
}
