//! The forms that can be filled in today, and for whom.

use super::super::access::MaybeSigned;
use super::super::failure::Failure;
use super::super::outbox::outbox;
use super::super::routes;
use super::super::shell::Shell;
use super::Household;
use crate::console::shell::View;
use crate::declaring::{DAILY, Sheet, asks_who, day_of, open_forms};
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_domain::citizen::Profile;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, alert, empty};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Khai báo y tế", "Declare your health";
    LEAD, "Chọn tờ khai phù hợp. Khai xong bạn biết ngay cần làm gì.", "Choose the form you need. You are told at once what to do.";
    FOR_ME, "Cho tôi", "For me";
    FOR_OTHERS, "Khai hộ", "For others";
    FOR_OTHERS_WHY, "Cho con nhỏ, cha mẹ già, hoặc người không có điện thoại.", "For a child, an old parent, or somebody without a phone.";
    SOMEBODY_ELSE, "Khai hộ người khác", "Declare for somebody else";
    AGAIN_FOR, "Khai lại cho {name}", "Declare again for {name}";
    FULL_AGAIN, "Khai lại tất cả nếu nơi ở hoặc giấy tờ đã đổi.", "Everything anew, if your address or papers have changed.";
    DAILY_FOR, "Sức khỏe hôm nay của {name}", "How {name} is today";
    UNSENT, "Bạn đã đăng nhập, nhưng tờ khai chưa được lưu", "You are signed in, but your declaration is not stored";
    UNSENT_WHY, "Tờ khai đó vừa đóng. Hãy chọn tờ khai khác.", "That form has just been closed. Please choose another one.";
    NO_FORMS, "Hôm nay không có tờ khai nào", "There are no forms today";
    NO_FORMS_WHY, "Cơ quan y tế chưa yêu cầu khai báo. Nếu thấy không khỏe, hãy gọi trạm y tế.",
        "The health authority asks for no declarations now. If you feel unwell, call the health station."
}

/// What the address may say.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Present if a declaration was not stored because its form is closed.
    unsent: Option<String>,
}

/// `GET /declare`
pub async fn page(
    State(state): State<AppState>,
    MaybeSigned(signed): MaybeSigned,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let household = match &signed {
        Some(signed) => Household::of(&state, signed, "").await?,
        None => Household::NEW,
    };
    let known = household.own().is_some_and(Profile::is_known);
    let day = day_of(state.now());
    let forms = open_forms(&state, day).await?;
    let open = |name: &str| forms.iter().any(|form| form.name == name);
    // Who never declared cannot add to it; who did is asked the short form first.
    let mut mine = Vec::new();
    for form in forms.iter().filter(|form| known || asks_who(form)) {
        mine.extend(Sheet::open(&state, &form.name, day).await?);
    }
    mine.sort_by_key(|sheet| known && sheet.form().name == "toan-dan");
    let others = household.profiles.iter().filter(|profile| !profile.is_own());
    let body = html! {
        @if asked.unsent.is_some() && signed.is_some() {
            (alert(Tone::Caution, UNSENT.get(lang), html! { p { (UNSENT_WHY.get(lang)) } }))
        }
        @if signed.is_some() { (outbox(&state, lang).await?) }
        @if forms.is_empty() { (empty(Icon::Case, NO_FORMS.get(lang), html! { p { (NO_FORMS_WHY.get(lang)) } })) }
        @else {
            section.stack {
                h2 { (FOR_ME.get(lang)) }
                ul.entries {
                    @for sheet in &mine {
                        @let again = known && sheet.form().name == "toan-dan";
                        li { (entry(lang, sheet, &routes::declare(&sheet.form().name), again)) }
                    }
                }
            }
            section.stack {
                h2 { (FOR_OTHERS.get(lang)) }
                p.soft { (FOR_OTHERS_WHY.get(lang)) }
                ul.entries {
                    @for profile in others { li { (other(lang, profile, &open)) } }
                    @if open("toan-dan") {
                        li {
                            a.card.entry-link href=(format!("{}?for=new", routes::declare("toan-dan"))) {
                                span.entry-title { (Icon::Plus.svg()) (SOMEBODY_ELSE.get(lang)) }
                            }
                        }
                    }
                }
            }
        }
    };
    let title = TITLE.get(lang);
    let shell = Shell { lead: Some(LEAD.get(lang)), body, ..Shell::new(&view, signed.as_ref(), title) };
    Ok(shell.render())
}

fn entry(lang: Lang, sheet: &Sheet, href: &str, again: bool) -> Markup {
    let (form, setting) = (sheet.form(), sheet.setting());
    let why = form.description.as_ref().map(|words| words.fill(lang, setting.parameters));
    html! {
        a.card.entry-link href=(href) {
            span.entry-title { (Icon::Case.svg()) (form.title.fill(lang, setting.parameters)) }
            @if again { span.soft { (FULL_AGAIN.get(lang)) } }
            @else if let Some(why) = why { span.soft { (why) } }
        }
    }
}

/// What can be declared for somebody who is known.
fn other(lang: Lang, profile: &Profile, open: &dyn Fn(&str) -> bool) -> Markup {
    let name = &profile.person.identity.name;
    let link = |form: &str, words: bluezone_pages::Text| {
        html! {
            @if open(form) {
                a href=(format!("{}?for={}", routes::declare(form), profile.id)) { (words.fill(lang, &[("name", name)])) }
            }
        }
    };
    html! {
        div.card {
            p.entry-title { (Icon::People.svg()) (name) }
            div.row { (link("khai-bao-lai", AGAIN_FOR)) (link(DAILY, DAILY_FOR)) }
        }
    }
}
