//! A copy of everything, as a PDF to read and to hand on.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::super::inbox;
use super::super::pdf;
use super::super::places::words::{kind, whereabouts};
use super::everything::{Everything, everything};
use super::visits as kept;
use super::{consents, looks, page, requests, work};
use crate::console::shell::View;
use crate::console::signals::category;
use crate::declaring::{Places, files};
use crate::rights::words;
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use bluezone_domain::citizen::Profile;
use bluezone_domain::declaration::Declaration;
use bluezone_domain::message::Received;
use bluezone_forms::{Library, Setting, print, response};
use bluezone_pages::time::date_time;
use bluezone_pages::{Lang, Text, text};
use bluezone_print::report::{Block, Report, Section, Table, report};

text! {
    MADE, "Lập lúc {at} cho số điện thoại {phone}", "Made at {at} for the telephone number {phone}";
    FOOT, "Bản sao dữ liệu cá nhân theo Luật 91/2025/QH15, Điều 4", "A copy of personal data under Law 91/2025/QH15, Art. 4";
    NOTHING, "Không có.", "None.";
    WHEN, "Lúc", "When";
    WHAT, "Nội dung", "What";
    PLACE, "Nơi", "Place";
    UNTIL, "Đến", "Until";
    UNIT, "Đơn vị", "Unit";
    BASIS, "Căn cứ", "Basis";
    WITHDRAWN, "Rút lại", "Taken back";
    BIRTH, "Sinh", "Born";
    CARD, "Số CCCD", "Identity card";
    PHONE, "Điện thoại", "Telephone";
    ADDRESS, "Địa chỉ", "Address";
    OWN_PLACES, "Địa điểm, phương tiện bạn đăng ký", "Places and vehicles you registered";
    AGENCIES, "Danh sách nơi làm việc bạn lập", "Agencies you run";
    CLOSED, "Đã đóng", "Closed";
    ON_LIST, "{n} người trong danh sách", "{n} people on the list";
    DUE, "Hạn trả lời", "Answer by"
}

/// `GET /me/export.pdf`
pub async fn paper(State(state): State<AppState>, signed: Signed, view: View) -> Result<Response, Failure> {
    let lang = view.lang;
    let copy = everything(&state, &signed).await?;
    let at = date_time(lang, state.now().0);
    let whole = Report {
        lang,
        title: page::TITLE.get(lang).to_owned(),
        about: vec![MADE.fill(lang, &[("at", &at), ("phone", copy.citizen.phone.as_str())])],
        sections: sections(lang, &copy, &state.forms().await?.library),
        foot: FOOT.get(lang).to_owned(),
    };
    pdf::answer(report(&whole), "bluezone.pdf")
}

fn sections(lang: Lang, copy: &Everything, library: &Library) -> Vec<Section> {
    let mut sections = vec![section(lang, page::PEOPLE, people(lang, copy))];
    sections.extend(copy.declarations.iter().map(|of| declaration(lang, of, library)));
    sections.extend([
        section(lang, consents::TITLE, agreed(lang, copy)),
        section(lang, kept::TITLE, visits(lang, copy)),
        section(lang, OWN_PLACES, own_places(lang, copy)),
        section(lang, AGENCIES, agencies(lang, copy)),
        section(lang, work::TITLE, at_work(lang, copy)),
        section(lang, inbox::TITLE, received(lang, &copy.messages, &copy.profiles)),
        section(lang, looks::TITLE, looked(lang, copy)),
        section(lang, page::REPORTS, reports(lang, copy)),
        section(lang, requests::TITLE, asked(lang, copy)),
    ]);
    sections
}

fn section(lang: Lang, title: Text, blocks: Vec<Block>) -> Section {
    let blocks = if blocks.is_empty() { vec![Block::Words(NOTHING.get(lang).to_owned())] } else { blocks };
    Section { title: title.get(lang).to_owned(), blocks }
}

fn table(lang: Lang, columns: &[(Text, f32)], rows: Vec<Vec<String>>) -> Vec<Block> {
    if rows.is_empty() {
        return Vec::new();
    }
    let columns = columns.iter().map(|(title, width)| (title.get(lang).to_owned(), *width)).collect();
    vec![Block::Table(Table { columns, rows })]
}

