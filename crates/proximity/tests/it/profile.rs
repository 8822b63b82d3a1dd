//! The built-in profile, and profiles that are refused.

use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::time::Timestamp;
use bluezone_proximity::{
    Contact, DiseaseProfile, Estimate, ExposureWindow, Infectiousness, MatchedKey, ProfileError, RiskLevel,
    Sample, assess, windows,
};

const NOW: Timestamp = Timestamp(1_640_080_000);

fn contact(
    minutes: i64,
    db: u8,
    report_type: ReportType,
    infectiousness: Infectiousness,
) -> Vec<ExposureWindow> {
    let samples: Vec<_> = (1..=minutes / 5)
        .map(|i| Sample {
            time: NOW - 7200 + i * 300,
            seconds_since_last_scan: 300,
            typical_attenuation_db: db,
            min_attenuation_db: db,
            calibration_confidence: 3,
        })
        .collect();
    windows(MatchedKey { report_type, infectiousness }, &samples)
}

/// The rule of programs without an estimator.
fn by_minutes() -> DiseaseProfile {
    DiseaseProfile { contact: None, ..DiseaseProfile::covid19() }
}

fn level(minutes: i64, db: u8, report_type: ReportType, infectiousness: Infectiousness) -> RiskLevel {
    assess(&by_minutes(), &contact(minutes, db, report_type, infectiousness), &[], NOW).level
}

#[test]
fn without_an_estimator_ten_weighted_minutes_a_day_warn() {
    use Infectiousness::Standard;
    use ReportType::ConfirmedTest;
    assert_eq!(level(10, 55, ConfirmedTest, Standard), RiskLevel::High);
    assert_eq!(level(10, 56, ConfirmedTest, Standard), RiskLevel::Low, "half weight above 55 dB");
    assert_eq!(level(20, 63, ConfirmedTest, Standard), RiskLevel::High);
    assert_eq!(level(60, 64, ConfirmedTest, Standard), RiskLevel::None, "nothing above 63 dB");
    assert_eq!(level(5, 40, ConfirmedTest, Standard), RiskLevel::Low);
    assert_eq!(level(0, 40, ConfirmedTest, Standard), RiskLevel::None);
}

#[test]
fn covid_19_counts_by_report_and_infectiousness() {
    use Infectiousness::{High, None, Standard};
    assert_eq!(level(60, 40, ReportType::ConfirmedTest, None), RiskLevel::None);
    assert_eq!(level(60, 40, ReportType::Revoked, High), RiskLevel::None);
    assert_eq!(level(60, 40, ReportType::Recursive, High), RiskLevel::None);
    assert_eq!(level(10, 40, ReportType::ConfirmedClinical, Standard), RiskLevel::High);
    assert_eq!(level(10, 40, ReportType::SelfReport, Standard), RiskLevel::Low);
    let covid = DiseaseProfile::covid19();
    let at = |day| covid.infectiousness(day);
    assert_eq!([at(Some(-3)), at(Some(-2)), at(Some(6)), at(Some(14))], [None, High, Standard, Standard]);
    assert_eq!([at(Option::None), at(Some(15)), at(Some(i32::MIN))], [Standard, None, None]);
}

#[test]
fn minutes_of_one_day_add_up_and_days_do_not() {
    let covid = by_minutes();
    let five = contact(5, 40, ReportType::ConfirmedTest, Infectiousness::High);
    let twice = [five.clone(), five.clone()].concat();
    assert_eq!(assess(&covid, &twice, &[], NOW).level, RiskLevel::High);
    let mut yesterday = five.clone();
    yesterday[0].day = yesterday[0].day - 86_400;
    let found = assess(&covid, &[five, yesterday].concat(), &[], NOW);
    assert_eq!((found.level, found.days_with(RiskLevel::Low)), (RiskLevel::Low, 2));
    assert_eq!(found.most_recent_day(), Some(NOW.day_start()));
}

