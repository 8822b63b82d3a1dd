//! Registering, finding and changing cases.

use super::town::{OTHER_UNIT, STATION, Town, UNIT, register};
use axum::http::StatusCode;
use bluezone_domain::Timestamp;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::disease;
use bluezone_domain::officer::Role;
use bluezone_store::{CaseFilter, Within};

/// Midnight UTC of 20 and 22 November 2026.
const ONSET: Timestamp = Timestamp(1_795_132_800);
const SAMPLE: Timestamp = Timestamp(1_795_305_600);

async fn count(town: &Town) -> usize {
    let all = CaseFilter { within: Within::everything(), ..CaseFilter::default() };
    town.state.store.list_cases(&all, None, 1000).await.unwrap().len()
}

#[tokio::test]
async fn a_case_is_registered_with_what_was_typed() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let empty = browser.get("/console").await;
    assert!(empty.body.contains("No cases yet"));
    let id = register(&mut browser, "  TN-2026   0153 ", "confirmed").await;
    let case = town.state.store.case(id).await.unwrap().unwrap();
    assert_eq!(
        (case.reference.as_str(), case.disease.as_str(), case.unit.as_str()),
        ("TN-2026 0153", "covid-19", UNIT)
    );
    assert_eq!(case.facts.status, CaseStatus::Confirmed);
    assert_eq!((case.facts.symptom_onset, case.facts.test_date), (Some(ONSET), Some(SAMPLE)));
    let page = browser.get(&format!("/console/cases/{id}?done=registered")).await;
    assert!(page.body.contains("The case is registered"));
    assert_eq!(page.first("<h1"), "Case TN-2026 0153");
    assert!(page.body.contains("20 Nov 2026") && page.body.contains("22 Nov 2026"));
    assert!(page.body.contains("by lan.nguyen"));
    let list = browser.get("/console").await;
    assert!(
        list.body.contains(&format!("href=\"/console/cases/{id}\"")) && list.body.contains("TN-2026 0153")
    );
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let page = browser.get("/console/cases/new").await;
    let long = "x".repeat(41);
    for (typed, problems_en, problems_vi) in [
        (
            vec![],
            vec![("reference", "Write a reference."), ("status", "Choose suspected, probable or confirmed.")],
            vec!["Hãy ghi mã hồ sơ.", "Hãy chọn nghi ngờ, có thể hoặc xác định."],
        ),
        (
            vec![("reference", "0912 345 678"), ("status", "suspected"), ("onset", "2026-11-24")],
            vec![("reference", "This looks like a phone"), ("onset", "This day has not come yet.")],
            vec!["Trông giống số điện thoại", "Ngày này chưa tới."],
        ),
        (
            vec![
                ("reference", long.as_str()),
                ("status", "confirmed"),
                ("onset", "2025-11-20"),
                ("test_date", ""),
            ],
            vec![
                ("reference", "longer than 40"),
                ("onset", "more than 90 days ago"),
                ("test_date", "A confirmed case needs the day"),
            ],
            vec!["dài quá 40", "hơn 90 ngày", "Ca xác định cần ngày lấy mẫu"],
        ),
        (
            vec![("reference", "A-1"), ("status", "negative"), ("disease", "plague"), ("test_date", "soon")],
            vec![
                ("disease", "Choose the disease."),
                ("status", "Choose suspected, probable or confirmed."),
                ("test_date", "Choose a day"),
            ],
            vec!["Hãy chọn bệnh.", "Hãy chọn một ngày"],
        ),
    ] {
        let seen = browser.submit(&page, "/console/cases/new", &typed).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        for (field, words) in &problems_en {
            assert!(seen.body.contains(words), "{words} in {}", seen.body);
            assert!(seen.body.contains(&format!("id=\"{field}-error\"")), "{field}");
            assert!(seen.body.contains(&format!("href=\"#{field}\"")), "the list leads to {field}");
        }
        for (name, value) in &typed {
            if matches!(*name, "reference" | "onset" | "test_date") {
                assert!(seen.body.contains(&format!("value=\"{value}\"")), "{name} is kept");
            }
        }
        let mut vietnamese = browser.clone();
        vietnamese.headers[1].1 = "vi".to_owned();
        let seen = vietnamese.submit(&page, "/console/cases/new", &typed).await;
        for words in problems_vi {
            assert!(seen.body.contains(words), "{words} in {}", seen.body);
        }
    }
    assert_eq!(count(&town).await, 0);
}

