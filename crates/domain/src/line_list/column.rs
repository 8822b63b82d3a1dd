//! The columns of a line list.

use crate::person::folded_name;

/// A column. `ALL` is their order in a file that we write; files that we read may have any order and leave some out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Column {
    /// The case's identifier: by it a row that comes back finds its case. Empty for a new case.
    Id,
    /// The version that was written out: a row does not undo what happened since.
    Version,
    /// The officer's reference.
    Reference,
    /// Name.
    Name,
    /// Year or day of birth.
    Birth,
    /// Gender.
    Gender,
    /// Identity card.
    NationalId,
    /// Passport.
    Passport,
    /// Phone.
    Phone,
    /// What comes before the commune.
    Address,
    /// Code of the province.
    Province,
    /// Code of the commune.
    Commune,
    /// Name of the commune or province, for readers; not read back.
    AreaName,
    /// Occupation.
    Occupation,
    /// Disease.
    Disease,
    /// Status.
    Status,
    /// First day of symptoms.
    Onset,
    /// Day of the sample.
    TestDate,
    /// Day of the result.
    ResultDate,
    /// When it was reported.
    ReportedAt,
    /// The unit it was handed to.
    Assigned,
    /// The unit that registered it; not read back.
    Unit,
    /// When it was registered; not read back.
    RegisteredAt,
}

/// What stands above a column.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// In Vietnamese, as we write it.
    pub vi: &'static str,
    /// In English, understood too.
    pub en: &'static str,
    /// Other words that are understood, folded.
    others: &'static [&'static str],
}

impl Column {
    /// Every column, in the order of the files that we write.
    pub const ALL: [Column; 23] = [
        Column::Id,
        Column::Version,
        Column::Reference,
        Column::Name,
        Column::Birth,
        Column::Gender,
        Column::NationalId,
        Column::Passport,
        Column::Phone,
        Column::Address,
        Column::Province,
        Column::Commune,
        Column::AreaName,
        Column::Occupation,
        Column::Disease,
        Column::Status,
        Column::Onset,
        Column::TestDate,
        Column::ResultDate,
        Column::ReportedAt,
        Column::Assigned,
        Column::Unit,
        Column::RegisteredAt,
    ];

    /// What stands above it.
    pub const fn header(self) -> Header {
        let (vi, en, others): (_, _, &[&str]) = match self {
            Column::Id => ("Mã hệ thống", "System id", &["id"]),
            Column::Version => ("Phiên bản", "Version", &[]),
            Column::Reference => ("Mã hồ sơ", "Reference", &["ma ca benh", "ma bn", "ma benh nhan", "ma so"]),
            Column::Name => ("Họ và tên", "Name", &["ho ten", "full name", "ten"]),
            Column::Birth => ("Ngày sinh", "Born", &["nam sinh", "ngay thang nam sinh", "date of birth"]),
            Column::Gender => ("Giới tính", "Gender", &["gioi", "sex"]),
            Column::NationalId => ("Số CCCD", "Identity card", &["cccd", "cmnd cccd", "so dinh danh"]),
            Column::Passport => ("Số hộ chiếu", "Passport", &["ho chieu"]),
            Column::Phone => ("Điện thoại", "Phone", &["so dien thoai", "sdt"]),
            Column::Address => ("Địa chỉ", "Address", &["dia chi noi o", "so nha"]),
            Column::Province => ("Mã tỉnh", "Province code", &["tinh"]),
            Column::Commune => ("Mã xã", "Commune code", &["xa", "phuong xa"]),
            Column::AreaName => ("Tên xã, tỉnh", "Commune, province", &[]),
            Column::Occupation => ("Nghề nghiệp", "Occupation", &[]),
            Column::Disease => ("Bệnh", "Disease", &["ten benh", "chan doan"]),
            Column::Status => ("Phân loại ca", "Status", &["phan loai", "tinh trang"]),
            Column::Onset => ("Ngày khởi phát", "First symptoms", &["khoi phat"]),
            Column::TestDate => ("Ngày lấy mẫu", "Sample taken", &["lay mau"]),
            Column::ResultDate => ("Ngày có kết quả", "Result", &["ngay xet nghiem", "co ket qua"]),
            Column::ReportedAt => ("Báo cáo lúc", "Reported", &["ngay bao cao"]),
            Column::Assigned => ("Đơn vị được giao", "Handed to", &["giao cho"]),
            Column::Unit => ("Đơn vị ghi nhận", "Registered by", &[]),
            Column::RegisteredAt => ("Ghi nhận lúc", "Registered", &[]),
        };
        Header { vi, en, others }
    }

    /// The column that a header names, in any spelling that is understood: `HỌ TÊN`, `Full name`.
    pub fn of_header(text: &str) -> Option<Column> {
        let folded = folded_name(text);
        Column::ALL.into_iter().find(|column| {
            let Header { vi, en, others } = column.header();
            folded == folded_name(vi) || folded == folded_name(en) || others.contains(&folded.as_str())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_header_names_its_column_and_no_other() {
        let mut all = BTreeSet::new();
        for (at, column) in Column::ALL.into_iter().enumerate() {
            assert_eq!(column as usize, at);
            let Header { vi, en, others } = column.header();
            for text in [vi, en].iter().chain(others) {
                assert_eq!(Column::of_header(text), Some(column), "{text}");
                assert_eq!(Column::of_header(&format!("  {} ", text.to_uppercase())), Some(column));
                all.insert(folded_name(text));
            }
            assert!(others.iter().all(|other| folded_name(other) == *other), "{others:?} are folded");
        }
        let words: usize = Column::ALL.iter().map(|column| 2 + column.header().others.len()).sum();
        assert_eq!(all.len(), words, "no two columns share a word");
        assert_eq!(Column::of_header("Ghi chú"), None);
    }
}
