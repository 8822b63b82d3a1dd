//! A request for a phone's history on the phone's own pages, as its owner reads it and says no.

use crate::asking::{Promise, STATION, pinned, scope};
use crate::axe::for_everybody;
use crate::browser::{base, browse, keep_picture, publish, small_targets};
use crate::scene::{Authority, HOUR_S, MORNING, Person};
use crate::webdriver::{Browser, Look};
use bluezone_device::{Choice, ConsentAnswer, ConsentStep, Purpose, Yes};
use bluezone_protocol::api::Mailbox;
use bluezone_transparency::release::OutgoingRequest;
use bluezone_transparency::tiles::TileError;

/// Reads the log to its newest entry, with these requests.
fn read_log(person: &Person, promise: &mut Promise, requests: &[OutgoingRequest]) {
    let (file, units, tiles) = (promise.requests(requests), promise.units_file(), promise.log.tiles());
    person.phone.with(|mind, now, _| {
        let mut read = mind.begin_log(&file, now).unwrap();
        let entries = tiles.for_each_entry(read.range(), |_, entry| {
            read.push(&entry);
            Ok::<_, TileError>(())
        });
        entries.unwrap();
        mind.finish_log(read.finish().unwrap(), now).unwrap();
        if mind.wants_units().unwrap() {
            mind.take_units(&units).unwrap();
        }
    });
}

/// The owner lets themself be asked; where requests reach them.
fn lets_be_asked(person: &Person) -> Mailbox {
    person.phone.with(|mind, now, rng| {
        let yes = vec![Yes { purpose: Purpose::BeAsked, words: "words".to_owned(), language: "vi" }];
        let choice = Choice { unit: STATION.to_owned(), yes, ..Choice::default() };
        mind.share(&choice, now, rng).unwrap();
        let (step, tag) = mind.consent_next(rng).unwrap();
        let ConsentStep::Upload(request) = step else { panic!("the mailbox is left") };
        mind.consent_taken(tag.as_ref(), ConsentAnswer::Acknowledged, now).unwrap();
        request.mailbox.unwrap()
    })
}

/// The case's phone with two requests, one of which it can answer.
async fn asked(authority: &Authority) -> Person {
    let person = Person::trusting(authority, 1, Some(pinned())).await;
    let near = Person::new(authority, 2).await;
    for days in [0, 1, 2] {
        person.meets(&near, MORNING - (3 + 24 * days) * HOUR_S, 30, -60);
    }
    publish(authority, &person).await;
    let mut promise = Promise::new(MORNING);
    read_log(&person, &mut promise, &[]);
    let mailbox = lets_be_asked(&person);
    let first = promise.ask(&mailbox, scope(MORNING - 72 * HOUR_S, MORNING));
    // Of a time of which the phone has nothing.
    let empty = promise.ask(&mailbox, scope(MORNING - 300 * HOUR_S, MORNING - 290 * HOUR_S));
    let first = promise.outgoing(&mailbox, first.entry, first.index);
    read_log(&person, &mut promise, &[first, empty]);
    person
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_for_everybody_to_read_and_to_refuse() {
    let authority = Authority::open().await;
    let person = asked(&authority).await;
    let ids: Vec<_> = person.phone.with(|mind, now, _| {
        mind.requests(now).unwrap().iter().map(|asked| hex::encode(asked.hash().0)).collect()
    });
    assert_eq!(ids.len(), 2);
    let link = person.pages().await;
    browse(move || {
        let page = |path: &str| format!("{}{path}", base(&link));
        for (look, shade) in [
            (Look { dark: true, ..Look::SMALL_PHONE }, "dark"),
            (Look::PHONE, "light"),
            (Look::DESK, "light"),
        ] {
            let browser = Browser::open(look);
            browser.go(&link);
            let fits = |name: &str, lang: &str| {
                let (url, width) = (browser.url(), look.width);
                assert_eq!(browser.overhang(), 0, "{url} at {width} px scrolls sideways");
                assert_eq!(small_targets(&browser), "", "{url} at {width} px");
                for_everybody(&browser);
                keep_picture(&browser, &format!("app-{name}-{lang}-{width}-{shade}"));
            };
            for lang in ["vi", "en"] {
                browser.go(&format!("{}?lang={lang}", page("requests")));
                fits("requests-two", lang);
                for (number, id) in ids.iter().enumerate() {
                    browser.go(&page(&format!("requests/{id}")));
                    assert_eq!(browser.eval("return document.documentElement.lang").as_str(), Some(lang));
                    assert!(browser.text("main").contains("CDC Thái Nguyên"));
                    fits(&format!("request-{number}"), lang);
                }
                // Sent without a tick.
                browser.go(&page(&format!("requests/{}", answerable(&browser, &page, &ids))));
                browser.press("form[action$='/yes'] .button");
                browser.wait("#answer-error");
                fits("request-to-mend", lang);
                browser.go(&page(&format!("requests/{}", "0".repeat(64))));
                fits("request-gone", lang);
            }
        }
        let browser = Browser::open(Look::SMALL_PHONE);
        browser.go(&link);
        for id in &ids {
            browser.go(&page(&format!("requests/{id}")));
            browser.press("form[action$='/no'] .button");
            browser.wait("main");
            assert!(browser.url().ends_with("/requests"), "{}", browser.url());
        }
        assert!(browser.text("main").contains("Không có câu hỏi nào"));
    })
    .await;
}

/// The one of them that can be answered.
fn answerable<'a>(browser: &Browser, page: &impl Fn(&str) -> String, ids: &'a [String]) -> &'a str {
    let has_form = |id: &&String| {
        browser.go(&page(&format!("requests/{id}")));
        browser.eval("return document.querySelector(\"form[action$='/yes']\") !== null").as_bool()
            == Some(true)
    };
    ids.iter().find(has_form).unwrap()
}
