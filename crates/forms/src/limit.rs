//! Ends of a range, which may move with the day on which the form is filled in.

use crate::setting::Setting;
use chrono::{Datelike, Days, NaiveDate};
use std::str::FromStr;
use thiserror::Error;

/// One end of a range.
///
/// Written `37`, `34.0`, `2020-01-23`, or from the day of filling in: `today`, `today-14`, `today+entry-days`, `year-16`
/// (the year's number); a name is a parameter of the form.
#[derive(Clone, PartialEq, Debug)]
pub enum Limit {
    /// A number.
    Number(f64),
    /// A day.
    Date(NaiveDate),
    /// So many days from the day of filling in.
    Today(Shift),
    /// The number of the year of filling in, plus so many.
    Year(Shift),
}

/// So many days or years later; earlier, with a minus.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shift {
    /// This many.
    By(i64),
    /// As many as a parameter says, times one or minus one.
    Parameter(i64, String),
}

impl Shift {
    fn amount(&self, setting: &Setting) -> i64 {
        match self {
            Shift::By(amount) => *amount,
            Shift::Parameter(sign, name) => {
                setting.parameters.get(name).map_or(0, |value| value.saturating_mul(*sign))
            }
        }
    }
}

impl Limit {
    /// The number it is on the day of filling in.
    pub fn number(&self, setting: &Setting) -> Option<f64> {
        match self {
            Limit::Number(number) => Some(*number),
            Limit::Year(shift) => {
                Some(i64::from(setting.today.year()).saturating_add(shift.amount(setting)) as f64)
            }
            _ => None,
        }
    }

    /// The day it is on the day of filling in.
    pub fn date(&self, setting: &Setting) -> Option<NaiveDate> {
        match self {
            Limit::Date(date) => Some(*date),
            Limit::Today(shift) => {
                let amount = shift.amount(setting);
                let days = Days::new(amount.unsigned_abs());
                if amount < 0 {
                    setting.today.checked_sub_days(days)
                } else {
                    setting.today.checked_add_days(days)
                }
            }
            _ => None,
        }
    }

    /// The parameter it names, if any.
    pub(crate) fn parameter(&self) -> Option<&str> {
        match self {
            Limit::Today(Shift::Parameter(_, name)) | Limit::Year(Shift::Parameter(_, name)) => Some(name),
            _ => None,
        }
    }
}

/// A text that is no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not a limit: expected a number, a date, or today or year with a shift, for example today-14")]
pub struct InvalidLimit;

impl FromStr for Limit {
    type Err = InvalidLimit;

    fn from_str(text: &str) -> Result<Limit, InvalidLimit> {
        if let Some(rest) = text.strip_prefix("today") {
            return Ok(Limit::Today(shift(rest)?));
        }
        if let Some(rest) = text.strip_prefix("year") {
            return Ok(Limit::Year(shift(rest)?));
        }
        if let Ok(date) = text.parse() {
            return Ok(Limit::Date(date));
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Limit::Number(number)),
            _ => Err(InvalidLimit),
        }
    }
}

fn shift(text: &str) -> Result<Shift, InvalidLimit> {
    let (sign, amount) = match text.split_at_checked(1) {
        None => return Ok(Shift::By(0)),
        Some(("+", amount)) => (1, amount),
        Some(("-", amount)) => (-1, amount),
        Some(_) => return Err(InvalidLimit),
    };
    if amount.is_empty() || !amount.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(InvalidLimit);
    }
    if amount.bytes().all(|b| b.is_ascii_digit()) {
        // Four digits: ten thousand days are enough, and no arithmetic overflows.
        let amount: i64 = (amount.len() <= 4).then(|| amount.parse().ok()).flatten().ok_or(InvalidLimit)?;
        return Ok(Shift::By(sign * amount));
    }
    Ok(Shift::Parameter(sign, amount.to_owned()))
}
