//! Confirming a telephone number: a code by text message, good for ten minutes and one purpose, and from each network address for
//! five tries. How many wrong ones everybody together may type: [`bluezone_domain::text_guess`].

use crate::secrets::Hashed;
use crate::source::Source;
use crate::state::AppState;
use bluezone_domain::citizen::{new_code, read_code};
use bluezone_domain::guess::budget_units;
use bluezone_domain::person::Phone;
use bluezone_pages::{Lang, Text, text};
use bluezone_store::{KeptPhoneCode, NewPhoneCode, StoreError, TextGuessLimits, TextLimits, TriedPhoneCode};

text! {
    // Without diacritics each is one message of 160 characters, not three; the last line lets browsers fill the code in, on our own
    // pages alone.
    SIGN_IN, "{code} la ma dang nhap Bluezone, dung trong {n} phut. Khong doc ma nay cho ai, ke ca can bo y te hay nguoi o cua.\n\n@{host} #{code}",
        "{code} signs you in to Bluezone, good for {n} minutes. Tell it to nobody, not even health officers or door staff.\n\n@{host} #{code}";
    // To be read aloud, so it must not look like the other: who learns to read codes aloud gives away their account.
    VISIT, "{code} la ma vao cua Bluezone, dung trong {n} phut. Chi doc cho nhan vien o noi ban dang den. Ma nay khong dang nhap duoc. Khong o do thi khong doc.",
        "{code} is a Bluezone entry code, good for {n} minutes. Read it only to the staff of the place where you are now. It signs nobody in."
}

/// What a number is confirmed for. A code for one purpose opens no other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// To sign in, or to send a declaration.
    SignIn,
    /// To be checked in at a place by its staff.
    Visit,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Purpose::SignIn => "sign-in",
            Purpose::Visit => "visit",
        }
    }

    /// The message that the code comes in.
    fn message(self) -> Text {
        match self {
            Purpose::SignIn => SIGN_IN,
            Purpose::Visit => VISIT,
        }
    }
}

/// What became of a code that was to be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sent {
    /// It is on its way.
    Sent,
    /// None is sent for now: the last one that went to that number is still good.
    Earlier,
    /// Too many went to that number or were asked for from here: wait an hour.
    Limited,
    /// The sender could not send; the log says why.
    Failed,
}

/// Sends a code to a number.
pub async fn send(
    state: &AppState,
    lang: Lang,
    source: &Source,
    phone: &Phone,
    purpose: Purpose,
) -> Result<Sent, StoreError> {
    let texts = &state.config.texts;
    let length = state.store.phone_code_length(budget_units(texts.guess_budget), state.now()).await?;
    let code = new_code(length, &mut *state.rng());
    let new = NewPhoneCode {
        number: number(state, phone, purpose),
        code: hash(state, phone, purpose, &code),
        length,
        source: state.secrets.hash(Hashed::Texter, &source.bytes()),
        at: state.now(),
    };
    let limits = TextLimits {
        number_hour: texts.number_an_hour,
        number_day: texts.number_a_day,
        source_hour: texts.source_an_hour,
    };
    let lifetime_s = match state.store.keep_phone_code(&new, &limits).await? {
        KeptPhoneCode::Kept { lifetime_s } => lifetime_s,
        KeptPhoneCode::StillGood => return Ok(Sent::Earlier),
        KeptPhoneCode::NumberLimited | KeptPhoneCode::SourceLimited => return Ok(Sent::Limited),
    };
    let host = state.config.public_url.rsplit('/').next().unwrap_or_default();
    let minutes = (lifetime_s / 60).to_string();
    let text = purpose.message().fill(lang, &[("code", &code), ("n", &minutes), ("host", host)]);
    match state.texts.send(phone, &text).await {
        Ok(()) => Ok(Sent::Sent),
        Err(error) => {
            tracing::error!(%error, "a code was not sent");
            state.operation.metrics.text_failed();
            Ok(Sent::Failed)
        }
    }
}

/// Tries what was typed as the code that was sent to a number.
pub async fn check(
    state: &AppState,
    source: &Source,
    phone: &Phone,
    purpose: Purpose,
    typed: &str,
) -> Result<TriedPhoneCode, StoreError> {
    // What is no code at all counts as a wrong one, too.
    let code = read_code(typed).unwrap_or_default();
    let hash = hash(state, phone, purpose, &code);
    let texts = &state.config.texts;
    let limits = TextGuessLimits {
        budget_units: budget_units(texts.guess_budget),
        source: state.secrets.hash(Hashed::TextGuesser, &source.bytes()),
        source_hour: texts.source_wrong_an_hour,
    };
    state.store.try_phone_code(number(state, phone, purpose), hash, &limits, state.now()).await
}

fn number(state: &AppState, phone: &Phone, purpose: Purpose) -> [u8; 32] {
    let data = [phone.as_str(), purpose.as_str()].join("\0");
    state.secrets.hash(Hashed::TextedNumber, data.as_bytes())
}

fn hash(state: &AppState, phone: &Phone, purpose: Purpose, code: &str) -> [u8; 32] {
    let data = [phone.as_str(), purpose.as_str(), code].join("\0");
    state.secrets.hash(Hashed::TextedCode, data.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_is_one_and_only_the_one_to_sign_in_fills_itself_in() {
        let values = [("code", "123456789"), ("n", "70"), ("host", "khaibao.thainguyen.gov.vn")];
        for lang in Lang::ALL {
            for purpose in [Purpose::SignIn, Purpose::Visit] {
                let text = purpose.message().fill(lang, &values);
                assert!(text.is_ascii() && text.len() <= 160, "{}: {text}", text.len());
                assert_eq!(text.contains("@khaibao"), purpose == Purpose::SignIn, "{text}");
            }
        }
    }
}
