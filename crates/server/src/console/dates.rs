//! The dates in a case's forms: calendar days, stored as their midnight UTC.

use bluezone_domain::Timestamp;
use bluezone_pages::time::{OFFSET_S, parse_date};
use bluezone_pages::{Text, text};

/// Days in the past that a date may lie: further back it is a wrong year, and phones have long deleted those days.
const FURTHEST_DAYS: i64 = 90;
const DAY_S: i64 = 86_400;

text! {
    NO_DATE, "Hãy chọn một ngày, ví dụ 23/11/2026.", "Choose a day, for example 23 Nov 2026.";
    FUTURE, "Ngày này chưa tới. Hãy kiểm tra lại.", "This day has not come yet. Please check it.";
    TOO_OLD, "Ngày này đã qua hơn 90 ngày. Hãy kiểm tra lại năm.", "This day is more than 90 days ago. Please check the year."
}

/// Today's date in Vietnam.
pub fn today(now: Timestamp) -> Timestamp {
    Timestamp((now.0 + i64::from(OFFSET_S)).div_euclid(DAY_S) * DAY_S)
}

/// Reads a date that may be left empty.
pub fn read(typed: &str, now: Timestamp) -> Result<Option<Timestamp>, Text> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let midnight_here = parse_date(typed).ok_or(NO_DATE)?;
    let day = Timestamp(midnight_here + i64::from(OFFSET_S));
    if day > today(now) {
        return Err(FUTURE);
    }
    if day < today(now) - FURTHEST_DAYS * DAY_S {
        return Err(TOO_OLD);
    }
    Ok(Some(day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_pages::Lang;
    use bluezone_pages::time::date;

    /// 2026-11-22T20:30:00Z: already the 23rd in Vietnam.
    const NOW: Timestamp = Timestamp(1_795_379_400);

    #[test]
    fn today_is_vietnams() {
        assert_eq!(today(NOW), Timestamp(1_795_392_000));
        let read = read("2026-11-23", NOW).unwrap().unwrap();
        assert_eq!(read, today(NOW), "midnight UTC of that date");
        assert_eq!(date(Lang::Vi, read.0), "23/11/2026");
    }

    #[test]
    fn wrong_days_are_named() {
        assert_eq!(read(" ", NOW), Ok(None));
        assert_eq!(read("23/11/2026", NOW), Err(NO_DATE));
        assert_eq!(read("2026-11-24", NOW), Err(FUTURE));
        assert_eq!(read("2025-11-20", NOW), Err(TOO_OLD));
        assert_eq!(read("9999999-01-01", NOW), Err(NO_DATE));
    }
}
