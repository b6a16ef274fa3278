//! Coverage: what the content has for a technique.

use crate::model::{AttackKind, Status};

use super::{EdgeKind, Graph, Node};

/// What there is for a technique.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Rules tagged with it.
    pub rules: usize,
    /// Tests of it (single tests, not Triggers).
    pub tests: usize,
}

/// The four states of a technique, by what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CoverageState {
    /// Detected and tested.
    RuleAndTest,
    /// Detected, never tested.
    RuleOnly,
    /// Tested, not detected.
    TestOnly,
    /// Neither.
    Nothing,
}

impl CoverageState {
    /// In a few words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::RuleAndTest => "rule and test",
            Self::RuleOnly => "rule, no test",
            Self::TestOnly => "test, no rule",
            Self::Nothing => "no rule, no test",
        }
    }
}

impl Coverage {
    /// The state these figures stand for.
    pub const fn state(self) -> CoverageState {
        match (self.rules > 0, self.tests > 0) {
            (true, true) => CoverageState::RuleAndTest,
            (true, false) => CoverageState::RuleOnly,
            (false, true) => CoverageState::TestOnly,
            (false, false) => CoverageState::Nothing,
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

    fn both(&self, technique: Node) -> (Coverage, Coverage) {
        match technique {
            Node::Attack(i) => self.coverage.get(i as usize).copied().unwrap_or_default(),
            _ => Default::default(),
        }
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
    let tests_of = |node: Node| -> usize {
        graph.triggers_of(node).into_iter().map(|i| graph.corpus().triggers[i as usize].tests.len()).sum()
    };
    let of = |node: Node| {
        let mut rules = graph.rules_of(node, EdgeKind::HasTechnique);
        let own = Coverage { rules: rules.len(), tests: tests_of(node) };
        let subs = graph.sub_techniques(node);
        if subs.is_empty() {
            return (own, own);
        }
        let mut tests = own.tests;
        for sub in subs {
            rules.extend(graph.rules_of(sub, EdgeKind::HasTechnique));
            tests += tests_of(sub);
        }
        rules.sort_unstable();
        rules.dedup();
        (own, Coverage { rules: rules.len(), tests })
    };
    (0..).map(Node::Attack).take(graph.corpus().attack.objects.len()).map(of).collect()
}
