//! Who met whom, as a graph: generations, clusters, and where to draw each person.
//!
//! Drawing needs a tree, and a chain is nearly one: every person has one *main* way to be there, the best-evidenced contact
//! with somebody of the generation before; other contacts are drawn as further lines. All of it is deterministic: equal input
//! gives an equal picture, and ties are decided by the order of the input.

mod fold;
mod layout;

pub use layout::{TimePlace, TreePlace, crossings};

use crate::contact::Class;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// What a person is in the picture.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// A case, F0.
    Case,
    /// A contact of this class.
    Contact(Class),
}

/// One person, or several drawn as one ([`Graph::folded`]).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Node {
    /// Which record of the caller's.
    pub record: usize,
    /// What they are.
    pub kind: Kind,
    /// Day of onset of a case, of the last exposure of a contact: days since 1970.
    pub day: i64,
    /// How many persons: 1, or more where they are drawn as one.
    pub persons: u32,
}

/// How well it is known that two persons met, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Each phone recorded the other.
    TwoSided,
    /// One phone recorded the other.
    OneSided,
    /// Both were at one place or in one vehicle.
    Place,
    /// Somebody said so: interview, household, own list.
    Told,
    /// The phones' records contradict it.
    Contradicted,
}

impl Evidence {
    /// Every kind, the best first.
    pub const ALL: [Evidence; 5] =
        [Evidence::TwoSided, Evidence::OneSided, Evidence::Place, Evidence::Told, Evidence::Contradicted];

    /// Its name in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Evidence::TwoSided => "two-sided",
            Evidence::OneSided => "one-sided",
            Evidence::Place => "place",
            Evidence::Told => "told",
            Evidence::Contradicted => "contradicted",
        }
    }
}

/// One met the other. Indexes into [`Graph::nodes`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    /// Nearer to the case.
    pub from: usize,
    /// Whom it may have gone to.
    pub to: usize,
    /// How well it is known.
    pub evidence: Evidence,
}

/// What to show; `None` shows all.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Filter {
    /// Persons up to this generation; cases at the top are 0.
    pub generations: Option<u32>,
    /// Lines with this evidence, and who hangs on them.
    pub evidence: Option<Evidence>,
    /// One cluster, from 0.
    pub cluster: Option<usize>,
}

/// A graph with its generations, main lines and clusters.
#[derive(Clone, PartialEq, Debug)]
pub struct Graph {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    generation: Vec<u32>,
    main: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
    roots: Vec<usize>,
    cluster: Vec<usize>,
    clusters: usize,
}

impl Graph {
    /// Works everything out. Edges that lead nowhere, to the same person, or double another are left out (of doubles the best
    /// evidence stays).
    pub fn new(nodes: Vec<Node>, mut edges: Vec<Edge>) -> Graph {
        let count = nodes.len();
        edges.retain(|edge| edge.from < count && edge.to < count && edge.from != edge.to);
        edges.sort_by_key(|edge| (edge.from, edge.to, edge.evidence));
        edges.dedup_by_key(|edge| (edge.from, edge.to));
        let mut graph = Graph {
            generation: vec![0; count],
            main: vec![None; count],
            children: vec![Vec::new(); count],
            roots: Vec::new(),
            cluster: vec![0; count],
            clusters: 0,
            nodes,
            edges,
        };
        graph.find_generations();
        graph.find_clusters();
        graph.order();
        graph
    }

    /// The persons.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The contacts between them.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// Steps from the top: 0 for a case that nobody led to.
    pub fn generation(&self, node: usize) -> u32 {
        self.generation[node]
    }

    /// The person on the main line above.
    pub fn main(&self, node: usize) -> Option<usize> {
        self.main[node]
    }

    /// Whether an edge is on a main line.
    pub fn is_main(&self, edge: &Edge) -> bool {
        self.main[edge.to] == Some(edge.from)
    }

    /// Which cluster, from 0: persons who hang together.
    pub fn cluster(&self, node: usize) -> usize {
        self.cluster[node]
    }

    /// How many clusters.
    pub fn clusters(&self) -> usize {
        self.clusters
    }

