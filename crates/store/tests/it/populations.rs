//! How many people live where.

use crate::support::*;
use bluezone_store::testing::TestDatabase;
use std::collections::BTreeMap;

contract![figures_are_found_by_code_and_newer_ones_replace_them];

async fn figures_are_found_by_code_and_newer_ones_replace_them(database: TestDatabase) {
    let world = World::new(database).await;
    let (first, second) = ("2019-04-01".parse().unwrap(), "2026-04-01".parse().unwrap());
    let table = |of: &[(&str, u64)]| of.iter().map(|(code, people)| ((*code).to_owned(), *people)).collect();
    let (old, new): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (table(&[("05443", 100), ("05455", 200)]), table(&[("05443", 150)]));
    world.store.put_populations(&old, "Điều tra", first, world.officer, NOW).await.unwrap();
    world.store.put_populations(&new, "Niên giám", second, world.officer, NOW + 1).await.unwrap();
    // More than one statement asks for.
    let mut codes: Vec<_> = (0..250).map(|n| format!("{n:05}")).collect();
    codes.extend(["05443".to_owned(), "05455".to_owned()]);
    let found = world.store.populations(codes.iter().map(String::as_str)).await.unwrap();
    let found: Vec<_> =
        found.iter().map(|(code, of)| (code.as_str(), of.people, of.source.as_str(), of.as_of)).collect();
    assert_eq!(found, [("05443", 150, "Niên giám", second), ("05455", 200, "Điều tra", first)]);
    assert!(world.store.populations(std::iter::empty()).await.unwrap().is_empty());
}
