use super::*;
use crate::Timestamp;
use crate::area::Area;
use crate::case::{Case, CaseFacts, CaseStatus};
use crate::id::{CaseId, OfficerId, PersonId};
use crate::person::{Gender, Identity, Person};
use bluezone_protocol::time::DAY_S;

/// 2026-11-23 10:00 in Vietnam; its date begins at 2026-11-23T00:00:00Z.
const NOW: Timestamp = Timestamp(1_795_402_800);
const TODAY: Timestamp = Timestamp(1_795_392_000);

fn rules() -> Rules {
    Rules { now: NOW, area: Some(Area { province: "19".parse().unwrap(), commune: None }) }
}

fn known() -> (Case, Person) {
    let area = Area { province: "19".parse().unwrap(), commune: "05710".parse().ok() };
    let person = Person {
        id: PersonId::from_bytes([2; 16]),
        identity: Identity {
            name: "Nguyễn Thị Ân".into(),
            birth: "23/11/1985".parse().ok(),
            gender: Some(Gender::Female),
            national_id: "019185001234".parse().ok(),
            passport: "B1234567".parse().ok(),
            phone: "0912345678".parse().ok(),
            address: "Tổ 3, đường Z115".into(),
            occupation: "Giáo viên".into(),
        },
        area,
        assigned: None,
        merged_into: None,
        version: 4,
        created_by: OfficerId::from_bytes([3; 16]),
        created_at: NOW,
        updated_at: NOW,
    };
    let case = Case {
        id: CaseId::from_bytes([1; 16]),
        reference: "TN-1".into(),
        disease: "covid-19".into(),
        facts: CaseFacts {
            status: CaseStatus::Confirmed,
            symptom_onset: Some(TODAY - 3 * DAY_S),
            test_date: Some(TODAY),
        },
        result_date: Some(TODAY),
        reported_at: Some(NOW - 60),
        person: Some(person.id),
        area,
        assigned: Some("TYT-05710".into()),
        unit: "CDC-19".into(),
        version: 3,
        created_by: OfficerId::from_bytes([3; 16]),
        created_at: NOW - DAY_S,
        updated_at: NOW,
    };
    (case, person)
}

fn read_row(row: &[String; Column::ALL.len()]) -> Result<Line, Vec<Wrong>> {
    read(|column| row[column as usize].as_str(), rules())
}

#[test]
fn what_was_written_is_read_back() {
    let (case, person) = known();
    let line = read_row(&row(&case, Some(&person))).unwrap();
    assert_eq!((line.id, line.version.as_str()), (Some(case.id), "3.4"));
    assert_eq!((&line.identity, line.area), (&person.identity, person.area));
    assert_eq!((line.reference, line.disease, line.facts), (case.reference, case.disease, case.facts));
    assert_eq!((line.result_date, line.reported_at), (case.result_date, case.reported_at));
    assert_eq!(line.assigned, case.assigned);
}

#[test]
fn a_case_without_a_person_is_written_and_read_too() {
    let (case, _) = known();
    let line = read_row(&row(&case, None)).unwrap();
    assert_eq!((line.identity, line.version.as_str()), (Identity::default(), "3"));
    assert_eq!(line.area, case.area);
}

#[test]
fn people_and_their_programs_write_differently() {
    let (case, person) = known();
    let mut cells = row(&case, Some(&person));
    for (column, text) in [
        (Column::NationalId, "19185001234"),
        (Column::Phone, "912345678"),
        (Column::Province, ""),
        (Column::Commune, "5710"),
        (Column::Status, "XÁC ĐỊNH"),
        (Column::Gender, "nu"),
        (Column::Disease, "Covid 19"),
        (Column::Onset, "2026-11-20"),
        (Column::ReportedAt, "23/11/2026"),
        (Column::Birth, "1985"),
    ] {
        cells[column as usize] = text.to_owned();
    }
    let line = read_row(&cells).unwrap();
    let same = Identity { birth: "1985".parse().ok(), ..person.identity };
    assert_eq!((line.identity, line.area, line.facts), (same, person.area, case.facts));
    assert_eq!(line.reported_at, Some(TODAY - 7 * 3600));
    // Without a place, the officer's.
    cells[Column::Commune as usize].clear();
    assert_eq!(Some(read_row(&cells).unwrap().area), rules().area);
}

#[test]
fn every_wrong_cell_is_named() {
    let (case, person) = known();
    let right = row(&case, Some(&person));
    for (column, text, problem) in [
        (Column::Id, "7", Problem::BadId),
        (Column::Reference, " ", Problem::Missing),
        (Column::Reference, "a very long reference, longer than it may be", Problem::BadText),
        (Column::Name, "a\u{7}", Problem::BadText),
        (Column::Birth, "31/02/1985", Problem::BadDate),
        (Column::Birth, "2027", Problem::Future),
        (Column::Gender, "x", Problem::UnknownWord),
        (Column::NationalId, "123", Problem::BadNumber),
        (Column::Passport, "?", Problem::BadNumber),
        (Column::Phone, "12", Problem::BadNumber),
        (Column::Province, "99", Problem::UnknownArea),
        (Column::Commune, "99999", Problem::UnknownArea),
        (Column::Disease, "", Problem::Missing),
        (Column::Disease, "ho gà lạ", Problem::UnknownWord),
        (Column::Status, "", Problem::Missing),
        (Column::Status, "ốm", Problem::UnknownWord),
        (Column::Onset, "hôm qua", Problem::BadDate),
        (Column::Onset, "24/11/2026", Problem::Future),
        (Column::TestDate, "", Problem::NeedsSample),
        (Column::ResultDate, "1/1/26", Problem::BadDate),
        (Column::ReportedAt, "25/11/2026 00:00", Problem::Future),
    ] {
        let mut cells = right.clone();
        cells[column as usize] = text.to_owned();
        assert_eq!(read_row(&cells), Err(vec![(column, problem)]), "{column:?} {text}");
    }
    let mut other_province = right.clone();
    other_province[Column::Province as usize] = "01".to_owned();
    assert_eq!(read_row(&other_province), Err(vec![(Column::Commune, Problem::UnknownArea)]));
    let empty = std::array::from_fn(|_| String::new());
    let wrong = read_row(&empty).unwrap_err();
    assert_eq!(
        wrong,
        [
            (Column::Reference, Problem::Missing),
            (Column::Disease, Problem::Missing),
            (Column::Status, Problem::Missing)
        ]
    );
}

proptest::proptest! {
    /// Whatever stands in a file, reading it does not panic.
    #[test]
    fn no_text_is_too_odd(cells in proptest::array::uniform23(".{0,30}|[0-9/: -]{0,16}")) {
        let _ = read_row(&cells);
    }
}