    /// The part that a filter leaves; the order of the persons stays.
    pub fn filtered(&self, filter: &Filter) -> Graph {
        let evident = |edge: &&Edge| filter.evidence.is_none_or(|evidence| edge.evidence == evidence);
        let mut shown: Vec<bool> = vec![filter.evidence.is_none(); self.nodes.len()];
        for edge in self.edges.iter().filter(evident) {
            shown[edge.from] = true;
            shown[edge.to] = true;
        }
        for (node, shown) in shown.iter_mut().enumerate() {
            *shown &= filter.cluster.is_none_or(|cluster| self.cluster[node] == cluster)
                && filter.generations.is_none_or(|most| self.generation[node] <= most);
        }
        self.part(&shown, self.edges.iter().filter(evident).copied())
    }

    fn part(&self, shown: &[bool], edges: impl Iterator<Item = Edge>) -> Graph {
        let mut place = vec![None; self.nodes.len()];
        let mut nodes = Vec::new();
        for (node, _) in shown.iter().enumerate().filter(|(_, shown)| **shown) {
            place[node] = Some(nodes.len());
            nodes.push(self.nodes[node]);
        }
        let edges =
            edges.filter_map(|edge| Some(Edge { from: place[edge.from]?, to: place[edge.to]?, ..edge }));
        Graph::new(nodes, edges.collect())
    }

    /// From the top, breadth first. Whoever nobody leads to is at the top; where all lead to each other, the earliest case is.
    fn find_generations(&mut self) {
        let count = self.nodes.len();
        let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut has_origin = vec![false; count];
        for (at, edge) in self.edges.iter().enumerate() {
            out[edge.from].push(at);
            has_origin[edge.to] = true;
        }
        let mut tops: Vec<usize> = (0..count).collect();
        tops.sort_by_key(|node| (has_origin[*node], self.nodes[*node].kind, self.nodes[*node].day, *node));
        // All true tops are walked through together, so that a generation is the shortest way.
        self.roots = tops.iter().copied().filter(|node| !has_origin[*node]).collect();
        let mut seen: Vec<bool> = has_origin.iter().map(|has| !has).collect();
        let mut queue: VecDeque<usize> = self.roots.iter().copied().collect();
        let mut rest = tops.into_iter();
        loop {
            while let Some(from) = queue.pop_front() {
                for edge in &out[from] {
                    let to = self.edges[*edge].to;
                    if !seen[to] {
                        seen[to] = true;
                        self.generation[to] = self.generation[from] + 1;
                        queue.push_back(to);
                    }
                }
            }
            // Whoever is left stands in a circle.
            let Some(top) = rest.find(|node| !seen[*node]) else { break };
            seen[top] = true;
            self.roots.push(top);
            queue.push_back(top);
        }
        let mut best: Vec<Option<(Evidence, usize)>> = vec![None; count];
        for edge in &self.edges {
            let next = self.generation[edge.to] == self.generation[edge.from] + 1;
            if next && best[edge.to].is_none_or(|(evidence, _)| edge.evidence < evidence) {
                best[edge.to] = Some((edge.evidence, edge.from));
            }
        }
        for (node, best) in best.into_iter().enumerate() {
            self.main[node] = best.map(|(_, from)| from);
            if let Some((_, from)) = best {
                self.children[from].push(node);
            }
        }
    }

    /// Numbered by size, the largest first.
    fn find_clusters(&mut self) {
        let count = self.nodes.len();
        let mut above: Vec<usize> = (0..count).collect();
        fn top(above: &mut [usize], mut node: usize) -> usize {
            while above[node] != node {
                above[node] = above[above[node]];
                node = above[node];
            }
            node
        }
        for edge in &self.edges {
            let (a, b) = (top(&mut above, edge.from), top(&mut above, edge.to));
            above[a.max(b)] = a.min(b);
        }
        let tops: Vec<usize> = (0..count).map(|node| top(&mut above, node)).collect();
        let mut sizes = vec![0_usize; count];
        for top in &tops {
            sizes[*top] += 1;
        }
        let mut order: Vec<usize> = (0..count).filter(|node| sizes[*node] > 0).collect();
        order.sort_by_key(|node| (std::cmp::Reverse(sizes[*node]), *node));
        let mut number = vec![0; count];
        for (at, node) in order.iter().enumerate() {
            number[*node] = at;
        }
        self.cluster = tops.into_iter().map(|top| number[top]).collect();
        self.clusters = order.len();
    }
}
