//! Where each person stands: in columns of generations, or on a line of their own by day. No two ever overlap.

use super::Graph;
use std::collections::HashMap;

/// How often the order is improved. More gained nothing in graphs of up to 2,000 persons.
const PASSES: usize = 8;

/// A place in the tree: its column is the generation, rows are one apart.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TreePlace {
    /// Column, from 0.
    pub column: u32,
    /// Row, from 0; half rows where somebody stands in the middle of those behind.
    pub row: f64,
}

/// A place by time: every person has a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimePlace {
    /// Day of the person.
    pub day: i64,
    /// Row, from 0: those behind a person follow it.
    pub row: usize,
    /// Steps from the top along main lines, for indenting.
    pub depth: u32,
}

impl Graph {
    /// Everybody behind those they hang on, in the middle of their rows.
    pub fn tree(&self) -> Vec<TreePlace> {
        let mut rows = vec![0.0; self.nodes.len()];
        let mut next = 0.0;
        for node in self.walk().into_iter().rev() {
            // Behind first, from the last row up: each person is then placed between those behind it.
            rows[node] = match (self.children[node].first(), self.children[node].last()) {
                (Some(first), Some(last)) => f64::midpoint(rows[*first], rows[*last]),
                _ => {
                    next += 1.0;
                    -next
                }
            };
        }
        let place = |(row, column): (f64, &u32)| TreePlace { column: *column, row: row + next };
        rows.into_iter().zip(&self.generation).map(place).collect()
    }

    /// Everybody in a row of their own, those behind a person below it.
    pub fn time(&self) -> Vec<TimePlace> {
        let mut places: Vec<_> =
            self.nodes.iter().map(|node| TimePlace { day: node.day, row: 0, depth: 0 }).collect();
        for (row, node) in self.walk().into_iter().enumerate() {
            places[node].row = row;
            places[node].depth = self.main[node].map_or(0, |above| places[above].depth + 1);
        }
        places
    }

    /// Along the main lines, each person before those behind it.
    fn walk(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.nodes.len());
        let mut open: Vec<usize> = self.roots.iter().rev().copied().collect();
        while let Some(node) = open.pop() {
            order.push(node);
            open.extend(self.children[node].iter().rev());
        }
        order
    }

    /// Puts those behind each person, and the tops, into an order in which lines cross little: first by cluster and day, then,
    /// where there are lines besides the main ones, nearer to whom these lead to, as long as that helps.
    pub(super) fn order(&mut self) {
        let nodes = &self.nodes;
        let by_day = |node: &usize| (nodes[*node].day, nodes[*node].kind, *node);
        let cluster = &self.cluster;
        self.roots.sort_by_key(|node| (cluster[*node], by_day(node)));
        for children in &mut self.children {
            children.sort_by_key(by_day);
        }
        let others: Vec<(usize, usize)> =
            self.edges.iter().filter(|edge| !self.is_main(edge)).map(|edge| (edge.from, edge.to)).collect();
        if others.is_empty() {
            return;
        }
        let mut best = (crossings(self), self.roots.clone(), self.children.clone());
        for _ in 0..PASSES {
            self.pull_together(&others);
            let found = crossings(self);
            if found < best.0 {
                best = (found, self.roots.clone(), self.children.clone());
            }
        }
        (_, self.roots, self.children) = best;
    }

    /// Sorts siblings by where the further lines of those at and behind them lead to, on average.
    fn pull_together(&mut self, others: &[(usize, usize)]) {
        let walk = self.walk();
        let mut at = vec![0_usize; self.nodes.len()];
        for (row, node) in walk.iter().enumerate() {
            at[*node] = row;
        }
        let mut pulls = vec![(0.0, 0_u32); self.nodes.len()];
        for (from, to) in others {
            for (node, other) in [(from, to), (to, from)] {
                pulls[*node].0 += at[*other] as f64;
                pulls[*node].1 += 1;
            }
        }
        for node in walk.iter().rev() {
            if let Some(above) = self.main[*node] {
                let (sum, count) = pulls[*node];
                pulls[above].0 += sum;
                pulls[above].1 += count;
            }
        }
        let place = |node: &usize| match pulls[*node] {
            (_, 0) => at[*node] as f64,
            (sum, count) => sum / f64::from(count),
        };
        let nearer = |a: &usize, b: &usize| place(a).total_cmp(&place(b)).then(at[*a].cmp(&at[*b]));
        for siblings in &mut self.children {
            siblings.sort_by(nearer);
        }
        let cluster = &self.cluster;
        self.roots.sort_by(|a, b| cluster[*a].cmp(&cluster[*b]).then_with(|| nearer(a, b)));
    }
}

/// How many pairs of lines between the same two generations of the tree cross.
pub fn crossings(graph: &Graph) -> u64 {
    let places = graph.tree();
    let mut between: HashMap<(u32, u32), Vec<(f64, f64)>> = HashMap::new();
    for edge in graph.edges() {
        let (a, b) = (places[edge.from], places[edge.to]);
        let (a, b) = if a.column <= b.column { (a, b) } else { (b, a) };
        if a.column != b.column {
            between.entry((a.column, b.column)).or_default().push((a.row, b.row));
        }
    }
    between.into_values().map(inversions).sum()
}

/// Pairs that stand in one order on one side and in the other on the other, counted with a tree of partial sums.
fn inversions(mut lines: Vec<(f64, f64)>) -> u64 {
    lines.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut ends: Vec<f64> = lines.iter().map(|line| line.1).collect();
    ends.sort_by(f64::total_cmp);
    ends.dedup();
    let mut sums = vec![0_u64; ends.len() + 1];
    let mut found = 0;
    for (done, (_, end)) in lines.iter().enumerate() {
        let rank = ends.partition_point(|other| other < end) + 1;
        let (mut at, mut not_above) = (rank, 0);
        while at > 0 {
            not_above += sums[at];
            at &= at - 1;
        }
        found += done as u64 - not_above;
        let mut at = rank;
        while at < sums.len() {
            sums[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    found
}