#[tokio::test]
async fn a_form_that_was_mended_is_taken_and_one_sent_twice_registers_once() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let page = browser.get("/console/cases/new").await;
    let offered: Vec<_> = disease::all().iter().map(|of| format!("<option value=\"{}\"", of.id)).collect();
    assert!(offered.iter().all(|option| page.body.contains(option)), "every disease that has a file");
    let wrong = browser.submit(&page, "/console/cases/new", &[("reference", "A-1")]).await;
    let typed = [("status", "suspected"), ("disease", "covid-19")];
    let first = browser.submit(&wrong, "/console/cases/new", &typed).await;
    let again = browser.submit(&wrong, "/console/cases/new", &typed).await;
    assert_eq!(first.to(), format!("{}?done=registered", again.to()));
    assert_eq!(count(&town).await, 1);
    // A new form with the same reference is stopped: it is the same case, or a mistake.
    let page = browser.get("/console/cases/new").await;
    let typed = [("reference", "a-1"), ("status", "suspected"), ("disease", "covid-19")];
    let seen = browser.submit(&page, "/console/cases/new", &typed).await;
    assert!(seen.body.contains("already has a case with this reference"), "{}", seen.body);
    assert_eq!(count(&town).await, 1);
}

#[tokio::test]
async fn what_an_officer_writes_is_shown_as_text() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let evil = "<script>alert(1)</script>";
    let id = register(&mut browser, evil, "suspected").await;
    for path in [
        "/console".to_owned(),
        format!("/console/cases/{id}"),
        format!("/console/cases/{id}/status?to=negative"),
        "/console?q=%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
    ] {
        let seen = browser.get(&path).await;
        assert_eq!(seen.status, StatusCode::OK);
        assert!(!seen.body.contains(evil), "{path}");
        assert!(seen.body.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{path}");
    }
}

#[tokio::test]
async fn the_list_is_filtered_searched_and_paged() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    for n in 0..45 {
        town.wait(60);
        let page = browser.get("/console/cases/new").await;
        let (status, date) = if n % 9 == 0 { ("confirmed", "2026-11-22") } else { ("suspected", "") };
        let reference = format!("TN-{n:03}");
        let typed = [("reference", reference.as_str()), ("status", status), ("test_date", date)];
        assert!(browser.submit(&page, "/console/cases/new", &typed).await.status.is_redirection());
    }
    let references = |body: &str| -> Vec<String> {
        body.split("<th role=\"rowheader\"")
            .skip(1)
            .map(|row| row[row.find("TN-").unwrap()..][..6].to_owned())
            .collect()
    };
    // All, newest first, each once, over three pages.
    let mut all = Vec::new();
    let mut path = "/console".to_owned();
    for page in 1..=3 {
        let seen = browser.get(&path).await;
        all.extend(references(&seen.body));
        let next = seen.body.split("<a").find(|tag| tag.contains("rel=\"next\"")).map(|tag| {
            super::browser::plain(tag.split("href=\"").nth(1).unwrap().split('"').next().unwrap())
        });
        assert_eq!(next.is_some(), page < 3);
        assert_eq!(seen.body.contains("First page"), page > 1);
        path = next.unwrap_or_default();
    }
    assert_eq!(all, (0..45).rev().map(|n| format!("TN-{n:03}")).collect::<Vec<_>>());

    let confirmed = browser.get("/console?status=confirmed").await;
    assert_eq!(references(&confirmed.body), ["TN-036", "TN-027", "TN-018", "TN-009", "TN-000"]);
    let found = browser.get("/console?q=tn-04").await;
    assert_eq!(references(&found.body), ["TN-044", "TN-043", "TN-042", "TN-041", "TN-040"]);
    let both = browser.get("/console?status=confirmed&q=%2D03").await;
    assert_eq!(references(&both.body), ["TN-036"]);
    for nothing in ["/console?q=%25", "/console?q=TN_", "/console?status=negative"] {
        let seen = browser.get(nothing).await;
        assert!(seen.body.contains("No case matches"), "{nothing}");
    }
    for odd in ["/console?after=x", "/console?status=x&q=&after=", "/console?after=-1-00"] {
        assert_eq!(browser.get(odd).await.status, StatusCode::OK, "{odd}");
    }
}

