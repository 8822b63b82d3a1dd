//! Graphs of any shape: everybody has a place of their own, and the same graph always the same.

use bluezone_domain::contact::Class;
use bluezone_domain::graph::{Edge, Evidence, Filter, Graph, Kind, Node, crossings};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn node(record: usize, kind: Kind, day: i64) -> Node {
    Node { record, kind, day, persons: 1 }
}

fn graph(kinds: &[(Kind, i64)], edges: &[(usize, usize, Evidence)]) -> Graph {
    let nodes = kinds.iter().enumerate().map(|(at, (kind, day))| node(at, *kind, *day)).collect();
    let edges = edges.iter().map(|(from, to, evidence)| Edge { from: *from, to: *to, evidence: *evidence });
    Graph::new(nodes, edges.collect())
}

const F0: Kind = Kind::Case;
const F1: Kind = Kind::Contact(Class::F11);
const F2: Kind = Kind::Contact(Class::F21);

/// A case with two F1; the second F1 has two F2; a case alone.
fn small() -> Graph {
    use Evidence::*;
    graph(
        &[(F0, 10), (F1, 9), (F1, 8), (F2, 12), (F2, 11), (F0, 3)],
        &[(0, 1, TwoSided), (0, 2, OneSided), (2, 3, Told), (2, 4, Place), (1, 4, OneSided)],
    )
}

#[test]
fn generations_clusters_and_main_lines() {
    let graph = small();
    let generations: Vec<_> = (0..6).map(|node| graph.generation(node)).collect();
    assert_eq!(generations, [0, 1, 1, 2, 2, 0]);
    let clusters: Vec<_> = (0..6).map(|node| graph.cluster(node)).collect();
    assert_eq!((clusters, graph.clusters()), (vec![0, 0, 0, 0, 0, 1], 2));
    assert_eq!(graph.main(4), Some(1), "one phone's record is better than a place");
    assert_eq!(graph.edges().iter().filter(|edge| graph.is_main(edge)).count(), 4);
}

#[test]
fn the_tree_stands_between_those_behind() {
    let places = small().tree();
    let rows: Vec<_> = places.iter().map(|place| (place.column, place.row)).collect();
    assert_eq!(rows, [(0, 0.5), (1, 1.0), (1, 0.0), (2, 0.0), (2, 1.0), (0, 2.0)]);
}

#[test]
fn by_time_those_behind_follow() {
    let places = small().time();
    let rows: Vec<_> = places.iter().map(|place| (place.row, place.depth, place.day)).collect();
    assert_eq!(rows, [(0, 0, 10), (3, 1, 9), (1, 1, 8), (2, 2, 12), (4, 2, 11), (5, 0, 3)]);
}

#[test]
fn filters_leave_what_they_say() {
    let graph = small();
    let records =
        |filter| -> Vec<usize> { graph.filtered(&filter).nodes().iter().map(|node| node.record).collect() };
    let all = Filter::default();
    assert_eq!(graph.filtered(&all), graph);
    assert_eq!(records(Filter { generations: Some(1), ..all }), [0, 1, 2, 5]);
    assert_eq!(records(Filter { cluster: Some(1), ..all }), [5]);
    assert_eq!(records(Filter { evidence: Some(Evidence::OneSided), ..all }), [0, 1, 2, 4]);
    assert_eq!(records(Filter { cluster: Some(7), ..all }), [0_usize; 0]);
}

#[test]
fn many_alike_are_drawn_as_one() {
    let mut kinds = vec![(F0, 10)];
    let mut edges = Vec::new();
    for at in 1..=20 {
        kinds.push((F1, 20 - at as i64));
        edges.push((0, at, Evidence::Told));
    }
    kinds.push((F2, 30));
    edges.push((1, 21, Evidence::Told));
    let folded = graph(&kinds, &edges).folded(8);
    let persons: Vec<_> = folded.nodes().iter().map(|node| (node.record, node.persons, node.day)).collect();
    assert_eq!(persons, [(0, 1, 10), (1, 1, 19), (2, 19, 0), (21, 1, 30)], "who leads on stays alone");
    assert_eq!(graph(&kinds, &edges).folded(19), graph(&kinds, &edges));
}

/// Crossing lines that a better order avoids are avoided.
#[test]
fn the_order_avoids_crossings() {
    use Evidence::*;
    // Two trees; the first's early F1 and the second's late F1 also met.
    let graph = graph(
        &[(F0, 1), (F0, 2), (F1, 1), (F1, 9), (F1, 1), (F1, 9), (F2, 9)],
        &[
            (0, 2, TwoSided),
            (0, 3, TwoSided),
            (1, 4, TwoSided),
            (1, 5, TwoSided),
            (4, 6, TwoSided),
            (3, 6, Told),
            (2, 6, Told),
        ],
    );
    assert_eq!(crossings(&graph), 0);
}

fn any_graph() -> impl Strategy<Value = Graph> {
    let kind = prop_oneof![Just(F0), Just(F1), Just(F2), Just(Kind::Contact(Class::Unclear))];
    let nodes = proptest::collection::vec((kind, -20..20_i64), 0..40);
    let edges = proptest::collection::vec((0..42_usize, 0..42_usize, 0..5_usize), 0..80);
    (nodes, edges).prop_map(|(nodes, edges)| {
        let edges: Vec<_> = edges.into_iter().map(|(a, b, e)| (a, b, Evidence::ALL[e])).collect();
        graph(&nodes, &edges)
    })
}

proptest! {
    #[test]
    fn nobody_overlaps(graph in any_graph()) {
        let places = graph.tree();
        for (at, a) in places.iter().enumerate() {
            prop_assert_eq!(a.column, graph.generation(at));
            prop_assert!(a.row >= 0.0);
            for b in &places[..at] {
                prop_assert!(a.column != b.column || (a.row - b.row).abs() >= 1.0, "{:?} {:?}", a, b);
            }
        }
        let rows: BTreeSet<_> = graph.time().iter().map(|place| place.row).collect();
        prop_assert_eq!(rows, (0..graph.nodes().len()).collect());
        for node in 0..graph.nodes().len() {
            if let Some(above) = graph.main(node) {
                prop_assert_eq!(graph.generation(node), graph.generation(above) + 1);
                prop_assert!(graph.time()[above].row < graph.time()[node].row);
            }
        }
    }

    #[test]
    fn folding_loses_nobody_and_filters_are_parts(graph in any_graph(), most in 1..6_usize, depth in 0..4_u32) {
        let persons = |graph: &Graph| graph.nodes().iter().map(|node| node.persons).sum::<u32>();
        prop_assert_eq!(persons(&graph.folded(most)), persons(&graph));
        let part = graph.filtered(&Filter { generations: Some(depth), ..Filter::default() });
        prop_assert!(part.nodes().len() <= graph.nodes().len() && part.edges().len() <= graph.edges().len());
    }
}
