//! Forms as people fill them in. Between them they answer every question of every form.

use crate::support::*;
use std::collections::BTreeSet;

const PERSON: &[(&str, &str)] = &[
    ("fullName", "NGUYỄN VĂN A"),
    ("passport", "019085001234"),
    ("birthYear", "1985"),
    ("gender", "male"),
    ("nation", "VN"),
];
const CHILD: &[(&str, &str)] = &[
    ("otherUser", "yes"),
    ("proxyName", "TRẦN THỊ B"),
    ("proxyRelation", "mother"),
    ("proxyPhone", "0912 345 678"),
    ("fullName", "NGUYỄN VĂN C"),
    ("birthYear", "2016"),
    ("gender", "female"),
    ("nation", "VN"),
    ("guardianName", "TRẦN THỊ B"),
    ("guardianRelation", "mother"),
    ("guardianPhone", "+84 912 345 678"),
    ("guardianConsent", "yes"),
    ("childAssent", "yes"),
];
const HOME: &[(&str, &str)] =
    &[("provinceId", "19"), ("wardId", "05443"), ("address", "Tổ 5"), ("phone", "0912345678")];
const WELL: &[(&str, &str)] = &[("showSignal", "healthy")];
const ILL: &[(&str, &str)] = &[
    ("showSignal", "fever"),
    ("showSignal", "cough"),
    ("signalSince", "2026-11-20"),
    ("showSignalNote", "Sốt về chiều"),
];
const STAYED: &[(&str, &str)] = &[("showCountryPassing", "no")];
const TRAVELLED: &[(&str, &str)] = &[("showCountryPassing", "yes"), ("countryPassing", "Hà Nội, Lào")];
const MET: &[(&str, &str)] = &[("hasPatient", "yes"), ("hasFromSickCountry", "no"), ("hasSick", "no")];
const MET_NOBODY: &[(&str, &str)] = &[("hasPatient", "no"), ("hasFromSickCountry", "no"), ("hasSick", "no")];

const MORE: &[(&str, &str)] = &[
    ("healthInsuranceIdCard", "GD4191234567890"),
    ("email", "a@vidu.vn"),
    ("chronic", "heart"),
    ("chronic", "diabetes"),
];

