//! The relations ATT&CK itself states, as edges between its objects.

use crate::model::{Attack, AttackId, RelationKind, Status};

use super::{Edge, EdgeKind, Node, Via};

/// Technique → tactic, sub-technique → technique, revoked → successor and all relations.
pub(super) fn edges(attack: &Attack) -> Vec<Edge> {
    let mut edges = Vec::with_capacity(attack.relations.len() + 2 * attack.objects.len());
    // Of all that is searched tens of thousands of times, in one piece.
    let ids: Vec<AttackId> = attack.objects.iter().map(|object| object.id).collect();
    let node = |id| ids.binary_search(&id).ok().map(|i| Node::Attack(i as u32));
    let mut push = |from, kind, to, relation| {
        edges.push(Edge { from, kind, to, place: None, via: Via::Direct, relation });
    };
    for (i, object) in (0..).zip(&attack.objects) {
        let from = Node::Attack(i);
        if object.status == Status::Revoked {
            if let Some(to) = object.successor.and_then(node) {
                push(from, EdgeKind::RevokedBy, to, None);
            }
            continue;
        }
        for to in object.tactics.iter().filter_map(|id| node(*id)) {
            push(from, EdgeKind::InTactic, to, None);
        }
        if let Some(to) = object.id.parent().and_then(node) {
            push(from, EdgeKind::SubOf, to, None);
        }
    }
    for (i, relation) in (0..).zip(&attack.relations) {
        let kind = match relation.kind {
            RelationKind::Uses => EdgeKind::Uses,
            RelationKind::Mitigates => EdgeKind::Mitigates,
            RelationKind::AttributedTo => EdgeKind::AttributedTo,
            RelationKind::Detects => EdgeKind::Detects,
            RelationKind::HasAnalytic => EdgeKind::HasAnalytic,
            RelationKind::NeedsComponent => EdgeKind::NeedsComponent,
            // Assets have no pages.
            RelationKind::Targets => continue,
        };
        if let (Some(from), Some(to)) = (node(relation.source), node(relation.target)) {
            push(from, kind, to, Some(i));
        }
    }
    edges
}
