//! Coverage: what the content has for a technique.

use rayon::prelude::*;

use crate::model::{AttackKind, Status};

use super::{EdgeKind, Graph, Node};

/// What there is for a technique.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Rules tagged with it.
    pub rules: usize,
    /// Tests of it (single tests, not Triggers).
    pub tests: usize,
    /// Data Needed that those rules need.
    pub data: usize,
}

/// The four states of a technique, by what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CoverageState {
    /// Detected, tested, and known which events that takes.
    Full,
    /// Detected, but never tested, or with nothing said of the events.
    Rule,
    /// Tested, not detected.
    TestOnly,
    /// Neither.
    Nothing,
}

impl CoverageState {
    /// All, the best first.
    pub const ALL: [Self; 4] = [Self::Full, Self::Rule, Self::TestOnly, Self::Nothing];

    /// The stable name, for style sheets and programs.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Rule => "rules",
            Self::TestOnly => "tests",
            Self::Nothing => "none",
        }
    }

    /// In a few words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Full => "rule, test and data",
            Self::Rule => "rule",
            Self::TestOnly => "test, no rule",
            Self::Nothing => "no rule, no test",
        }
    }
}

impl Coverage {
    /// The state these figures stand for.
    pub const fn state(self) -> CoverageState {
        match (self.rules > 0, self.tests > 0, self.data > 0) {
            (true, true, true) => CoverageState::Full,
            (true, ..) => CoverageState::Rule,
            (false, true, _) => CoverageState::TestOnly,
            (false, false, _) => CoverageState::Nothing,
        }
    }
}

impl Graph {
    /// The rules tagged with an ATT&CK object, each once.
    pub fn rules_of(&self, object: Node, kind: EdgeKind) -> Vec<u32> {
        let mut rules: Vec<u32> = self
            .backlinks(object, kind)
            .filter_map(|edge| if let Node::Rule(i) = edge.from { Some(i) } else { None })
            .collect();
        rules.dedup();
        rules
    }

    /// The Triggers of a technique, each once.
    pub fn triggers_of(&self, technique: Node) -> Vec<u32> {
        let mut triggers: Vec<u32> = self
            .backlinks(technique, EdgeKind::HasTechnique)
            .filter_map(|edge| if let Node::Trigger(i) = edge.from { Some(i) } else { None })
            .collect();
        triggers.dedup();
        triggers
    }

    /// What there is for exactly this technique.
    pub fn coverage(&self, technique: Node) -> Coverage {
        self.both(technique).0
    }

    /// What there is for this technique or one of its sub-techniques; a rule tagged with several
    /// of them counts once.
    pub fn coverage_with_subs(&self, technique: Node) -> Coverage {
        self.both(technique).1
    }

    /// The same two of `rules` alone, which are sorted, with all tests there are.
    pub fn coverage_by(&self, technique: Node, rules: &[u32]) -> (Coverage, Coverage) {
        self.counted(technique, |rule| rules.binary_search(rule).is_ok())
    }

    /// What there is for exactly this technique, and for it and its sub-techniques, of the rules that are meant.
    fn counted(&self, technique: Node, is_meant: impl Fn(&u32) -> bool) -> (Coverage, Coverage) {
        let rules_of = |node: Node| {
            let mut rules = self.rules_of(node, EdgeKind::HasTechnique);
            rules.retain(&is_meant);
            rules
        };
        let tests_of = |node: Node| -> usize {
            self.triggers_of(node).into_iter().map(|i| self.corpus().triggers[i as usize].tests.len()).sum()
        };
        let mut rules = rules_of(technique);
        let own = Coverage { rules: rules.len(), tests: tests_of(technique), data: data_of(self, &rules) };
        let subs = self.sub_techniques(technique);
        if subs.is_empty() {
            return (own, own);
        }
        let mut tests = own.tests;
        for sub in subs {
            rules.extend(rules_of(sub));
            tests += tests_of(sub);
        }
        rules.sort_unstable();
        rules.dedup();
        (own, Coverage { rules: rules.len(), tests, data: data_of(self, &rules) })
    }

    fn both(&self, technique: Node) -> (Coverage, Coverage) {
        match technique {
            Node::Attack(i) => self.coverage.get(i as usize).copied().unwrap_or_default(),
            _ => Default::default(),
        }
    }

    /// What a Customer has of rules, its own and those of its Use Cases, sorted and each once.
    pub fn rules_of_customer(&self, customer: Node) -> Vec<u32> {
        let cases = self.to(customer, EdgeKind::HasUseCase);
        let rules = std::iter::once(customer).chain(cases).flat_map(|of| self.to(of, EdgeKind::HasRule));
        let mut rules: Vec<u32> =
            rules.filter_map(|rule| if let Node::Rule(i) = rule { Some(i) } else { None }).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// The current sub-techniques of a technique, by id.
    pub fn sub_techniques(&self, technique: Node) -> Vec<Node> {
        let active = |node: &Node| self.attack(*node).is_some_and(|object| object.status == Status::Active);
        self.from(technique, EdgeKind::SubOf).into_iter().filter(active).collect()
    }

    /// The current techniques of a tactic, by id, without sub-techniques.
    pub fn techniques_of(&self, tactic: Node) -> Vec<Node> {
        let counts = |node: &Node| {
            self.attack(*node)
                .is_some_and(|o| o.status == Status::Active && o.id.kind() == AttackKind::Technique && !o.id.is_sub())
        };
        self.from(tactic, EdgeKind::InTactic).into_iter().filter(counts).collect()
    }
}

/// The coverage of all ATT&CK objects, counted once: lists of techniques ask for it all the time.
pub(super) fn of_all(graph: &Graph) -> Vec<(Coverage, Coverage)> {
    let objects = u32::try_from(graph.corpus().attack.objects.len()).unwrap_or(u32::MAX);
    (0..objects).into_par_iter().map(|i| graph.counted(Node::Attack(i), |_| true)).collect()
}

/// How many Data Needed the rules need together.
fn data_of(graph: &Graph, rules: &[u32]) -> usize {
    let mut data: Vec<Node> = rules.iter().flat_map(|rule| graph.to(Node::Rule(*rule), EdgeKind::NeedsData)).collect();
    data.sort_unstable();
    data.dedup();
    data.len()
}
