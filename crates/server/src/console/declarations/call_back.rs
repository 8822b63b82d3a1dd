//! Whether whoever declared agreed to be called about it, and on which basis they are called if they did not.

use super::find;
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::{contact_words, looked};
use crate::state::AppState;
use bluezone_domain::Timestamp;
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::data_look::Kind;
use bluezone_domain::declaration::{Consent, Declaration, SentBy};
use bluezone_domain::handling::Outcome;
use bluezone_pages::form::{Field, to_mend};
use bluezone_pages::parts::{Tone, badge};
use bluezone_pages::time::date_time;
use bluezone_pages::{Lang, text};
use bluezone_store::StoreError;
use maud::{Markup, html};

/// The purpose, as the forms name it.
const CALL_BACK: &str = "call-back";
/// What a call without consent may stand on.
const WITHOUT_CONSENT: [LegalBasis; 2] = [LegalBasis::Emergency, LegalBasis::Duty];
/// Nobody was called.
const NOT_CALLED: &str = "-";

text! {
    AGREED, "Đã đồng ý, {when}", "Agreed, {when}";
    TAKEN_BACK, "Đã rút lại sự đồng ý, {when}", "Took the consent back, {when}";
    NEVER, "Không đồng ý", "Did not agree";
    ONLY_BY_LAW, "Chỉ gọi khi luật buộc: khẩn cấp về tính mạng, sức khỏe, hoặc nhiệm vụ phòng bệnh (Luật 114/2025/QH15; Luật 91/2025/QH15, Điều 19). Khi ghi kết quả, hãy chọn căn cứ.",
        "Call only where the law asks for it: an emergency of life or health, or the duty to prevent disease (Law 114/2025/QH15; Law 91/2025/QH15, Art. 19). Choose the basis when you write down what came of it.";
    BASIS, "Căn cứ để gọi khi chưa được đồng ý", "Basis of a call without consent";
    BASIS_HINT, "Người khai đọc được căn cứ này.", "Whoever declared can read it.";
    CALLED, "gọi điện về tờ khai, khi bạn chưa đồng ý được gọi", "called about the declaration without your consent to calls";
    NO_CALL, "Không gọi", "Nobody was called";
    CHOOSE, "Người này không đồng ý được gọi. Đã gọi thì hãy chọn căn cứ.", "They did not agree to be called. If they were, choose the basis."
}

/// Whether whoever declared may be called, and reads that they were.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallBack {
    said: Said,
    /// A citizen sent it, who reads who looked at what is theirs. Who signed a paper has no account.
    reads: bool,
}

/// What whoever declared said about being called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Said {
    /// They agreed, and it holds.
    Agreed(Timestamp),
    /// They agreed once, and took it back.
    TakenBack(Timestamp),
    /// They did not agree.
    Never,
}

impl CallBack {
    /// As it is now: a consent holds for what the same person declares later, and ends for all of it.
    pub async fn of(state: &AppState, declaration: &Declaration) -> Result<CallBack, StoreError> {
        let consents = match declaration.by {
            SentBy::Citizen { citizen, profile } => {
                let mut consents = state.store.consents_of(citizen).await?;
                consents.retain(|consent| consent.profile == Some(profile));
                consents
            }
            SentBy::Officer(_) => state.store.consents_of_declaration(declaration.id).await?,
        };
        let reads = matches!(declaration.by, SentBy::Citizen { .. });
        let of_calls = || consents.iter().filter(|consent| consent.purpose == CALL_BACK);
        let holds = |consent: &&Consent| consent.withdrawn_at.is_none();
        if let Some(at) = of_calls().filter(holds).map(|consent| consent.given_at).max() {
            return Ok(CallBack { said: Said::Agreed(at), reads });
        }
        let taken_back = of_calls().filter_map(|consent| consent.withdrawn_at).max();
        Ok(CallBack { said: taken_back.map_or(Said::Never, Said::TakenBack), reads })
    }

    /// Whether they may be called without another basis.
    pub fn is_agreed(self) -> bool {
        matches!(self.said, Said::Agreed(_))
    }

    /// On which basis a call was made that led to an outcome: their consent, or else what the officer chose. None: on none. Where
    /// the outcome does not say whether somebody called, only what was chosen does.
    pub fn basis(self, outcome: Outcome, chosen: &str) -> Option<LegalBasis> {
        if self.is_agreed() {
            return outcome.is_call().then_some(LegalBasis::Consent);
        }
        chosen.parse().ok().filter(|basis| WITHOUT_CONSENT.contains(basis))
    }

    /// In words.
    pub fn words(self, lang: Lang) -> Markup {
        let when = |at: Timestamp| date_time(lang, at.0);
        match self.said {
            Said::Agreed(at) => badge(Tone::Good, &AGREED.fill(lang, &[("when", &when(at))])),
            Said::TakenBack(at) => html! {
                (badge(Tone::Caution, &TAKEN_BACK.fill(lang, &[("when", &when(at))])))
                span.below { (ONLY_BY_LAW.get(lang)) }
            },
            Said::Never => html! {
                (badge(Tone::Caution, NEVER.get(lang)))
                span.below { (ONLY_BY_LAW.get(lang)) }
            },
        }
    }

    /// What to mend above the page, where the basis is missing.
    pub fn to_mend(lang: Lang) -> Markup {
        to_mend(lang, &[("call_basis", CHOOSE.get(lang))])
    }

    /// The question for the basis, where one is needed.
    pub fn ask(self, lang: Lang, chosen: &str, wrong: bool) -> Markup {
        if self.is_agreed() {
            return html! {};
        }
        let bases = WITHOUT_CONSENT.map(|basis| (basis.as_str(), contact_words::legal_basis(lang, basis)));
        let options = [(NOT_CALLED, NO_CALL.get(lang))].into_iter().chain(bases).collect();
        let field = Field::select(lang, "call_basis", BASIS.get(lang), options);
        let field = if self.reads { field.hint(BASIS_HINT.get(lang)) } else { field };
        html! { (field.value(chosen).error(wrong.then(|| CHOOSE.get(lang)))) }
    }
}

/// The same question about a declaration that this officer reaches, for whoever makes something else of it.
pub async fn ask(
    state: &AppState,
    signed: &Signed,
    lang: Lang,
    id: &str,
    chosen: &str,
) -> Result<Markup, Failure> {
    let of = find(state, signed, id).await?;
    let declaration = state.store.declaration(of.declaration).await?.ok_or(Failure::NotFound)?;
    Ok(CallBack::of(state, &declaration).await?.ask(lang, chosen, false))
}

/// Lets whoever declared read that they were called without their consent, and on which basis; nothing else is to be told.
pub async fn tell(
    state: &AppState,
    signed: &Signed,
    of: &Declaration,
    basis: Option<LegalBasis>,
) -> Result<(), Failure> {
    let SentBy::Citizen { citizen, .. } = of.by else { return Ok(()) };
    let Some(basis) = basis.filter(|basis| *basis != LegalBasis::Consent) else { return Ok(()) };
    let lang = Lang::from_code(&of.content.lang).unwrap_or_default();
    Ok(looked::note(state, signed, citizen, Kind::Declaration, basis, CALLED.get(lang)).await?)
}