#[tokio::test]
async fn each_unit_sees_its_own_cases() {
    let town = Town::new().await;
    let mut here = town.health_officer().await;
    let (_, mut there) = town.signed_in("binh.tran", Role::ProvincialCdc, OTHER_UNIT).await;
    let id = register(&mut here, "A-1", "suspected").await;
    assert!(here.get("/console?q=A-1").await.body.contains(&id.to_string()));
    assert!(!there.get("/console?q=A-1").await.body.contains(&id.to_string()));
    assert_eq!(there.get(&format!("/console/cases/{id}")).await.status, StatusCode::NOT_FOUND);
    // The other unit may use the same reference.
    register(&mut there, "A-1", "suspected").await;
}

#[tokio::test]
async fn a_suspected_case_is_confirmed_with_its_date_and_then_ruled_out() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let id = register(&mut browser, "A-1", "suspected").await;
    let action = format!("/console/cases/{id}/status");
    let case = browser.get(&format!("/console/cases/{id}")).await;
    assert!(case.body.contains("The test is positive") && case.body.contains("The test is negative"));

    let ask = browser.get(&format!("{action}?to=confirmed")).await;
    assert_eq!(ask.first("<h1"), "Is case A-1 confirmed by a test?");
    let seen = browser.submit(&ask, &action, &[("test_date", "")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("id=\"test_date-error\""));
    let seen = browser.submit(&seen, &action, &[("test_date", "2026-11-22")]).await;
    assert_eq!(seen.to(), format!("/console/cases/{id}?done=changed"));
    let facts = town.state.store.case(id).await.unwrap().unwrap().facts;
    assert_eq!(
        (facts.status, facts.symptom_onset, facts.test_date),
        (CaseStatus::Confirmed, Some(ONSET), Some(SAMPLE))
    );

    // Sent twice, and sent after a colleague was faster.
    let again = browser.submit(&ask, &action, &[("test_date", "2026-11-21")]).await;
    assert_eq!(again.to(), format!("/console/cases/{id}"));
    assert_eq!(town.state.store.case(id).await.unwrap().unwrap().facts.test_date, Some(SAMPLE));
    let rule_out = browser.get(&format!("{action}?to=negative")).await;
    assert!(browser.submit(&rule_out, &action, &[]).await.status.is_redirection());
    let late = browser.submit(&ask, &action, &[("test_date", "2026-11-22")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("The status has changed meanwhile"));
    assert_eq!(browser.get(&format!("{action}?to=confirmed")).await.status, StatusCode::CONFLICT);
    assert_eq!(browser.get(&format!("{action}?to=nonsense")).await.status, StatusCode::NOT_FOUND);

    let facts = town.state.store.case(id).await.unwrap().unwrap().facts;
    assert_eq!((facts.status, facts.test_date), (CaseStatus::Negative, Some(SAMPLE)));
    let case = browser.get(&format!("/console/cases/{id}")).await;
    assert!(case.body.contains("This status is final."));
    for line in ["Registered: Suspected", "Suspected → Confirmed", "Confirmed → Negative"] {
        assert!(case.body.contains(line), "{line}");
    }
}

#[tokio::test]
async fn a_case_that_was_confirmed_meanwhile_is_not_ruled_out_unseen() {
    let town = Town::new().await;
    let mut lan = town.health_officer().await;
    let (_, mut binh) = town.signed_in("binh.tran", Role::ProvincialCdc, UNIT).await;
    let id = register(&mut lan, "A-1", "suspected").await;
    let action = format!("/console/cases/{id}/status");
    let rule_out = lan.get(&format!("{action}?to=negative")).await;
    let confirm = binh.get(&format!("{action}?to=confirmed")).await;
    assert!(binh.submit(&confirm, &action, &[("test_date", "2026-11-22")]).await.status.is_redirection());
    let late = lan.submit(&rule_out, &action, &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("The status has changed meanwhile"));
    assert_eq!(town.state.store.case(id).await.unwrap().unwrap().facts.status, CaseStatus::Confirmed);
}

#[tokio::test]
async fn vietnamese_references_are_found_and_control_characters_refused() {
    for url in [bluezone_store::testing::sqlite().await, bluezone_store::testing::postgres().await] {
        let town = Town::on(&url).await;
        let mut browser = town.health_officer().await;
        let id = register(&mut browser, "Đ-12 Tổ Ở", "suspected").await;
        // đ-12 tổ ở
        let found = browser.get("/console?q=%C4%91-12%20t%E1%BB%95%20%E1%BB%9F").await;
        assert!(found.body.contains(&id.to_string()));
        let page = browser.get("/console/cases/new").await;
        let typed = [("reference", "đ-12 TỔ ở"), ("status", "suspected"), ("disease", "covid-19")];
        let again = browser.submit(&page, "/console/cases/new", &typed).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "it is taken");
        for odd in ["/console?q=%00", "/console?q=a%0Ab"] {
            assert_eq!(browser.get(odd).await.status, StatusCode::BAD_REQUEST, "{odd}");
        }
    }
}

