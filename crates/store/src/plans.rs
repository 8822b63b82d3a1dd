//! The statements that run often, or over many rows, find their rows through an index on both databases.

mod batches;

use crate::batch::any_of;
use crate::db::{Db, Sql, Value};
use crate::group::By;
use crate::streams::PerStream;
use crate::testing::{TestDatabase, postgres, sqlite};
use crate::value::values;
use crate::{
    agencies, agency_consents, agency_members, approvals, breaches, case_looks, cases, citizen_sessions,
    citizens, codes, contacts, data_looks, data_requests, days, declarations, epi_points, exports, forms,
    guesses, handlings, messages, openings, outbreak_plans, passkeys, person_history, person_merge, persons,
    phone_codes, place_warnings, places, profiles, publish, redeem, retention, sessions, sign_ins, signals,
    signing_keys, vault_keys, visits, worklist, zones,
};
use bluezone_domain::Timestamp;
use bluezone_domain::id::CaseId;
use bluezone_domain::publication::Stream;
use bluezone_domain::visit::day_start;
use bluezone_protocol::time::DAY_S;
use std::collections::BTreeSet;

fn statements() -> Vec<(&'static str, Sql, Vec<Value>)> {
    let id = CaseId::from_bytes([1; 16]);
    let hash = [1; 32];
    let mut all = Vec::new();
    let mut add = |name, sql: Sql, values: &[Value]| all.push((name, sql, values.to_vec()));
    add("code", redeem::FIND_CODE, values![hash, "short"]);
    add("token", redeem::FIND_TOKEN.into(), values![id, 1_i64]);
    add("repeated token", redeem::FIND_REPEATED.into(), values![hash, "short", 1_i64]);
    add("case of code", redeem::FIND_CASE.into(), values![id]);
    add("contact of code", redeem::FIND_CONTACT.into(), values![id]);
    add("purge listing links", retention::LISTING_LINKS.into(), values![1_i64, 10_i64]);
    add("burn", redeem::BURN.into(), values![id, 1_i64]);
    add("live codes", codes::LIVE_SHORT.into(), values![1_i64]);
    add("charges", guesses::SPENT.into(), values![1_i64]);
    add("failures", guesses::FAILURES.into(), values![hash, 1_i64]);
    add("standing of a guesser", guesses::STANDING.into(), values![1_i64, 1_i64, hash, 1_i64]);
    add("certificate", publish::FIND_TOKEN, values![id, hash, 1_i64]);
    add("session", sessions::FIND.into(), values![hash, 1_i64]);
    add("passkeys", passkeys::OF_OFFICER.into(), values![id]);
    add("passkey", passkeys::BY_ID.into(), values![hash]);
    add("sessions of an officer", sessions::OF_OFFICER.into(), values![id, 1_i64]);
    add("waiting approvals", approvals::WAITING.into(), values![1_i64]);
    add("known browser", sign_ins::OF_BROWSER.into(), values![hash, id]);
    add("citizen by phone", citizens::BY_PHONE.into(), values![hash]);
    add("citizen's session", of(citizen_sessions::FIND), values![hash]);
    add("phone code", phone_codes::FIND.into(), values![hash]);
    add("tries of a phone code", phone_codes::TRIES.into(), values![hash, hash]);
    add("charges of phone codes", phone_codes::SPENT.into(), values![1_i64]);
    add("purge charges of phone codes", retention::TEXTED_CHARGES.into(), values![1_i64, 10_i64]);
    add("profiles of a citizen", of(profiles::OF_CITIZEN), values![id]);
    add("profile by card", profiles::BY_CARD.into(), values![[1_u8; 16]]);
    add("profiles without cards", profiles::WITHOUT_CARDS.into(), values![id, 10_i64]);
    add("agencies", agencies::OF_OWNER.into(), values![id, 10_i64]);
    add("staff", agencies::STAFF.into(), values![id, 1_i64, "staff-declared", "staff-app"]);
    add("invitations", agency_members::INVITATIONS.into(), values![id]);
    add("refusals", agency_members::REFUSALS.into(), values![id]);
    add("on an agency's list", agencies::ON_LIST.into(), values![id, hash]);
    add("refused an agency", agencies::REFUSED.into(), values![id, hash]);
    add("counts of a list", agencies::COUNTS.into(), values![id]);
    add("agreed agencies", agency_consents::AGREED.into(), values![id]);
    add("consents to an agency", agency_consents::HOLDING.into(), values![id, id]);
    add("end of an agency's consents", agency_consents::END_OF_AGENCY.into(), values![id, 1_i64]);
    add("end of a member's consents", agency_consents::END_OF_MEMBER.into(), values![id, id, 1_i64]);
    add("app", agency_members::RUNNING.into(), values![id]);
    add("purge invitations", retention::INVITATIONS.into(), values![1_i64, 10_i64]);
    add("purge who left", retention::LEFT.into(), values![1_i64, 10_i64]);
    add("purge app", retention::APP_DAYS.into(), values![1_i64, 10_i64]);
    add("declarations of a citizen", declarations::OF_CITIZEN.into(), values![id, 10_i64]);
    add("a declaration", declarations::BY_ID.into(), values![id]);
    add("a declaration goes", declarations::DELETE.into(), values![id, id]);
    add("declared before", declarations::SENT.into(), values![id, "2026-11-25"]);
    add("last declarations", declarations::LAST_OF_PROFILE.into(), values![id, 1_i64, 2_i64]);
    add("declared on a day", declarations::OF_PROFILE_ON.into(), values![id, 1_i64, 2_i64]);
    add("declared files", declarations::FILES_OF.into(), values![id]);
    add("consents of a citizen", declarations::CONSENTS_OF.into(), values![id]);
    add("live consents", of(declarations::LIVE_CONSENTS), values![id]);
    add("purge declarations", days::DECLARATIONS.expired.into(), values![1_i64, 10_i64]);
    add("purge consents on paper", retention::PAPER_CONSENTS.into(), values![1_i64, 10_i64]);
    add("waiting declarations of a number", declarations::OLDER_OF_NUMBER.into(), values![hash, id, 4_i64]);
    add("purge waiting declarations", retention::WAITING_DECLARATIONS.into(), values![1_i64, 10_i64]);
    add("inbox", messages::OF_CITIZEN.into(), values![id, 10_i64, 1_i64, id]);
    add("unread messages", messages::UNREAD.into(), values![id]);
    add("purge citizens' sessions", retention::CITIZEN_SESSIONS.into(), values![1_i64, 10_i64]);
    add("purge phone codes", retention::PHONE_CODES.into(), values![1_i64, 10_i64]);
    add("purge messages", retention::MESSAGES.into(), values![1_i64, 10_i64]);
    add("purge citizens", retention::CITIZENS, values![1_i64, 10_i64]);
    add("purge browsers", retention::BROWSERS.into(), values![1_i64, 10_i64]);
    add("purge ceremonies", retention::CEREMONIES.into(), values![1_i64, 10_i64]);
    add("cases", cases::LIST.into(), values![1_i64, id, 10_i64, "", ""]);
    add("zones", zones::LIST.into(), values![1_i64, "19", ""]);
    let page = values![1_i64, id, 10_i64, "confirmed", "%x%", "19", "05710"];
    add("cases of a province", cases::LIST_OF_PROVINCE.into(), &page[..6]);
    add("cases of a commune", cases::LIST_OF_COMMUNE.into(), page);
    add("cases of a unit", cases::LIST_OF_UNIT.into(), &page[..6]);
    add("cases of a person", cases::OF_PERSON.into(), values![id]);
    add("persons since", persons::SINCE.into(), values![1_i64, 10_i64]);
    add("persons by card", persons::BY_NATIONAL_ID.into(), values![hash, 10_i64]);
    add("persons by passport", persons::BY_PASSPORT.into(), values![hash, 10_i64]);
    add("persons by phone", persons::BY_PHONE.into(), values![hash, 10_i64]);
    add("person's changes", person_history::CHANGES.into(), values![id]);
    add("merged persons", person_merge::CHILDREN.into(), values![id]);
    add("epi points", epi_points::OF_CASE.into(), values![id]);
    let filter = values![1_i64, id, 10_i64, "F1.1", "", "waiting", ""].to_vec();
    let filtered = |more: &[Value]| [filter.as_slice(), more].concat();
    add("contacts", contacts::LIST_ALL.into(), &filter);
    add("contacts of a province", contacts::LIST_OF_PROVINCE.into(), &filtered(values!["19"]));
    add("contacts of a commune", contacts::LIST_OF_COMMUNE.into(), &filtered(values!["19", "05710"]));
    add("contacts of a unit", contacts::LIST_OF_UNIT.into(), &filtered(values!["unit"]));
    add("contacts of a case", contacts::LIST_OF_CASE.into(), values![id, 0_i64, 10_i64, "", "", "", ""]);
    add("answers of who reported", openings::OPENED_ANSWERS_OF.into(), values![hash]);
    add("cases opened", openings::OPENED_OF_CASES.into(), values!["unit", 1_i64, 10_i64]);
    add("answers of a case", openings::OPENED_ANSWERS_OF_CASE.into(), values![id, "unit"]);
    add("opened of a case", openings::OPENED_OF_CASE.into(), values![id, "unit"]);
    add("contact", contacts::BY_ID.into(), values![id]);
    for (names, list) in [
        (
            ["unreported", "unreported of a province", "unreported of a commune", "unreported of a unit"],
            worklist::UNREPORTED,
        ),
        (["due", "due in a province", "due in a commune", "due of a unit"], worklist::DUE),
        (
            ["unjudged", "unjudged of a province", "unjudged of a commune", "unjudged of a unit"],
            worklist::UNJUDGED,
        ),
        (
            ["listed", "listed of a province", "listed of a commune", "listed of a unit"],
            worklist::SELF_LISTED,
        ),
    ] {
        let page = values![1_i64, 10_i64, "", "19", "05710"];
        add(names[0], list.nation.into(), &page[..3]);
        add(names[1], list.province.into(), &page[..4]);
        add(names[2], list.commune.into(), page);
        add(names[3], list.unit.into(), &page[..4]);
    }
    add("sealed uploads", worklist::SEALED.into(), values!["unit", 10_i64]);
    add("unsigned requests", worklist::UNSIGNED.into(), values!["unit", 1_i64, 10_i64]);
    let page = values![1_i64, 1_i64, id, 10_i64, 0_i64, "", "", "19", "05710"];
    for (names, list) in [
        (
            ["waiting", "waiting of a province", "waiting of a commune", "waiting of a unit"],
            handlings::WAITING,
        ),
        (
            ["handled", "handled of a province", "handled of a commune", "handled of a unit"],
            handlings::HANDLED,
        ),
    ] {
        add(names[0], list.nation.into(), &page[..7]);
        add(names[1], list.province.into(), &page[..8]);
        add(names[2], list.commune.into(), page);
        add(names[3], list.unit.into(), &page[..8]);
    }
    add("declarations of a number", handlings::OF_NUMBER.into(), values![hash, 10_i64]);
    add("declarations of a name", handlings::OF_NAME.into(), values![hash, 10_i64]);
    add("warnings of a unit", place_warnings::OF_UNIT.into(), values!["unit", 1_i64, 10_i64]);
    add("approved warnings", place_warnings::APPROVED.into(), values![1_i64, id, 10_i64]);
    add("warnings of a place", place_warnings::OF_PLACE.into(), values!["100085724", 1_i64]);
    add("whose card it is", place_warnings::recipient::OF_CARD.into(), values![hash]);
    add("the case itself", place_warnings::recipient::OF_CASE.into(), values![id]);
    add("account of a profile", place_warnings::recipient::OF_PROFILE.into(), values![id]);
    add("profiles of an account", profiles::OF_ACCOUNT.into(), values![id]);
    add("purge warnings", retention::PLACE_WARNINGS.into(), values![1_i64, 10_i64]);
    let page = values![1_i64, id, 10_i64, "screened", "19", "05443"];
    add("reports", signals::LIST.into(), &page[..4]);
    add("reports of a province", signals::LIST_OF_PROVINCE.into(), &page[..5]);
    add("reports of a commune", signals::LIST_OF_COMMUNE.into(), page);
    add("reports of a unit", signals::LIST_OF_UNIT.into(), &page[..5]);
    add("report", signals::BY_ID.into(), values![id]);
    add("report by its code", signals::BY_TRACKING.into(), values![hash]);
    add("reports of a citizen", signals::OF_CITIZEN.into(), values![id, 10_i64]);
    add("report's changes", signals::CHANGES.into(), values![id]);
    add("looks at a case", case_looks::OF_CASE.into(), values![id, 10_i64]);
    add("looks", data_looks::OF_CITIZEN.into(), values![id, 10_i64]);
    add("data requests of a citizen", data_requests::OF_CITIZEN.into(), values![id, 10_i64]);
    add("open data requests", data_requests::OPEN.into(), values![10_i64]);
    add("open data requests of a province", data_requests::OPEN_OF_PROVINCE.into(), values![10_i64, "19"]);
    add("closed data requests", data_requests::CLOSED.into(), values![10_i64]);
    add(
        "closed data requests of a province",
        data_requests::CLOSED_OF_PROVINCE.into(),
        values![10_i64, "19"],
    );
    add("breaches", breaches::LIST.into(), values![10_i64]);
    add("outbreak plan", outbreak_plans::BY_ID.into(), values![id]);
    add("outbreak plans", outbreak_plans::LIST.into(), values![1_i64, id, 10_i64]);
    add(
        "outbreak plans of a province",
        outbreak_plans::LIST_OF_PROVINCE.into(),
        values![1_i64, id, 10_i64, "19"],
    );
    add("outbreak plans of a unit", outbreak_plans::LIST_OF_UNIT.into(), values![1_i64, id, 10_i64, "unit"]);
    add("next outbreak plan", outbreak_plans::NEXT.into(), values![]);
    add("open outbreak plans of a unit", outbreak_plans::OPEN_OF_UNIT.into(), values!["unit"]);
    add("files of an outbreak plan", outbreak_plans::FILES.into(), values![id]);
    add("file of an outbreak plan", outbreak_plans::FILE.into(), values![id, "report.html"]);
    add("people of a breach", breaches::PEOPLE.into(), values![id]);
    add("purge reports", retention::SIGNALS.into(), values![1_i64, 10_i64]);
    for sql in retention::RIGHTS {
        add("purge rights", sql.into(), values![1_i64, 10_i64]);
    }
    add("close an owner's places", citizens::CLOSE_PLACES.into(), values![id, 1_i64]);
    add("place", of(places::BY_CODE), values!["100085724"]);
    add("changes of forms", of(forms::CHANGES), values![1_i64]);
    add("visit of a day", visits::BY_ID_AROUND.into(), values![id, 1_i64, 2_i64]);
    add("signing keys", of(signing_keys::OF_PURPOSE), values!["token"]);
    add("places of an owner", places::OF_OWNER.into(), values![id]);
    add("places of a commune", places::IN_COMMUNE.into(), values!["19", "05710", "", 10_i64]);
    add("places of a delegate", places::DELEGATED.into(), values![hash]);
    add("delegates", places::DELEGATES_OF_PLACE.into(), values!["100085724"]);
    let times = values!["100085724", 1_i64, 2_i64, 1_i64];
    add("visits of a place", visits::AT_PLACE.into(), times);
    add("stays at a place", visits::STAYS.into(), times);
    add("visits of a day", visits::OF_DAY.into(), values![hash, 1_i64, 2_i64]);
    add("visits there", visits::THERE.into(), values![hash, "100085724", 1_i64, 2_i64]);
    add("whose visit", visits::WHOSE.into(), values![id, 1_i64, 2_i64]);
    add("stay", visits::STAY, values![id, 1_i64, 2_i64]);
    add("end of a visit", visits::PUT_END.into(), values![id, 1_i64, 2_i64, "scan"]);
    add("purge visits", days::VISITS.expired.into(), values![1_i64, 10_i64]);
    add("purge places", retention::PLACES.into(), values![1_i64, 10_i64]);
    add("purge tokens", retention::TOKENS.into(), values![1_i64, 10_i64]);
    add("purge codes", retention::CODES.into(), values![1_i64, 10_i64]);
    add("purge sessions", retention::SESSIONS.into(), values![1_i64, 10_i64]);
    add("purge charges", retention::CHARGES.into(), values![1_i64, 10_i64]);
    add("purge cases", retention::CASES, values![1_i64, 10_i64]);
    add("purge persons", retention::PERSONS, values![1_i64, 10_i64]);
    add("purge uploads", retention::UPLOADS.into(), values![1_i64, 10_i64]);
    add("purge batches", retention::BATCHES.into(), values![1_i64, 10_i64]);
    add("purge sources", retention::SOURCES.into(), values![1_i64, 10_i64]);
    for stream in Stream::ALL {
        let mut add =
            |name, sql: PerStream, values: &[Value]| all.push((name, sql.of(stream), values.to_vec()));
        add("key", publish::FIND_KEY, values![[1_u8; 16]]);
        add("new keys", exports::NEW_KEYS, values![1_i64, [1_u8; 16], 10_i64]);
        add("revised keys", exports::REVISED_KEYS, values![1_i64, [1_u8; 16], 10_i64]);
        add("keys before", exports::BEFORE_KEYS, values![1_i64, [1_u8; 16], 10_i64]);
        add("batches", exports::SINCE, values![1_i64]);
        add("take new", exports::TAKE_NEW, values![1_i64, 1_i64, 5_i64]);
        add("take revised", exports::TAKE_REVISED, values![1_i64, 1_i64]);
        add("a batch", exports::BY_ID, values![1_i64]);
        add("files", exports::FILES, values!["finished"]);
        add("purge keys", retention::KEYS, values![1_i64, 10_i64]);
        add("purge exports", retention::EXPORTS, values![1_i64, 10_i64]);
    }
    all
}

