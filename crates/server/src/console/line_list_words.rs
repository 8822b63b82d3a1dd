//! What is wrong with the rows of a line list, in words.

use bluezone_domain::line_list::{Column, Problem, Wrong};
use bluezone_pages::{Lang, Text, text};

text! {
    MISSING, "không được để trống", "must not be empty";
    BAD_TEXT, "quá dài hoặc có ký tự không dùng được", "is too long or has a character that cannot be used";
    BAD_ID, "không phải mã hệ thống", "is no system id";
    BAD_NUMBER, "không phải số hợp lệ", "is no such number";
    BAD_DATE, "không phải ngày, ví dụ 23/11/2026", "is no day, for example 23/11/2026";
    FUTURE, "chưa tới", "has not come yet";
    UNKNOWN_WORD, "không có trong danh mục", "is not one of the known words";
    UNKNOWN_AREA, "không có đơn vị hành chính mã này trong tỉnh", "no unit of the province has this code";
    NEEDS_SAMPLE, "ca xác định cần ngày lấy mẫu", "a confirmed case needs the day its sample was taken";
    NO_SUCH_CASE, "không có ca này trong địa bàn của bạn", "no such case in your reach";
    CHANGED_MEANWHILE, "ca đã được sửa sau khi xuất; hãy xuất lại", "the case changed after it was taken out; take it out again";
    BAD_STATUS, "ca không chuyển sang phân loại này được", "the case cannot become that";
    OUT_OF_REACH, "ngoài địa bàn của bạn", "beyond your reach";
    TWICE, "dòng khác của tệp cũng về ca này", "another row of the file is about the same case"
}

/// What stands above a column, in the reader's language.
pub fn column_words(lang: Lang, column: Column) -> &'static str {
    let header = column.header();
    match lang {
        Lang::Vi => header.vi,
        Lang::En => header.en,
    }
}

/// Everything that is wrong with a row.
pub fn problem_words(lang: Lang, wrong: &[Wrong]) -> String {
    let one =
        |(column, problem): &Wrong| format!("{}: {}", column_words(lang, *column), words(*problem).get(lang));
    wrong.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn words(problem: Problem) -> Text {
    match problem {
        Problem::Missing => MISSING,
        Problem::BadText => BAD_TEXT,
        Problem::BadId => BAD_ID,
        Problem::BadNumber => BAD_NUMBER,
        Problem::BadDate => BAD_DATE,
        Problem::Future => FUTURE,
        Problem::UnknownWord => UNKNOWN_WORD,
        Problem::UnknownArea => UNKNOWN_AREA,
        Problem::NeedsSample => NEEDS_SAMPLE,
        Problem::NoSuchCase => NO_SUCH_CASE,
        Problem::ChangedMeanwhile => CHANGED_MEANWHILE,
        Problem::BadStatus => BAD_STATUS,
        Problem::OutOfReach => OUT_OF_REACH,
        Problem::Twice => TWICE,
    }
}