#[tokio::test]
async fn cases_are_handed_to_a_unit_and_taken_back() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let mut cases = Vec::new();
    for reference in ["A-1", "A-2", "B-3"] {
        cases.push(register(&mut browser, reference, "suspected").await);
    }
    let own = town.state.store.case(cases[0]).await.unwrap().unwrap().assigned;
    let assigned = async || {
        let mut units = Vec::new();
        for id in &cases {
            units.push(town.state.store.case(*id).await.unwrap().unwrap().assigned);
        }
        units
    };
    let station = Some(STATION.to_owned());
    let action = "/console/cases/assign";
    let page = browser.get("/console").await;
    let chosen = format!("c-{}", cases[0]);
    let seen = browser.submit(&page, action, &[(&chosen, "yes"), ("to_unit", STATION)]).await;
    assert_eq!(assigned().await, [station.clone(), own.clone(), own.clone()]);
    let page = browser.open(seen.to()).await;
    assert!(page.body.contains("1 cases were handed over"), "{}", page.body);
    let undo = page.body.split("action=\"").find(|part| part.contains("/undo\"")).unwrap();
    let undo = undo.split('"').next().unwrap().to_owned();
    let (_, mut other) = town.signed_in("binh.tran", Role::ProvincialCdc, UNIT).await;
    let others = other.get("/console").await;
    let token = others.form(action).into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    let refused = other.post(&undo, &[("csrf", &token)]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "not theirs to take back");
    let seen = browser.submit(&page, &undo, &[]).await;
    assert!(browser.open(seen.to()).await.body.contains("Taken back: 1 cases"));
    assert_eq!(assigned().await, [own.clone(), own.clone(), own.clone()]);

    // All that match a filter, whatever page they stand on.
    let page = browser.get("/console?q=A-").await;
    browser.submit(&page, action, &[("all", "yes"), ("to_unit", STATION)]).await;
    assert_eq!(assigned().await, [station.clone(), station, own]);
    let seen = browser.submit(&page, action, &[("all", "yes"), ("to_unit", OTHER_UNIT)]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST, "a unit of another province");
}