fn people(lang: Lang, copy: &Everything) -> Vec<Block> {
    let of = |profile: &Profile| {
        let identity = &profile.person.identity;
        let facts = [
            (BIRTH, identity.birth.map(|birth| birth.to_string()).unwrap_or_default()),
            (CARD, identity.national_id.as_ref().map(ToString::to_string).unwrap_or_default()),
            (PHONE, identity.phone.as_ref().map(ToString::to_string).unwrap_or_default()),
            (ADDRESS, identity.address.clone()),
        ];
        let known = facts.into_iter().filter(|(_, value)| !value.is_empty());
        let facts = known.map(|(title, value)| (title.get(lang).to_owned(), value)).collect();
        [Block::Words(page::name(lang, profile)), Block::Facts(facts)]
    };
    copy.profiles.iter().flat_map(of).collect()
}

/// As it was asked and answered.
fn declaration(lang: Lang, declaration: &Declaration, library: &Library) -> Section {
    let at = date_time(lang, declaration.received_at.0);
    let untold = || Section { title: at.clone(), blocks: vec![Block::Words(declaration.form.clone())] };
    let Some(form) = library.get(&declaration.form) else { return untold() };
    let Ok(stored) = serde_json::from_str(&declaration.content.response) else { return untold() };
    let Ok(answers) = response::read(form, &stored) else { return untold() };
    let parameters = crate::reporting::parameters(&stored);
    let setting = Setting { today: declaration.day, parameters: &parameters, sets: &Places };
    let facts = form.questions().into_iter().filter_map(|item| {
        let values = answers.get(&item.link_id);
        let said: Vec<_> =
            values.iter().map(|value| print::answer_words(item, value, &answers, lang, &setting)).collect();
        (!said.is_empty()).then(|| (item.question(lang, &setting), said.join(", ")))
    });
    let mut blocks =
        vec![Block::Words(declaration.content.person.name.clone()), Block::Facts(facts.collect())];
    blocks.extend(files::named(declaration).into_iter().map(|(number, file)| {
        let name = files::name(declaration.id, number, &file.content_type);
        Block::Words(format!("{}: {name}", files::words(lang, number, &file)))
    }));
    Section { title: format!("{} · {at}", form.title.get(lang)), blocks }
}

fn agreed(lang: Lang, copy: &Everything) -> Vec<Block> {
    let rows = copy.consents.iter().map(|consent| {
        let withdrawn = consent.withdrawn_at.map(|at| date_time(lang, at.0)).unwrap_or_default();
        let agency = consents::agency(lang, consent, &copy.agreed).map(|agency| format!("{agency}: "));
        let words = format!("{}{}", agency.unwrap_or_default(), consents::words(lang, consent));
        vec![date_time(lang, consent.given_at.0), words, withdrawn]
    });
    table(lang, &[(WHEN, 1.2), (WHAT, 4.0), (WITHDRAWN, 1.2)], rows.collect())
}

fn visits(lang: Lang, copy: &Everything) -> Vec<Block> {
    let rows = copy.visits.iter().map(|(who, visit)| {
        let place = copy.places.get(&visit.place).map_or("–", |place| place.details.name.as_str());
        let times = [visit.stay.from, visit.stay.to].map(|at| date_time(lang, at.0));
        let [from, to] = times;
        vec![from, to, if who.is_empty() { place.to_owned() } else { format!("{place} · {who}") }]
    });
    let mut table = table(lang, &[(WHEN, 1.2), (UNTIL, 1.2), (PLACE, 3.0)], rows.collect());
    if table.is_empty() {
        table.push(Block::Words(NOTHING.get(lang).to_owned()));
    }
    kept::sentences(lang, copy.visit_days).map(Block::Words).into_iter().chain(table).collect()
}