/// Each: form, fields. Every one is valid on 25 November 2026.
pub fn fillings() -> Vec<(&'static str, Fields)> {
    let join = |parts: &[&[(&str, &str)]]| fields(&parts.concat());
    let entry = &[
        ("object", "expert"),
        ("gateId", "Nội Bài"),
        ("vehicleCode", "VN 123"),
        ("departureDate", "2026-11-24"),
        ("entryDate", "25/11/2026"),
        ("fromCountry", "JP"),
        ("fromProvince", "Tokyo"),
        ("toCountry", "VN"),
        ("toProvince", "Thái Nguyên"),
        ("countriesPassed", "Nhật Bản"),
        ("stayProvinceId", "19"),
        ("stayWardId", "05443"),
        ("stayAddress", "Tổ 5"),
        ("contactProvinceId", "01"),
        ("contactWardId", "00004"),
        ("contactAddress", "1 Kim Mã"),
        ("phone", "+81 90 1234 5678"),
        ("sot", "no"),
        ("ho", "no"),
        ("kho-tho", "no"),
        ("dau-hong", "no"),
        ("non-buon-non", "no"),
        ("tieu-chay", "no"),
        ("xuat-huyet", "no"),
        ("noi-ban", "no"),
        ("hasAnimal", "no"),
        ("hasPatient", "no"),
    ];
    let from_to = &[("startProvinceId", "19"), ("endProvinceId", "01"), ("startTime", "2026-11-26")];
    let gates = &[("startGateId", "Ga Thái Nguyên"), ("endGateId", "Ga Hà Nội")];
    vec![
        ("toan-dan", join(&[PERSON, HOME, MORE, STAYED, WELL, MET_NOBODY])),
        ("toan-dan", join(&[CHILD, HOME, TRAVELLED, ILL, MET])),
        ("khai-bao-lai", join(&[WELL, STAYED, MET_NOBODY])),
        ("khai-bao-lai", join(&[ILL, TRAVELLED, MET])),
        (
            "di-chuyen-noi-dia",
            join(&[
                &[("vehicle", "airplane"), ("flightCode", "VN 123"), ("seat", "12A")],
                from_to,
                gates,
                PERSON,
                &MORE[..2],
                HOME,
                STAYED,
                WELL,
                MET_NOBODY,
            ]),
        ),
        (
            "di-chuyen-noi-dia",
            join(&[
                &[("vehicle", "train"), ("vehicleCode", "QT 91301")],
                from_to,
                gates,
                CHILD,
                HOME,
                TRAVELLED,
                ILL,
                MET,
            ]),
        ),
        (
            "di-chuyen-noi-dia",
            join(&[
                &[("vehicle", "personal"), ("vehicleCode", "20A-123.45")],
                from_to,
                &[("startWardId", "05443"), ("endWardId", "00004")],
                PERSON,
                HOME,
                STAYED,
                WELL,
                MET_NOBODY,
            ]),
        ),
        (
            "nhap-canh",
            join(&[
                &[
                    ("transport", "air"),
                    ("seatAir", "12A"),
                    ("idCard", "019085001234"),
                    ("email", "a@vidu.vn"),
                ],
                entry,
                PERSON,
                &[("quarantineSite", "central"), ("resultType", "negative"), ("testDate", "2026-11-23")],
                &[("vaccines", "2 mũi")],
            ]),
        ),
        (
            "nhap-canh",
            join(&[
                &[("transport", "other-transport"), ("transportOther", "Đi bộ"), ("seat", "-")],
                &[("passport", "C1234567"), ("quarantineSite", "other-site"), ("quarantineOther", "Nhà")],
                entry,
                CHILD,
            ]),
        ),
        (
            "hang-ngay",
            fields(&[
                ("date", "2026-11-25"),
                ("recorder", "self"),
                ("symptoms", "healthy"),
                ("temperature", "36,6"),
                ("note", "-"),
            ]),
        ),
        (
            "hang-ngay",
            fields(&[
                ("date", "2026-11-24"),
                ("recorder", "observer"),
                ("observerName", "LÊ D"),
                ("observerPhone", "0208 385 5245"),
                ("present", "yes"),
                ("symptoms", "cough"),
                ("symptoms", "runny-nose"),
                ("pulse", "80"),
                ("bloodPressure", "120/80"),
            ]),
        ),
        (
            "phan-anh",
            fields(&[
                ("category", "crowd"),
                ("about", "place"),
                ("description", "Đám cưới 200 người trong nhà kín"),
                ("seenOn", "2026-11-24"),
                ("provinceId", "19"),
                ("wardId", "05443"),
                ("placeText", "Tổ 5"),
                ("anonymous", "no"),
                ("reporterName", "A"),
                ("reporterPhone", "0912345678"),
            ]),
        ),
        (
            "phan-anh",
            fields(&[
                ("category", "sick"),
                ("about", "me"),
                ("description", "Tôi sốt ba ngày nay"),
                ("provinceId", "01"),
                ("wardId", "00004"),
                ("anonymous", "yes"),
            ]),
        ),
        (
            "dieu-13",
            join(&[
                PERSON,
                HOME,
                MORE,
                &[("standing", "none")],
                WELL,
                STAYED,
                &[
                    ("hasPatient", "no"),
                    ("occupation", "Giáo viên"),
                    ("workplace", "Trường 1"),
                    ("otherInformation", "-"),
                ],
            ]),
        ),
        (
            "dieu-13",
            join(&[
                CHILD,
                HOME,
                &[("standing", "ill"), ("disease", "Sởi")],
                ILL,
                TRAVELLED,
                &[("hasPatient", "yes"), ("contactDetail", "Bạn cùng lớp"), ("lastContact", "2026-11-10")],
            ]),
        ),
    ]
}

#[test]
fn every_filling_is_valid() {
    for (at, (name, fields)) in fillings().iter().enumerate() {
        let sent = Scene::new(name).send(fields);
        assert_eq!(sent.problems, [], "filling {at} of {name}");
    }
}

#[test]
fn between_them_every_question_is_answered() {
    let answered: BTreeSet<(&str, String)> = fillings()
        .into_iter()
        .flat_map(|(form, fields)| fields.into_iter().map(move |(name, _)| (form, name)))
        .collect();
    for form in LIBRARY.iter() {
        for item in form.questions() {
            let file = matches!(item.kind, bluezone_forms::Kind::Attachment { .. });
            let found = answered.contains(&(form.name.as_str(), item.link_id.clone()));
            assert!(found || file, "{}: {}", form.name, item.link_id);
        }
    }
}
