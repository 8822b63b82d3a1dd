//! Line lists: out, changed in a table, and in again.

use super::browser::{Browser, Seen};
use super::town::{NOW, OTHER_UNIT, Town, UNIT, register};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use bluezone_domain::case::CaseStatus;
use bluezone_domain::line_list::Column;
use bluezone_domain::officer::Role;
use bluezone_server::registry::sheet;
use bluezone_store::{CaseFilter, CaseLine, Within};

const BOUNDARY: &str = "bluezone-test";

async fn cases(town: &Town) -> Vec<CaseLine> {
    let all = CaseFilter { within: Within::everything(), ..CaseFilter::default() };
    town.state.store.case_lines(&all, None, 1_000).await.unwrap()
}

/// Sends a file from the page of line lists.
async fn send(browser: &mut Browser, content: &[u8]) -> Seen {
    let page = browser.get("/console/line-list").await;
    let fields = page.form("/console/line-list");
    let token = fields.iter().find(|(name, _)| name == "csrf").map(|(_, value)| value.clone());
    send_with(browser, &token.unwrap(), content).await
}

/// Sends a table and opens the look at it.
async fn looked_at(browser: &mut Browser, rows: &[Vec<String>]) -> Seen {
    let look = send(browser, &csv(rows)).await;
    browser.get(look.to()).await
}

async fn send_with(browser: &mut Browser, token: &str, content: &[u8]) -> Seen {
    let mut body = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n--{BOUNDARY}\r\n\
         content-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\ncontent-type: text/csv\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    browser.send_as(&kind, Method::POST, "/console/line-list", Body::from(body)).await
}

fn table(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let read = sheet::read(bytes, |row| {
        rows.push(row);
        Ok::<_, sheet::BadSheet>(())
    });
    read.unwrap();
    rows
}

fn csv(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

const NEW: &str = "Mã hồ sơ,HỌ TÊN,Năm sinh,CCCD,SĐT,Mã xã,Bệnh,Phân loại ca,Ngày lấy mẫu\n\
    N-1,Nguyễn Thị Ân,1985,019185001234,0912345678,05443,COVID-19,Xác định,22/11/2026\n\
    N-2,=HYPERLINK(1),1990,,+66812345678,,covid-19,Nghi ngờ,\n\
    N-3,Lê Bình,1990,12,,,COVID-19,Xác định,\n\
    N-4,Trần Chi,1990,,,00004,COVID-19,Nghi ngờ,\n";

#[tokio::test]
async fn a_list_is_looked_at_then_taken_and_the_wrong_rows_come_back() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let look = send(&mut browser, NEW.as_bytes()).await.to().to_owned();
    let page = browser.get(&look).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("Take in 2 rows"), "{}", page.body);
    assert!(page.body.contains("Identity card: is no such number"));
    assert!(page.body.contains("a confirmed case needs the day its sample was taken"));
    assert!(page.body.contains("beyond your reach"), "a commune of Hà Nội");
    assert_eq!(cases(&town).await.len(), 0, "nothing is saved by looking");

    let wrong = browser.get(&format!("{look}/wrong")).await;
    let rows = table(wrong.body.as_bytes());
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0].last().unwrap(), "Errors");
    assert_eq!((rows[1][0].as_str(), rows[2][0].as_str()), ("N-3", "N-4"));

    let done = browser.submit(&page, &look, &[]).await;
    let page = browser.get(done.to()).await;
    assert!(page.body.contains("2 new cases, 0 cases changed."), "{}", page.body);
    assert!(page.body.contains("2 wrong rows were left out."));
    let cases = cases(&town).await;
    assert_eq!(cases.len(), 2);
    let first = cases.iter().find(|line| line.case.reference == "N-1").unwrap();
    let person = first.person.as_ref().unwrap();
    assert_eq!(person.identity.name, "Nguyễn Thị Ân");
    assert_eq!((first.case.facts.status, first.case.created_at), (CaseStatus::Confirmed, NOW));
    assert_eq!(first.case.area.commune.unwrap().to_string(), "05443");

    // The wrong rows, mended, without the column of reasons in the way.
    let mut rows = rows;
    rows[1][3] = String::new();
    rows[1][8] = "22/11/2026".to_owned();
    rows[2][5] = "05443".to_owned();
    let look = send(&mut browser, &csv(&rows)).await.to().to_owned();
    let page = browser.get(&look).await;
    assert!(page.body.contains("Take in 2 rows"), "{}", page.body);
    // The same list cannot be taken twice.
    browser.submit(&page, &look, &[]).await;
    assert_eq!(browser.submit(&page, &look, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(self::cases(&town).await.len(), 4);
}

async fn exported(browser: &mut Browser, kind: &str) -> Vec<Vec<String>> {
    let page = browser.get("/console/line-list").await;
    let why = [("kind", kind), ("basis", "NĐ 165/2026, Điều 21"), ("purpose", "Giao ban hằng ngày")];
    table(&browser.submit_for_file(&page, "/console/line-list/export", &why).await)
}

#[tokio::test]
async fn what_goes_out_comes_in_again_and_changes_only_what_was_changed() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let look = send(&mut browser, NEW.as_bytes()).await.to().to_owned();
    let page = browser.get(&look).await;
    browser.submit(&page, &look, &[]).await;
    register(&mut browser, "without a person", "suspected").await;
    for kind in ["csv", "xlsx"] {
        let before = cases(&town).await;
        let mut rows = exported(&mut browser, kind).await;
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[0][Column::Name as usize], "Họ và tên");
        // As it is: nothing to do.
        let page = looked_at(&mut browser, &rows).await;
        assert!(page.body.contains("There is nothing to take in."), "{kind}: {}", page.body);
        let at = rows.iter().position(|row| row[Column::Reference as usize] == "N-1").unwrap();
        rows[at][Column::Occupation as usize] = format!("giáo viên {kind}");
        let stale = rows.clone();
        let look = send(&mut browser, &csv(&rows)).await.to().to_owned();
        let page = browser.get(&look).await;
        assert!(page.body.contains("Take in 1 rows"), "{kind}: {}", page.body);
        browser.submit(&page, &look, &[]).await;
        let after = cases(&town).await;
        for (before, after) in before.iter().zip(&after) {
            let expected = if before.case.reference == "N-1" { "giáo viên " } else { "" };
            let occupation = after.person.as_ref().map_or("", |person| &person.identity.occupation);
            assert_eq!(occupation.strip_suffix(kind).unwrap_or(occupation), expected);
            assert_eq!(before.case, after.case, "cases did not change, only a person");
        }
        // What was taken out before that change does not undo it.
        let page = looked_at(&mut browser, &stale).await;
        assert!(page.body.contains("the case changed after it was taken out"), "{kind}: {}", page.body);
    }
}