/// A look-up of one key, as [`crate::db::Db::fetch_in`] asks for it.
fn of(by: By) -> Sql {
    let postgres = any_of(by.select, "ARRAY[$1]").leak();
    Sql { sqlite: format!("{} ($1)", by.select).leak(), postgres }
}

fn explained(sql: Sql) -> Sql {
    Sql {
        sqlite: format!("EXPLAIN QUERY PLAN {}", sql.sqlite).leak(),
        postgres: format!("EXPLAIN {}", sql.postgres).leak(),
    }
}

/// Where several indexes would do, the one that leads to few rows.
const EXPECTED: [(&str, &str); 4] = [
    ("take new", "keys_waiting"),
    ("take revised", "keys_waiting_revised"),
    ("purge keys", "keys_by_age"),
    ("live codes", "codes_live_short"),
];

/// The same where PostgreSQL, whose tables are empty here, sees no difference between an index and the one that it is part of.
const EXPECTED_OF_SQLITE: [(&str, &str); 14] = [
    ("unreported", "cases_unreported"),
    ("unreported of a province", "cases_unreported_by_province"),
    ("unreported of a commune", "cases_unreported_by_province"),
    ("unreported of a unit", "cases_unreported_by_assigned"),
    ("due", "contacts_due"),
    ("due in a province", "contacts_due_by_province"),
    ("due in a commune", "contacts_due_by_province"),
    ("due of a unit", "contacts_due_by_assigned"),
    ("unjudged", "contacts_unjudged"),
    ("unjudged of a province", "contacts_unjudged_by_province"),
    ("unjudged of a unit", "contacts_unjudged_by_assigned"),
    ("listed of a province", "contacts_unjudged_by_province"),
    ("sealed uploads", "uploads_sealed"),
    ("unsigned requests", "release_requests_unsigned"),
];