#[test]
fn old_and_future_windows_count_nothing() {
    let covid = by_minutes();
    for (days, expected) in [(14, RiskLevel::High), (15, RiskLevel::None), (-1, RiskLevel::None)] {
        let mut old = contact(20, 40, ReportType::ConfirmedTest, Infectiousness::High);
        for window in &mut old {
            window.day = window.day - days * 86_400;
        }
        let found = assess(&covid, &old, &[], NOW);
        assert_eq!(found.level, expected, "{days} days ago");
        assert_eq!(found.most_recent_day().is_some(), expected == RiskLevel::High);
    }
}

#[test]
fn the_most_probable_contact_of_a_day_decides() {
    let covid = DiseaseProfile::covid19();
    let seen = contact(20, 70, ReportType::ConfirmedTest, Infectiousness::High);
    let near = |probability, report_type, infectiousness| Contact {
        day: NOW.day_start(),
        report_type,
        infectiousness,
        estimate: Estimate { probability, minutes: 12.0, minutes_sd: 8.0, minutes_if_near: 18.0 },
    };
    let sure = |probability| near(probability, ReportType::ConfirmedTest, Infectiousness::High);
    let level = |contacts: &[Contact]| assess(&covid, &seen, contacts, NOW).level;
    assert_eq!(level(&[]), RiskLevel::None);
    assert_eq!([level(&[sure(0.08)]), level(&[sure(0.09)])], [RiskLevel::None, RiskLevel::Low]);
    assert_eq!([level(&[sure(0.166)]), level(&[sure(0.167)])], [RiskLevel::Low, RiskLevel::High]);
    assert_eq!(level(&[sure(0.12), sure(0.12)]), RiskLevel::Low, "two doubtful ones are not a sure one");
    assert_eq!(level(&[near(0.3, ReportType::SelfReport, Infectiousness::High)]), RiskLevel::Low, "half");
    assert_eq!(level(&[near(0.9, ReportType::ConfirmedTest, Infectiousness::None)]), RiskLevel::None);
    let day = &assess(&covid, &seen, &[sure(0.2), sure(0.7)], NOW).days[0];
    assert_eq!(day.contact.map(|c| (c.probability, c.minutes)), Some((0.7, 18.0)));
}

#[test]
fn every_level_that_warns_says_what_to_do() {
    let covid = DiseaseProfile::covid19();
    assert!(covid.advice_for(RiskLevel::None).is_empty());
    assert!(covid.advice_for(RiskLevel::Low).contains(&"watch-symptoms".to_string()));
    assert!(covid.advice_for(RiskLevel::High).contains(&"call-health-station".to_string()));
    assert_eq!((covid.id.as_str(), covid.retention_days), ("covid-19", 14));
}

#[test]
fn impossible_profiles_are_refused_with_the_reason() {
    type Change = dyn Fn(&mut serde_json::Value);
    let covid = || serde_json::to_value(DiseaseProfile::covid19()).unwrap();
    let refused = |change: &Change| {
        let mut json = covid();
        change(&mut json);
        DiseaseProfile::from_json(&json.to_string()).unwrap_err()
    };
    assert!(DiseaseProfile::from_json(&covid().to_string()).is_ok());
    let cases: [(&Change, &str); 8] = [
        (&|v| v["contact"]["definition"]["within_m"] = 0.into(), "within_m must be"),
        (&|v| v["contact"]["costs"]["missed"] = 0.into(), "costs must be"),
        (&|v| v["contact"]["low_from"] = 0.5.into(), "low_from must be"),
        (&|v| v["id"] = "Covid 19".into(), "id must be"),
        (&|v| v["retention_days"] = 22.into(), "1 to 21"),
        (&|v| v["infectiousness_by_days_since_onset"]["15"] = "high".into(), "day 15"),
        (&|v| v["rule"]["attenuation_weights"][0]["weight"] = (-1).into(), "0 or more"),
        (&|v| v["rule"]["day_levels"][0]["weighted_minutes"]["min"] = 99.into(), "is empty"),
    ];
    for (change, words) in cases {
        let error = refused(change);
        assert!(matches!(error, ProfileError::Invalid { .. }), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    let unknown = refused(&|v| v["rule"]["surprise"] = 1.into());
    assert!(matches!(unknown, ProfileError::Json(_)), "{unknown}");
}
