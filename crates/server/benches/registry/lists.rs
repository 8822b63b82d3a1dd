//! Tables of cases, line lists and handing over many cases.

use crate::world::{NOW, Places, World};
use crate::{memory_mb, quantiles};
use bluezone_domain::case::CaseStatus;
use bluezone_domain::id::AssignmentId;
use bluezone_domain::line_list::{Column, row};
use bluezone_server::registry::export::Export;
use bluezone_server::registry::import::{File, Importer, look, take};
use bluezone_server::registry::sheet::{Kind, Writer};
use bluezone_store::{Assignment, CaseCursor, CaseFilter, Within};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

pub async fn run(cases: usize, rows: usize) {
    let mut world = World::new(Places::Province).await;
    world.fill(cases).await;
    tables(&world, cases).await;
    handing_over(&mut world).await;
    drop(world);
    println!("\nLine lists of {rows} rows\n\n| | time | peak memory over idle |\n|---|---|---|");
    for (name, kind) in [("CSV", Kind::Csv), ("XLSX", Kind::Xlsx)] {
        lists(name, kind, rows).await;
    }
}

async fn tables(world: &World, cases: usize) {
    println!("\n{cases} cases\n\n| | p50 | p95 |\n|---|---|---|");
    let filter = CaseFilter {
        within: Within::from(world.officer.scope()),
        status: Some(CaseStatus::Confirmed),
        reference: Some("5".to_owned()),
    };
    let (mut pages, mut after): (Vec<f64>, Option<CaseCursor>) = (Vec::new(), None);
    for _ in 0..200 {
        let started = Instant::now();
        let page = world.store.case_lines(&filter, after, 20).await.unwrap();
        pages.push(started.elapsed().as_secs_f64() * 1e3);
        after = page.last().map(|line| CaseCursor::from(&line.case));
    }
    let (p50, p95) = quantiles(pages);
    println!("| a page of the filtered table, with names | {p50:.2} ms | {p95:.2} ms |");
    let all = CaseFilter { status: None, reference: None, ..filter };
    let lines = world.store.case_lines(&all, None, 200).await.unwrap();
    let mut times = Vec::new();
    for line in &lines {
        let started = Instant::now();
        world.store.case(line.case.id).await.unwrap();
        world.store.case_changes(line.case.id).await.unwrap();
        world.store.codes_of_case(line.case.id, NOW).await.unwrap();
        world.store.epi_points_of_case(line.case.id).await.unwrap();
        world.store.person(line.case.person.unwrap()).await.unwrap();
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    let (p50, p95) = quantiles(times);
    println!("| what a case's page reads | {p50:.2} ms | {p95:.2} ms |");
}

async fn handing_over(world: &mut World) {
    let all = CaseFilter { within: Within::everything(), ..CaseFilter::default() };
    let cases = world.store.list_cases(&all, None, 300).await.unwrap();
    let assignment = Assignment {
        id: AssignmentId::generate(&mut world.rng),
        cases: cases.iter().map(|case| case.id).collect(),
        unit: Some("TN-TYT".to_owned()),
        by: world.officer.id,
        at: NOW,
    };
    let started = Instant::now();
    world.store.assign_cases(&assignment).await.unwrap();
    let handed = started.elapsed();
    world.store.undo_assignment(assignment.id, world.officer.id, NOW).await.unwrap();
    println!("\n| 300 cases handed to a unit | {:.2} s |\n|---|---|", handed.as_secs_f64());
    println!("| and taken back | {:.2} s |", (started.elapsed() - handed).as_secs_f64());
}

async fn lists(name: &str, kind: Kind, rows: usize) {
    let mut world = World::new(Places::Province).await;
    let headers: Vec<_> = Column::ALL.iter().map(|column| column.header().vi).collect();
    let mut writer = Writer::new(kind, &headers).unwrap();
    let mut bytes = Vec::new();
    for number in 0..rows {
        let line = world.line(number);
        let mut cells = row(&line.case, line.person.as_ref());
        cells[Column::Id as usize].clear();
        cells[Column::Version as usize].clear();
        writer.row(&cells).unwrap();
        bytes.extend(writer.take().unwrap());
    }
    bytes.extend(writer.finish().unwrap());

    let ids = |row: u32| {
        let mut id = [kind as u8; 32];
        id[..4].copy_from_slice(&row.to_be_bytes());
        id[16..20].copy_from_slice(&row.to_be_bytes());
        id
    };
    let officer = world.officer.clone();
    let importer = Importer { scope: officer.scope(), officer: officer.id, now: NOW, ids: &ids };
    let peak = Peak::watch();
    let started = Instant::now();
    let file = File::read(&bytes).unwrap();
    let seen = look(&world.store, importer, &file).await.unwrap();
    assert_eq!((seen.new as usize, seen.wrong), (rows, 0), "{:?}", seen.named.first());
    println!("| {name}: dry run | {:.1} s | {:.0} MB |", started.elapsed().as_secs_f64(), peak.over_mb());
    let started = Instant::now();
    take(&world.store, importer, &file, &mut world.rng).await.unwrap();
    println!("| {name}: import | {:.1} s | {:.0} MB |", started.elapsed().as_secs_f64(), peak.over_mb());
    drop(file);

    let peak = Peak::watch();
    let started = Instant::now();
    let filter = CaseFilter { within: Within::from(officer.scope()), ..CaseFilter::default() };
    let mut export = Export::new(world.store.clone(), filter, kind).unwrap();
    let mut length = 0;
    while let Some(piece) = export.next().await.unwrap() {
        length += piece.len();
    }
    assert!(length > rows * 20);
    println!("| {name}: export | {:.1} s | {:.0} MB |", started.elapsed().as_secs_f64(), peak.over_mb());
}

/// The most memory that the process had, against what it had at first.
struct Peak {
    first: f64,
    most: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl Peak {
    fn watch() -> Peak {
        let peak = Peak { first: memory_mb(), most: Arc::default(), stop: Arc::default() };
        let (most, stop) = (peak.most.clone(), peak.stop.clone());
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                most.fetch_max(memory_mb() as u64, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        peak
    }

    fn over_mb(&self) -> f64 {
        self.most.load(Ordering::Relaxed) as f64 - self.first
    }
}

impl Drop for Peak {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