/// Walking through a table, or sorting what was found.
const FORBIDDEN: [&str; 3] = ["SCAN ", "TEMP B-TREE", "Seq Scan"];

async fn check(database: TestDatabase, column: &'static str) {
    let store = database.open().await;
    for (name, sql, values) in statements() {
        let mut tx = store.db.begin().await.unwrap();
        if let Db::Postgres(_) = store.db {
            // Empty tables: only what has no other way is walked through.
            tx.execute("SET LOCAL enable_seqscan = off", &[]).await.unwrap();
        }
        let rows = tx.fetch_all(explained(sql), &values).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.text(column).unwrap()).collect();
        let plan = plan.join("\n").replace("SCAN CONSTANT ROW", "");
        assert!(!FORBIDDEN.iter().any(|word| plan.contains(word)), "{name}:\n{plan}");
        let of_sqlite = EXPECTED_OF_SQLITE.iter().filter(|_| matches!(store.db, Db::Sqlite { .. }));
        for (_, index) in EXPECTED.iter().chain(of_sqlite).filter(|(statement, _)| *statement == name) {
            assert!(plan.contains(&format!("{index} ")), "{name} without {index}:\n{plan}");
        }
        tx.rollback().await.unwrap();
    }
}

const ONE_IN_THE_INBOX: &str = "INSERT INTO declaration_handling (declaration_id, province, form, score, rule, received_at, \
     updated_at, version) VALUES ('one', '01', 'f', 0, 1, 1700006400, 0, 1)";

