//! A declaration on paper, for the person's own file.

use super::declared::{own, read};
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::pdf;
use crate::console::shell::View;
use crate::declaring::files;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::Response;
use bluezone_domain::id::DeclarationId;
use bluezone_pages::text;
use bluezone_pages::time::date_time;
use bluezone_print::declaration::declaration;

text! {
    SENT, "Gửi lúc {time}", "Sent at {time}";
    FOOT, "Bluezone · Khai báo y tế", "Bluezone · Health declaration"
}

/// `GET /declared/{declaration}/paper.pdf`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<DeclarationId>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let (of, profile) = own(&state, &signed, id).await?;
    let (sheet, answers) = read(&state, &of).await?;
    let sent = SENT.fill(lang, &[("time", &date_time(lang, of.authored_at.0))]);
    let mut about = vec![profile.person.identity.name, sent];
    about.extend(files::named(&of).into_iter().map(|(number, file)| {
        let (name, words) = (files::name(id, number, &file.content_type), files::words(lang, number, &file));
        format!("{words}: {name}")
    }));
    let foot = FOOT.get(lang).to_owned();
    pdf::answer(
        declaration(sheet.form(), &answers, lang, &sheet.setting(), about, foot),
        "bluezone-declaration.pdf",
    )
}
