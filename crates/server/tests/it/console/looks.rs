//! Every page in both languages: what a screen reader, a small screen and a careful browser need of its HTML.

use super::browser::Seen;
use super::contacts;
use super::town::{Town, UNIT, register};
use axum::http::header;
use bluezone_domain::officer::Role;
use std::collections::BTreeSet;

/// A page of whatever part of the server.
pub fn check_page(path: &str, lang: &str, seen: &Seen) {
    let body = &seen.body;
    let at = format!("{lang} {path}");
    assert!(body.starts_with("<!DOCTYPE html>"), "{at}: {} {body}", seen.status);
    assert!(body.contains(&format!("<html lang=\"{lang}\">")), "{at}");
    assert_eq!(body.matches("<h1").count(), 1, "{at}: one heading names the page");
    assert!(body.contains("<meta name=\"viewport\""), "{at}");
    let text: String =
        body.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect();
    assert!(!text.contains('{') && !text.contains('}'), "{at}: a place in a text was not filled: {text}");

    let ids: Vec<_> = attributes(body, "id").collect();
    let unique: BTreeSet<_> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "{at}: an id twice in {ids:?}");
    for named in
        attributes(body, "aria-describedby").chain(attributes(body, "for")).flat_map(str::split_whitespace)
    {
        assert!(unique.contains(named), "{at}: {named} is spoken of but not there");
    }
    for input in body.split("<input").skip(1).map(|tag| tag.split('>').next().unwrap()) {
        let hidden = input.contains("type=\"hidden\"") || input.contains(" hidden");
        let choice = input.contains("type=\"radio\"") || input.contains("type=\"checkbox\"");
        let labelled =
            attributes(input, "id").next().is_some_and(|id| body.contains(&format!("for=\"{id}\"")));
        assert!(hidden || choice || labelled, "{at}: an input without a label: {input}");
    }
    for (element, end) in [("<a ", "</a>"), ("<button ", "</button>")] {
        for inside in body.split(element).skip(1).map(|rest| rest.split(end).next().unwrap()) {
            let (tag, seen) = inside.split_once('>').unwrap();
            let seen: String = seen.split('<').map(|part| part.rsplit('>').next().unwrap()).collect();
            for name in attributes(&format!(" {tag}"), "aria-label") {
                // Who speaks to the page says what they see (WCAG 2.5.3).
                let said = name.to_lowercase().contains(&seen.trim().to_lowercase());
                assert!(said, "{at}: {name} does not hold the words {seen}");
            }
        }
    }
    for form in body.split("<form").skip(1).map(|form| form.split("</form>").next().unwrap()) {
        let post = form.contains("method=\"post\"");
        assert!(!post || form.contains("name=\"csrf\""), "{at}: a form without its token");
    }
    assert!(!body.contains(" style=") && !body.contains("javascript:"), "{at}");
    for name in [header::CONTENT_SECURITY_POLICY, header::X_CONTENT_TYPE_OPTIONS, header::X_FRAME_OPTIONS] {
        assert!(seen.headers.contains_key(&name), "{at}: {name}");
    }
    assert_eq!(seen.headers[header::CACHE_CONTROL], "no-store", "{at}");
}

fn attributes<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let begin = format!(" {name}=\"");
    html.match_indices(&begin)
        .map(move |(at, found)| &html[at + found.len()..])
        .map(|rest| rest.split('"').next().unwrap())
        .collect::<Vec<_>>()
        .into_iter()
}