/// Of a nation's days, what is asked for while somebody waits looks at one, or at those around it.
#[tokio::test]
async fn postgres_looks_at_few_days_only() {
    let database = postgres().await;
    let store = database.open().await;
    let now = Timestamp(1_700_006_400);
    assert!(store.make_days(now).await.unwrap() > 5);
    assert_eq!(store.make_days(now).await.unwrap(), 0);
    let (id, hash, day) = (CaseId::from_bytes([1; 16]), [1; 32], day_start(now) + DAY_S);
    let times = values!["100085724", day + 10, day + 20, day + 10].to_vec();
    let resealed = values![id, 1_i64, hash, 2_i64, hash, day + 10].to_vec();
    for (name, most, sql, values) in [
        ("visits of a day", 1, visits::OF_DAY.into(), values![hash, day, day + DAY_S].to_vec()),
        ("visits there", 1, visits::THERE.into(), values![hash, "100085724", day, day + DAY_S].to_vec()),
        ("end of a visit", 1, visits::PUT_END.into(), values![id, day + 5, day + 9, "scan"].to_vec()),
        ("stay", 2, visits::STAY, values![id, day + 5 - DAY_S, day + 5].to_vec()),
        ("whose visit", 3, visits::WHOSE.into(), values![id, day - DAY_S, day + 2 * DAY_S].to_vec()),
        ("visits of a place", 1, visits::AT_PLACE.into(), times),
        ("visit resealed", 1, vault_keys::put_of("visits").into(), resealed.clone()),
        ("declaration resealed", 1, vault_keys::put_of("declarations").into(), resealed),
        ("declared last", 1, declarations::LAST_OF_PROFILE.into(), values![id, day, day + DAY_S].to_vec()),
        ("declared on a day", 1, declarations::OF_PROFILE_ON.into(), values![id, day, day + DAY_S].to_vec()),
    ] {
        let rows = store.db.fetch_all(explained(sql), &values).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.text("QUERY PLAN").unwrap()).collect();
        let plan = plan.join("\n");
        let looked: BTreeSet<&str> = plan.split("_day_").skip(1).map(|rest| &rest[..5]).collect();
        assert!((1..=most).contains(&looked.len()), "{name}:\n{plan}");
        assert!(!plan.contains("s_rest") && !plan.contains("s_before"), "{name}:\n{plan}");
    }
    // Which day a declaration is of is only known when the inbox has told it.
    let mut tx = store.db.begin().await.unwrap();
    tx.execute_script(ONE_IN_THE_INBOX.into()).await.unwrap();
    for sql in [declarations::BY_ID, declarations::DELETE] {
        let sql = sql.replace("$1", "'one'").replace("$2", "'two'");
        let rows = tx.fetch_composed(format!("EXPLAIN (ANALYZE) {sql}"), &[]).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.text("QUERY PLAN").unwrap()).collect();
        let looked =
            plan.iter().filter(|line| line.contains(" on declarations_") && !line.contains("never executed"));
        let scans = looked.filter(|line| line.contains("Scan")).count();
        assert_eq!(scans, 1, "{plan:#?}");
    }
    tx.rollback().await.unwrap();
    let mut tx = store.db.begin().await.unwrap();
    tx.execute("SET LOCAL enable_seqscan = off", &[]).await.unwrap();
    let of_no_day = [days::VISITS, days::DECLARATIONS].into_iter().flat_map(|of| of.expired_of_no_day);
    for sql in of_no_day.chain([retention::HANDLINGS]) {
        let rows = tx.fetch_all(explained(sql.into()), values![1_i64, 10_i64]).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.text("QUERY PLAN").unwrap()).collect();
        assert!(!plan.join("\n").contains("Seq Scan"), "{plan:?}");
    }
}

#[tokio::test]
async fn sqlite_uses_its_indexes() {
    check(sqlite().await, "detail").await;
}

#[tokio::test]
async fn postgres_uses_its_indexes() {
    check(postgres().await, "QUERY PLAN").await;
}
