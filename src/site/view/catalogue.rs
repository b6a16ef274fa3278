//! Index pages: all entities of a kind in one table.

use std::sync::Arc;

use crate::graph::{EdgeKind, Node};
use crate::model::{AttackId, AttackKind, Kind, Status};
use crate::site::exports::{self, Index, TableForm};
use crate::site::{Block, Inline, OutPath, Page, PageKind, RouteId, Subject};

use super::gaps::number;
use super::parts::{level_badge, section, status_badge, table};
use super::{AttackFolder, SiteView, data_component, platforms};

type Row = Vec<Vec<Inline>>;

/// The index of a kind of content.
pub(super) fn kind(view: &SiteView<'_>, route: RouteId, kind: Kind) -> Page {
    let mut page = view.blank(route, PageKind::Index, "Index", kind.title().to_owned());
    page.breadcrumbs = view.crumbs(None);
    let (columns, rows): (&[(&'static str, bool)], Vec<Row>) = match kind {
        Kind::Rule => (&RULES, rules(view)),
        Kind::DataNeeded => (&DATA, data(view)),
        Kind::LoggingPolicy => (&POLICIES, policies(view)),
        Kind::Enrichment => (&ENRICHMENTS, enrichments(view)),
        Kind::Trigger => (&TRIGGERS, triggers(view)),
        Kind::ResponseAction => (&ACTIONS, actions(view)),
        Kind::ResponsePlaybook => (&PLAYBOOKS, playbooks(view)),
        Kind::ResponseStage => (&STAGES, stages(view)),
        Kind::MitigationSystem => (&SYSTEMS, systems(view)),
        Kind::MitigationPolicy => (&MITIGATIONS, measures(view, kind)),
        Kind::HardeningPolicy => (&HARDENINGS, measures(view, kind)),
        Kind::UseCase => (&USE_CASES, use_cases(view)),
        Kind::Customer => (&CUSTOMERS, customers(view)),
        Kind::RecordedEvent | Kind::Page => (&[], Vec::new()),
    };
    page.summary = match rows.len() {
        1 => format!("1 {}", kind.noun()),
        many => format!("{many} {}", kind.title()),
    };
    let block = if rows.is_empty() {
        Block::Line(vec![Inline::text(format!("There is no {} in this knowledge base yet.", kind.noun()))])
    } else {
        table(columns, rows)
    };
    let mut blocks = vec![block];
    if view.count(kind) > 0 {
        let mut files: Vec<(&str, OutPath)> =
            TableForm::ALL.map(|form| (form.title(), exports::table(kind, form))).into();
        match kind {
            Kind::Rule => files.extend([
                ("CSV with data, logs and responses", exports::analytics()),
                ("documents for Elasticsearch", exports::documents(Index::Rules)),
            ]),
            Kind::DataNeeded => files.push(("CSV of all fields", exports::pivoting())),
            _ => {}
        }
        blocks.push(as_files(view, route, &files));
    }
    page.sections.push(section("all", "All", Some(view.count(kind)), blocks));
    page
}

/// Links to the same table for programs.
fn as_files(view: &SiteView<'_>, route: RouteId, files: &[(&str, OutPath)]) -> Block {
    let mut line = vec![Inline::text("This table as")];
    for (i, (form, file)) in files.iter().enumerate() {
        line.push(Inline::text(match i {
            0 => " ",
            _ if i + 1 == files.len() => " or ",
            _ => ", ",
        }));
        line.push(Inline::Link((*form).to_owned(), view.file(route, file)));
    }
    Block::Line(line)
}

const RULES: [(&str, bool); 11] = [
    ("Rule", false),
    ("Level", false),
    ("Status", false),
    ("Log source", false),
    ("Platform", false),
    ("Tactics", false),
    ("Techniques", false),
    ("Author", false),
    ("Changed", false),
    ("Data", true),
    ("Tests", true),
];

fn rules(view: &SiteView<'_>) -> Vec<Row> {
    let rules = &view.graph.corpus().rules;
    let mut order: Vec<u32> = (0..u32::try_from(rules.len()).unwrap_or(u32::MAX)).collect();
    order.sort_by_cached_key(|i| rules[*i as usize].title.to_lowercase());
    let row = |i: u32| {
        let rule = &rules[i as usize];
        let node = Node::Rule(i);
        let source = rule.logsources.first().map(|(_, source)| {
            let parts = [&source.product, &source.category, &source.service];
            parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" / ")
        });
        let tests: usize = view
            .graph
            .to(node, EdgeKind::TestedBy)
            .map(|to| view.graph.corpus().triggers[to.index()].tests.len())
            .sum();
        vec![
            vec![view.link(node)],
            level_badge(rule.level.as_deref()).into_iter().collect(),
            rule.status.iter().map(Inline::text).collect(),
            source.into_iter().map(Inline::text).collect(),
            platforms::of_rule(rule).into_iter().map(Inline::text).collect(),
            view.graph.to(node, EdgeKind::HasTactic).map(|tactic| Inline::text(view.graph.title(tactic))).collect(),
            view.short_links(view.graph.to(node, EdgeKind::HasTechnique)),
            rule.author.iter().map(Inline::text).collect(),
            rule.modified.as_ref().or(rule.date.as_ref()).into_iter().map(Inline::text).collect(),
            number(view.graph.edges(node, EdgeKind::NeedsData).len()),
            number(tests),
        ]
    };
    order.into_iter().map(row).collect()
}

const DATA: [(&str, bool); 6] = [
    ("Data Needed", false),
    ("Platform", false),
    ("Channel", false),
    ("Event", false),
    ("Fields", true),
    ("Rules", true),
];

fn data(view: &SiteView<'_>) -> Vec<Row> {
    let entities = (0..).zip(&view.graph.corpus().data_needed);
    let row = |(i, dn): (u32, &crate::model::DataNeeded)| {
        let node = Node::DataNeeded(i);
        vec![
            vec![view.link(node)],
            texts(dn.platform.as_deref()),
            texts(dn.channel.as_deref()),
            vec![Inline::text(dn.event_ids.join(", "))],
            number(dn.fields.len()),
            number(view.graph.rules_of(node, EdgeKind::NeedsData).len()),
        ]
    };
    entities.map(row).collect()
}

const POLICIES: [(&str, bool); 4] =
    [("Logging Policy", false), ("On by default", false), ("Volume", false), ("Data Needed", true)];

fn policies(view: &SiteView<'_>) -> Vec<Row> {
    let entities = (0..).zip(&view.graph.corpus().logging_policies);
    let row = |(i, lp): (u32, &crate::model::LoggingPolicy)| {
        let node = Node::LoggingPolicy(i);
        vec![
            vec![view.link(node)],
            texts(lp.default.as_deref()),
            texts(lp.volume.as_deref()),
            number(view.graph.from(node, EdgeKind::LoggedBy).len()),
        ]
    };
    entities.map(row).collect()
}

const ENRICHMENTS: [(&str, bool); 3] = [("Enrichment", false), ("New fields", false), ("Rules", true)];

fn enrichments(view: &SiteView<'_>) -> Vec<Row> {
    let entities = (0..).zip(&view.graph.corpus().enrichments);
    let row = |(i, en): (u32, &crate::model::Enrichment)| {
        let node = Node::Enrichment(i);
        vec![
            vec![view.link(node)],
            vec![Inline::text(en.new_fields.join(", "))],
            number(view.graph.rules_of(node, EdgeKind::UsesEnrichment).len()),
        ]
    };
    entities.map(row).collect()
}

const TRIGGERS: [(&str, bool); 5] =
    [("Trigger", false), ("Technique", false), ("Platforms", false), ("Tests", true), ("Rules", true)];

fn triggers(view: &SiteView<'_>) -> Vec<Row> {
    let entities = (0..).zip(&view.graph.corpus().triggers);
    let row = |(i, trigger): (u32, &Arc<crate::model::Trigger>)| {
        let node = Node::Trigger(i);
        let mut platforms: Vec<&str> =
            trigger.tests.iter().flat_map(|test| test.platforms.iter().map(String::as_str)).collect();
        platforms.sort_unstable();
        platforms.dedup();
        vec![
            vec![view.link(node)],
            view.short_links(view.graph.to(node, EdgeKind::HasTechnique)),
            vec![Inline::text(platforms.join(", "))],
            number(trigger.tests.len()),
            number(view.graph.rules_of(node, EdgeKind::TestedBy).len()),
        ]
    };
    entities.map(row).collect()
}

const ACTIONS: [(&str, bool); 3] = [("Response Action", false), ("ID", false), ("Stage", false)];

fn actions(view: &SiteView<'_>) -> Vec<Row> {
    let entities = (0..).zip(&view.graph.corpus().response_actions);
    let row = |(i, action): (u32, &crate::model::ResponseAction)| {
        let node = Node::ResponseAction(i);
        let stage = view.graph.to(node, EdgeKind::InStage).map(|stage| view.link(stage)).next();
        let stage = stage.or_else(|| action.stage.as_deref().map(Inline::text));
        vec![vec![view.link(node)], texts(action.id.as_deref()), stage.into_iter().collect()]
    };
    entities.map(row).collect()
}

const PLAYBOOKS: [(&str, bool); 4] =
    [("Response Playbook", false), ("Severity", false), ("Techniques", false), ("Actions", true)];

fn playbooks(view: &SiteView<'_>) -> Vec<Row> {
    let entities = (0..).zip(&view.graph.corpus().response_playbooks);
    let row = |(i, playbook): (u32, &crate::model::ResponsePlaybook)| {
        let node = Node::ResponsePlaybook(i);
        vec![
            vec![view.link(node)],
            texts(playbook.severity.as_deref()),
            view.short_links(view.graph.to(node, EdgeKind::HasTechnique)),
            number(playbook.stages.iter().map(|(_, actions)| actions.len()).sum()),
        ]
    };
    entities.map(row).collect()
}

const STAGES: [(&str, bool); 4] = [("ID", false), ("Response Stage", false), ("Description", false), ("Actions", true)];

fn stages(view: &SiteView<'_>) -> Vec<Row> {
    let entities = (0..).zip(&view.graph.corpus().response_stages);
    let row = |(i, stage): (u32, &crate::model::ResponseStage)| {
        let node = Node::ResponseStage(i);
        vec![
            texts(stage.id.as_deref()),
            vec![view.link_as(stage.title.clone(), node)],
            texts(stage.description.as_deref().map(str::trim)),
            number(view.graph.from(node, EdgeKind::InStage).len()),
        ]
    };
    entities.map(row).collect()
}

const SYSTEMS: [(&str, bool); 3] = [("Mitigation System", false), ("Platforms", false), ("Policies", true)];

fn systems(view: &SiteView<'_>) -> Vec<Row> {
    let entities = (0..).zip(&view.graph.corpus().mitigation_systems);
    let row = |(i, system): (u32, &crate::model::MitigationSystem)| {
        let node = Node::MitigationSystem(i);
        vec![
            vec![view.link(node)],
            vec![Inline::text(system.platforms.join(", "))],
            number(view.graph.from(node, EdgeKind::UsesSystem).len()),
        ]
    };
    entities.map(row).collect()
}

const MITIGATIONS: [(&str, bool); 4] =
    [("Mitigation Policy", false), ("Platforms", false), ("Techniques", false), ("ATT&CK", false)];

const HARDENINGS: [(&str, bool); 4] =
    [("Hardening Policy", false), ("Platforms", false), ("Techniques", false), ("ATT&CK", false)];

/// Mitigation Policies or Hardening Policies, with the mitigations of ATT&CK they are tagged with.
fn measures(view: &SiteView<'_>, kind: Kind) -> Vec<Row> {
    let corpus = view.graph.corpus();
    let list = if kind == Kind::HardeningPolicy { &corpus.hardening_policies } else { &corpus.mitigation_policies };
    let row = |(i, measure): (u32, &crate::model::Measure)| {
        let node = Node::of(kind, i);
        vec![
            vec![view.link(node)],
            vec![Inline::text(measure.platforms.join(", "))],
            view.short_links(view.graph.to(node, EdgeKind::HasTechnique)),
            view.short_links(view.graph.to(node, EdgeKind::HasOther)),
        ]
    };
    (0..).zip(list).map(row).collect()
}

const USE_CASES: [(&str, bool); 4] = [("Use Case", false), ("Name", false), ("Rules", true), ("Customers", true)];

fn use_cases(view: &SiteView<'_>) -> Vec<Row> {
    let entities = (0..).zip(&view.graph.corpus().use_cases);
    let row = |(i, case): (u32, &crate::model::UseCase)| {
        let node = Node::UseCase(i);
        vec![
            vec![view.link(node)],
            texts(case.name.as_deref()),
            number(view.graph.edges(node, EdgeKind::HasRule).len()),
            number(view.graph.from(node, EdgeKind::HasUseCase).len()),
        ]
    };
    entities.map(row).collect()
}

const CUSTOMERS: [(&str, bool); 4] = [("Customer", false), ("Name", false), ("Use Cases", true), ("Rules", true)];

fn customers(view: &SiteView<'_>) -> Vec<Row> {
    let entities = (0..).zip(&view.graph.corpus().customers);
    let row = |(i, customer): (u32, &crate::model::Customer)| {
        let node = Node::Customer(i);
        vec![
            vec![view.link(node)],
            texts(customer.name.as_deref()),
            number(view.graph.edges(node, EdgeKind::HasUseCase).len()),
            number(view.graph.edges(node, EdgeKind::HasRule).len()),
        ]
    };
    entities.map(row).collect()
}

fn texts(text: Option<&str>) -> Vec<Inline> {
    text.into_iter().map(Inline::text).collect()
}

/// The index of a kind of ATT&CK object.
pub(super) fn attack(view: &SiteView<'_>, route: RouteId, kind: AttackKind) -> Page {
    let title = AttackFolder::of(kind).map_or("ATT&CK", |folder| folder.title);
    let mut page = view.blank(route, PageKind::Index, "ATT&CK index", title.to_owned());
    page.breadcrumbs = view.crumbs(None);
    let objects: Vec<(Node, &crate::model::AttackObject)> = view.graph.attack_nodes(kind).collect();
    let mut active: Vec<_> = objects.iter().filter(|(_, o)| o.status == Status::Active).copied().collect();
    // Enterprise first, which most rules are about, though the ids of ICS are lower.
    active.sort_by_key(|(_, object)| object.domains.first().copied());
    let retired: Vec<_> = objects.iter().filter(|(_, o)| o.status != Status::Active).copied().collect();
    page.summary = format!("{} {title} of MITRE ATT&CK®", active.len());
    let block = match kind {
        AttackKind::Technique => techniques(view, &active),
        AttackKind::Tactic => tactics(view, &active),
        AttackKind::Mitigation => mitigations(view, &active),
        AttackKind::DataComponent => data_component::index(view, &active),
        _ => adversaries(view, &active),
    };
    let mut files: Vec<(&str, OutPath)> =
        TableForm::ALL.map(|form| (form.title(), exports::attack_table(kind, form))).into();
    if kind == AttackKind::Technique {
        files.push(("documents for Elasticsearch", exports::documents(Index::Techniques)));
    }
    let files = as_files(view, route, &files);
    let blocks = if active.is_empty() { vec![block] } else { vec![block, files] };
    page.sections.push(section("all", "All", Some(active.len()), blocks));
    let old = if kind == AttackKind::Tactic { old_tactics(view) } else { Vec::new() };
    if !retired.is_empty() || !old.is_empty() {
        let rows = retired.iter().map(|(node, object)| {
            let successor = view.graph.to(*node, EdgeKind::RevokedBy).map(|to| view.link(to)).collect();
            vec![
                vec![view.link_as(object.id.to_string(), *node)],
                vec![Inline::text(&object.name)],
                status_badge(object.status).into_iter().map(Inline::Badge).collect(),
                successor,
            ]
        });
        let columns = [("ID", false), ("Name", false), ("Status", false), ("Replaced by", false)];
        let rows: Vec<_> = rows.chain(old).collect();
        page.sections.push(section("retired", "No longer current", Some(rows.len()), vec![table(&columns, rows)]));
    }
    page.credits = vec![view.attack_credit()];
    page
}

/// The rows of short names no longer in use: the tactic that had one kept its id.
fn old_tactics(view: &SiteView<'_>) -> Vec<Row> {
    let row = |(i, (name, ids)): (u32, (&String, &Vec<AttackId>))| {
        let route = view.plan.route(Subject::OldTactic(i))?;
        let id = ids.first().map(AttackId::to_string).unwrap_or_default();
        let successors = ids.iter().filter_map(|id| view.graph.attack_node(*id)).map(|to| view.link(to)).collect();
        let badge = status_badge(Status::Revoked).into_iter().map(Inline::Badge).collect();
        Some(vec![vec![Inline::text(id)], vec![Inline::page(name.clone(), route)], badge, successors])
    };
    (0..).zip(&view.graph.corpus().attack.old_tactics).filter_map(row).collect()
}

/// The table of techniques other pages have, with what it can be narrowed by.
fn techniques(view: &SiteView<'_>, objects: &[(Node, &crate::model::AttackObject)]) -> Block {
    let columns = [
        ("ID", false),
        ("Name", false),
        ("Rules", true),
        ("Tests", true),
        ("Coverage", false),
        ("Tactics", false),
        ("Platforms", false),
        ("Domain", false),
    ];
    let rows = objects.iter().filter_map(|(node, object)| {
        let mut row = view.technique_row(*node, None)?;
        let tactics = view.graph.to(*node, EdgeKind::InTactic);
        let more: [Vec<Inline>; 3] = [
            tactics.filter_map(|to| Some(Inline::text(&view.graph.attack(to)?.name))).collect(),
            object.platforms.iter().map(Inline::text).collect(),
            object.domains.iter().map(|domain| Inline::text(domain.title())).collect(),
        ];
        row.extend(more);
        Some(row)
    });
    table(&columns, rows.collect())
}

fn tactics(view: &SiteView<'_>, objects: &[(Node, &crate::model::AttackObject)]) -> Block {
    let columns = [("ID", false), ("Name", false), ("Domain", false), ("Techniques", true), ("With a rule", true)];
    let rows = objects.iter().map(|(node, object)| {
        let techniques = view.graph.techniques_of(*node);
        let covered = techniques.iter().filter(|t| view.graph.coverage_with_subs(**t).rules > 0).count();
        let domains: Vec<&str> = object.domains.iter().map(|domain| domain.title()).collect();
        vec![
            vec![view.link_as(object.id.to_string(), *node)],
            vec![view.link_as(object.name.clone(), *node)],
            vec![Inline::text(domains.join(", "))],
            number(techniques.len()),
            number(covered),
        ]
    });
    table(&columns, rows.collect())
}

fn mitigations(view: &SiteView<'_>, objects: &[(Node, &crate::model::AttackObject)]) -> Block {
    let columns = [("ID", false), ("Name", false), ("Techniques", true)];
    let rows = objects.iter().map(|(node, object)| {
        vec![
            vec![view.link_as(object.id.to_string(), *node)],
            vec![view.link_as(object.name.clone(), *node)],
            number(view.graph.edges(*node, EdgeKind::Mitigates).len()),
        ]
    });
    table(&columns, rows.collect())
}

/// Groups, software, campaigns: how much of what they use has a rule here.
fn adversaries(view: &SiteView<'_>, objects: &[(Node, &crate::model::AttackObject)]) -> Block {
    let columns =
        [("ID", false), ("Name", false), ("Also known as", false), ("Techniques", true), ("With a rule", true)];
    let rows = objects.iter().map(|(node, object)| {
        let techniques: Vec<Node> = view
            .graph
            .to(*node, EdgeKind::Uses)
            .filter(|n| view.graph.attack(*n).is_some_and(|o| o.id.kind() == AttackKind::Technique))
            .collect();
        let covered = techniques.iter().filter(|t| view.graph.coverage_with_subs(**t).rules > 0).count();
        vec![
            vec![view.link_as(object.id.to_string(), *node)],
            vec![view.link_as(object.name.clone(), *node)],
            vec![Inline::text(object.aliases.join(", "))],
            number(techniques.len()),
            number(covered),
        ]
    });
    table(&columns, rows.collect())
}
