//! Drawing many alike as one, so that a large graph can be read.

use super::{Edge, Evidence, Graph, Kind, Node};
use std::collections::BTreeMap;

impl Graph {
    /// The graph with persons drawn as one who hang on the same person by the same evidence, are of the same kind, lead to
    /// nobody and have no other line, where there are more than `most` of them. The one stands at their earliest day and has
    /// the record of the first.
    pub fn folded(&self, most: usize) -> Graph {
        let mut lines = vec![0_usize; self.nodes().len()];
        for edge in self.edges() {
            lines[edge.from] += 1;
            lines[edge.to] += 1;
        }
        let mut alike: BTreeMap<(usize, Evidence, Kind), Vec<usize>> = BTreeMap::new();
        for edge in self.edges().iter().filter(|edge| lines[edge.to] == 1) {
            alike.entry((edge.from, edge.evidence, self.nodes()[edge.to].kind)).or_default().push(edge.to);
        }
        let mut nodes: Vec<Node> = self.nodes().to_vec();
        let mut shown = vec![true; nodes.len()];
        for group in alike.into_values().filter(|group| group.len() > most) {
            let first = group[0];
            nodes[first].day = group.iter().map(|node| nodes[*node].day).min().unwrap_or_default();
            nodes[first].persons = group.iter().map(|node| nodes[*node].persons).sum();
            for other in &group[1..] {
                shown[*other] = false;
            }
        }
        let folded = Graph { nodes, ..self.clone() };
        let edges: Vec<Edge> = self.edges().to_vec();
        folded.part(&shown, edges.into_iter())
    }
}