fn own_places(lang: Lang, copy: &Everything) -> Vec<Block> {
    let rows = copy.own_places.iter().map(|place| {
        let (code, where_it_is) = (place.code.grouped(), whereabouts(lang, place));
        let kind = kind(place.kind).get(lang);
        let said = [&place.details.name, kind, &code, &where_it_is, &place.details.registrant];
        let said: Vec<&str> = said.into_iter().filter(|words| !words.is_empty()).collect();
        let closed = place.closed_at.map(|at| date_time(lang, at.0)).unwrap_or_default();
        vec![date_time(lang, place.created_at.0), said.join(" · "), closed]
    });
    table(lang, &[(WHEN, 1.2), (PLACE, 4.0), (CLOSED, 1.2)], rows.collect())
}

fn agencies(lang: Lang, copy: &Everything) -> Vec<Block> {
    let rows = copy.agencies.iter().map(|(agency, staff)| {
        let listed = ON_LIST.fill(lang, &[("n", &staff.to_string())]);
        vec![date_time(lang, agency.created_at.0), format!("{} · {listed}", agency.name)]
    });
    table(lang, &[(WHEN, 1.2), (WHAT, 4.0)], rows.collect())
}

/// A line for each: also refusals, whose time is not kept.
fn at_work(lang: Lang, copy: &Everything) -> Vec<Block> {
    work::lines(lang, &copy.invitations, &copy.refusals, copy.app_runs)
        .into_iter()
        .map(Block::Words)
        .collect()
}

fn looked(lang: Lang, copy: &Everything) -> Vec<Block> {
    let rows = copy.looks.iter().map(|look| {
        let unit = copy.units.get(&look.unit).unwrap_or(&look.unit).clone();
        let basis = looks::basis(look.basis).get(lang);
        let basis =
            if look.reason.is_empty() { basis.to_owned() } else { format!("{basis}: {}", look.reason) };
        vec![date_time(lang, look.at.0), unit, looks::kind(look.kind).get(lang).to_owned(), basis]
    });
    table(lang, &[(WHEN, 1.2), (UNIT, 1.5), (WHAT, 1.5), (BASIS, 2.5)], rows.collect())
}

/// What the authority wrote, as the inbox has it.
fn received(lang: Lang, messages: &[Received], profiles: &[Profile]) -> Vec<Block> {
    let row = |received: &Received| {
        vec![date_time(lang, received.sent_at.0), inbox::words(lang, &received.message, profiles)]
    };
    table(lang, &[(WHEN, 1.2), (WHAT, 5.0)], messages.iter().map(row).collect())
}

fn reports(lang: Lang, copy: &Everything) -> Vec<Block> {
    let rows = copy.signals.iter().map(|signal| {
        vec![date_time(lang, signal.received_at.0), category(&signal.category).get(lang).to_owned()]
    });
    table(lang, &[(WHEN, 1.0), (WHAT, 4.0)], rows.collect())
}

fn asked(lang: Lang, copy: &Everything) -> Vec<Block> {
    let rows = copy.requests.iter().map(|request| {
        let what = words::right(request.right).get(lang);
        let said = [what, &request.words.asked, &request.words.answer];
        let said = said.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join("\n");
        // The term ends with the last second of its last day.
        vec![date_time(lang, request.received_at.0), said, date_time(lang, request.due_at.0 - 1)]
    });
    table(lang, &[(WHEN, 1.2), (WHAT, 4.0), (DUE, 1.2)], rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_domain::Timestamp;
    use bluezone_domain::id::{CitizenId, DeclarationId, MessageId};
    use bluezone_domain::message::Message;

    #[test]
    fn the_inbox_stands_on_the_paper() {
        let text = "Hãy ở nhà, trạm sẽ gọi lại.".to_owned();
        let message = Message::DeclarationAdvice { declaration: DeclarationId::from_bytes([1; 16]), text };
        let (id, citizen) = (MessageId::from_bytes([2; 16]), CitizenId::from_bytes([3; 16]));
        let received_then =
            Received { id, citizen, message, sent_at: Timestamp(1_795_500_000), read_at: None };
        let blocks = received(Lang::Vi, &[received_then], &[]);
        let [Block::Table(table)] = blocks.as_slice() else { panic!("a table") };
        assert_eq!(table.rows[0][1], "Trạm y tế trả lời tờ khai của bạn\nHãy ở nhà, trạm sẽ gọi lại.");
        assert!(received(Lang::Vi, &[], &[]).is_empty(), "said to be none");
    }
}
