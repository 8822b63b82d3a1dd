//! Finding people while a name is typed.

use crate::world::{Places, World};
use crate::{memory_mb, quantiles};
use bluezone_domain::area::Territory;
use bluezone_server::registry::PersonSearch;
use bluezone_server::registry::index::{PersonIndex, Query};
use bluezone_store::Within;
use std::time::Instant;

/// Names that officers type, letter by letter.
const TYPED: [&str; 6] =
    ["nguyễn văn anh 1985", "trần thị hương", "an", "đặng hữu khánh linh", "le thanh tuan", "yến phương"];

pub async fn run(people: usize) {
    println!("Finding people while a name is typed\n");
    let mut world = World::new(Places::Everywhere).await;
    let before = memory_mb();
    let mut index = PersonIndex::default();
    let made = (0..people).map(|_| world.person()).collect::<Vec<_>>();
    let with_people = memory_mb();
    let started = Instant::now();
    made.iter().for_each(|person| index.put(person));
    println!("| people | {} |\n|---|---|", index.len());
    println!("| put into the index | {:.2} s |", started.elapsed().as_secs_f64());
    println!("| memory of the index | {:.0} MB |", memory_mb() - with_people);
    drop(made);

    println!("\n| reach | p50 | p95 | slowest |\n|---|---|---|---|");
    let province = "19".parse().unwrap();
    for (name, territory) in [
        ("the nation", Territory::Nation),
        ("a province", Territory::Province(province)),
        ("a commune", Territory::Commune(province, "05443".parse().unwrap())),
    ] {
        let within = Within { territory: Some(territory), unit: Some("TN-CDC".to_owned()) };
        let mut times = Vec::new();
        for _ in 0..5 {
            for typed in TYPED {
                for (end, c) in typed.char_indices() {
                    let query = Query::read(&typed[..end + c.len_utf8()]);
                    let started = Instant::now();
                    std::hint::black_box(index.search(&query, &within, 20));
                    times.push(started.elapsed().as_secs_f64() * 1e3);
                }
            }
        }
        let slowest = times.iter().copied().fold(0.0, f64::max);
        let (p50, p95) = quantiles(times);
        println!("| {name} | {p50:.2} ms | {p95:.2} ms | {slowest:.2} ms |");
    }
    drop(index);
    from_the_database(&mut world, people, before).await;
}

/// What a server does when it starts: opens every sealed name.
async fn from_the_database(world: &mut World, people: usize, before: f64) {
    let mut import = world.store.begin_import(world.officer.id, crate::world::NOW).await.unwrap();
    for start in (0..people).step_by(500) {
        let lines: Vec<_> = (start..people.min(start + 500)).map(|number| world.line(number)).collect();
        import.add(&lines, &mut world.rng).await.unwrap();
    }
    import.finish().await.unwrap();
    let search = PersonSearch::default();
    let started = Instant::now();
    search.catch_up(&world.store).await.unwrap();
    println!("\n| from the database | {:.1} s |\n|---|---|", started.elapsed().as_secs_f64());
    println!("| memory of the process over idle | {:.0} MB |\n", memory_mb() - before);
}