#[tokio::test]
async fn every_page_is_whole_in_both_languages() {
    let town = Town::new().await;
    let (_, mut officer) = town.signed_in("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    let (_, mut administrator) = town.signed_in("admin", Role::Administrator, UNIT).await;
    let colleague = town.officer("binh.tran", Role::ProvincialCdc, UNIT).await;
    let mut ids = Vec::new();
    for (reference, status) in [("A-1", "suspected"), ("A-2", "confirmed"), ("A-3", "suspected")] {
        ids.push(register(&mut officer, reference, status).await);
    }
    let action = format!("/console/cases/{}/status", ids[2]);
    let ask = officer.get(&format!("{action}?to=negative")).await;
    officer.submit(&ask, &action, &[]).await;
    let (contact, _) = contacts::registered(&mut officer, ids[1]).await;
    for lang in ["vi", "en"] {
        let mut nobody = town.browser();
        for path in ["/console/sign-in", "/console/sign-in?left=1", "/c"] {
            check_page(path, lang, &nobody.get(&format!("{path}{}lang={lang}", sign(path))).await);
        }
        let mut paths = vec![
            "/console".to_owned(),
            "/console?status=negative&q=zzz".to_owned(),
            "/console/cases/new".to_owned(),
            "/console/account?done=1".to_owned(),
            "/console/officers".to_owned(),
            "/console/nowhere".to_owned(),
            format!("/console/cases/{}?done=registered", ids[0]),
            format!("/console/cases/{}?done=changed", ids[1]),
            format!("/console/cases/{}", ids[2]),
            format!("/console/cases/{}/status?to=confirmed", ids[0]),
            format!("/console/cases/{}/status?to=negative", ids[1]),
            format!("/console/cases/{}/status?to=confirmed", ids[1]),
            "/console/contacts?class=F%3F&names=full".to_owned(),
            format!("/console/cases/{}/contacts?done=undone", ids[1]),
            format!("/console/cases/{}/contacts/new", ids[1]),
            format!("/console/cases/{}/graph", ids[1]),
            format!("/console/cases/{}/graph?by=day&zoom=50", ids[1]),
            format!("/console/cases/{}/graph", ids[2]),
            format!("/console/contacts/{contact}?done=registered"),
            format!("/console/contacts/{contact}/conclusion?closeness=direct"),
            format!("/console/contacts/{contact}/case?case={}", ids[0]),
        ];
        for path in &mut paths {
            check_page(path, lang, &officer.get(&format!("{path}{}lang={lang}", sign(path))).await);
        }
        for path in ["/console", "/console/officers", &format!("/console/officers/{}/disable", colleague.id)]
        {
            check_page(path, lang, &administrator.get(&format!("{path}?lang={lang}")).await);
        }
        // Pages that answer forms.
        let page = officer.get("/console/cases/new").await;
        check_page("a case to mend", lang, &officer.submit(&page, "/console/cases/new", &[]).await);
        let page = officer.get("/console/account").await;
        check_page("a password to mend", lang, &officer.submit(&page, "/console/account", &[]).await);
        let page = nobody.get("/console/sign-in").await;
        check_page("a refusal", lang, &nobody.submit(&page, "/console/sign-in", &[]).await);
        check_page("a forged form", lang, &officer.post("/console/account", &[]).await);
        let codes = format!("/console/cases/{}/codes", ids[1]);
        let page = officer.get(&format!("/console/cases/{}", ids[1])).await;
        for form in page.forms(&codes) {
            let to = officer.submit_form(form, &codes, &[]).await.to().to_owned();
            check_page("a code", lang, &officer.get(&to).await);
            check_page("a code that was shown", lang, &officer.get(&to).await);
        }
    }
}

fn sign(path: &str) -> char {
    if path.contains('?') { '&' } else { '?' }
}

#[tokio::test]
async fn the_language_is_remembered() {
    let town = Town::new().await;
    let mut browser = town.browser();
    assert!(browser.get("/console/sign-in").await.body.contains("<html lang=\"en\">"), "the browser's own");
    assert!(browser.get("/console/sign-in?lang=vi").await.body.contains("<html lang=\"vi\">"));
    assert!(browser.get("/console/sign-in").await.body.contains("<html lang=\"vi\">"), "remembered");
}

#[tokio::test]
async fn the_files_that_pages_name_are_served() {
    let town = Town::new().await;
    let mut browser = town.browser();
    let page = browser.get("/c").await;
    let named: Vec<_> = attributes(&page.body, "href")
        .chain(attributes(&page.body, "src"))
        .filter(|path| path.starts_with("/assets/"))
        .map(str::to_owned)
        .collect();
    assert!(named.len() >= 4, "{named:?}");
    for path in named {
        let file = browser.get(&path).await;
        assert_eq!(file.status, 200, "{path}");
        assert!(file.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert!(!file.headers.contains_key(header::SET_COOKIE));
    }
    assert_eq!(browser.get("/assets/style.css").await.status, 404);
}
