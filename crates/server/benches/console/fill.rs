//! Cases with persons by the store, contacts straight into the tables: one by one they would take the disk an hour.

use crate::town::{NOW, Town, UNIT};
use crate::world::{Places, World};
use bluezone_domain::contact::{Class, Source, Status};
use bluezone_domain::id::{CaseId, ContactId, OfficerId};
use bluezone_protocol::time::DAY_S;
use rand::RngExt;
use rusqlite::{Connection, params};

/// What there is.
pub struct Filled {
    /// Cases.
    pub cases: Vec<String>,
    /// Contacts.
    pub contacts: Vec<String>,
    /// A case with very many contacts of its own.
    pub crowded: String,
}

/// Makes `cases` cases with `contacts` contacts, and one more with `crowd`.
pub async fn fill(town: &Town, officer: OfficerId, cases: usize, contacts: usize, crowd: usize) -> Filled {
    let mut world = World::new(Places::Province).await;
    let mut import = town.state.store.begin_import(officer, NOW).await.unwrap();
    let (mut ids, mut persons) = (Vec::<CaseId>::new(), Vec::new());
    for start in (0..=cases).step_by(500) {
        let mut lines: Vec<_> =
            (start..(cases + 1).min(start + 500)).map(|number| world.line(number)).collect();
        for line in &mut lines {
            line.case.created_by = officer;
            line.case.assigned = Some(UNIT.to_owned()).filter(|_| world.rng.random_bool(0.3));
            // Most were reported in time.
            line.case.reported_at = world.rng.random_bool(0.9).then_some(line.case.created_at + 3600);
            let person = line.person.as_mut().unwrap();
            person.created_by = officer;
            ids.push(line.case.id);
            persons.push((person.id.to_string(), person.area));
        }
        import.add(&lines, &mut world.rng).await.unwrap();
    }
    import.finish().await.unwrap();
    let mut db = Connection::open(town.directory().join("bluezone.db")).unwrap();
    let tx = db.transaction().unwrap();
    let sql = "INSERT INTO contacts VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'colleague', 'art19-duty', 'direct', ?7, 1, ?8, NULL, \
               ?9, ?10, NULL, ?11, ?12, ?13, ?14, 1, ?15, ?16, ?16)";
    let mut insert = tx.prepare(sql).unwrap();
    let rng = &mut world.rng;
    let crowded = ids.pop().unwrap();
    let mut made: Vec<String> = Vec::with_capacity(contacts + crowd);
    for n in 0..contacts + crowd {
        let in_crowd = n >= contacts;
        let (case, number) =
            if in_crowd { (crowded, n - contacts + 1) } else { (ids[n % cases], n / cases + 1) };
        // Behind the twelfth of a case, and most of a crowd, stands another contact.
        let above = match in_crowd {
            false => (number > 12).then(|| made[(number - 13) * cases + n % cases].clone()),
            true => (number > 40).then(|| made[contacts + rng.random_range(0..number / 3)].clone()),
        };
        let class = match above {
            Some(_) => Class::F21,
            None => Class::ALL[[0, 1, 1, 3, 4][rng.random_range(0..5)]],
        };
        let status = Status::ALL[[0, 1, 1, 2, 2, 2, 2, 3][rng.random_range(0..8)]];
        let (person, area) = &persons[n * 7 % persons.len()];
        let id = ContactId::generate(rng).to_string();
        let created_at = NOW.0 - ((contacts + crowd - n) * 6) as i64;
        let open = matches!(status, Status::Waiting | Status::Following);
        let due = open.then(|| NOW.0 + rng.random_range(-2 * DAY_S..2 * DAY_S));
        insert
            .execute(params![
                id,
                person,
                case.to_string(),
                number as i64,
                above,
                Source::ALL[rng.random_range(0..7)].as_str(),
                i64::from(rng.random_bool(0.7)),
                class.as_str(),
                status.as_str(),
                created_at - DAY_S,
                due,
                area.province.as_str(),
                area.commune.as_ref().map(|commune| commune.as_str()),
                rng.random_bool(0.3).then_some(UNIT),
                officer.to_string(),
                created_at,
            ])
            .unwrap();
        made.push(id);
    }
    drop(insert);
    tx.commit().unwrap();
    made.truncate(contacts);
    Filled {
        cases: ids.iter().map(ToString::to_string).collect(),
        contacts: made,
        crowded: crowded.to_string(),
    }
}