#[tokio::test]
async fn nobody_takes_out_or_changes_what_they_do_not_reach() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let look = send(&mut browser, NEW.as_bytes()).await.to().to_owned();
    let page = browser.get(&look).await;
    browser.submit(&page, &look, &[]).await;
    let rows = exported(&mut browser, "csv").await;
    let (_, mut other) = town.signed_in("other", Role::ProvincialCdc, OTHER_UNIT).await;
    assert_eq!(exported(&mut other, "csv").await.len(), 1, "only headers");
    assert_eq!(other.get(&look).await.status, StatusCode::NOT_FOUND, "another officer's list");
    let mut moved = rows.clone();
    for row in &mut moved[1..] {
        row[Column::Province as usize] = "01".to_owned();
        row[Column::Commune as usize] = "00004".to_owned();
    }
    let page = looked_at(&mut other, &moved).await;
    assert!(page.body.contains("no such case in your reach"), "{}", page.body);
    // An hour later the file is gone.
    let look = send(&mut browser, NEW.as_bytes()).await.to().to_owned();
    town.wait(3_600);
    let (_, mut later) = town.signed_in("later", Role::ProvincialCdc, UNIT).await;
    assert_eq!(later.get(&look).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_no_list_or_no_form_of_ours_is_refused() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    for (content, problem) in [(&b""[..], "none"), (b"\xff\xff", "unreadable"), (b"a,b\n1,2\n", "headers")] {
        let seen = send(&mut browser, content).await;
        assert_eq!(seen.to(), format!("/console/line-list?problem={problem}"));
        assert!(browser.get(seen.to()).await.body.contains("id=\"file-error\""));
    }
    let forged = send_with(&mut browser, "nonsense", NEW.as_bytes()).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_list_that_leaves_stands_in_the_public_log_with_its_reason() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    register(&mut browser, "A-1", "suspected").await;
    let page = browser.get("/console/line-list").await;
    for (field, typed) in [("basis", ""), ("purpose", "gọi 0912 345 678")] {
        let mut why = vec![("basis", "NĐ 165/2026, Điều 21"), ("purpose", "Giao ban")];
        why.retain(|(name, _)| *name != field);
        why.push((field, typed));
        let seen = browser.submit(&page, "/console/line-list/export", &why).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(seen.body.contains(&format!("id=\"{field}-error\"")));
    }
    assert!(town.state.store.log_entries(0, 10).await.unwrap().is_empty(), "nothing left");
    exported(&mut browser, "csv").await;
    let entries = town.state.store.log_entries(0, 10).await.unwrap();
    assert_eq!(entries.len(), 1);
    let text = String::from_utf8(entries[0].clone()).unwrap();
    for line in ["kind export", "unit TN-CDC", "purpose Giao ban hằng ngày", "records 1"] {
        assert!(text.lines().any(|there| there == line), "{line} in {text}");
    }
}
