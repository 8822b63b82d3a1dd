//! The 29 shared cases of the Corona-Warn-App: its rule, stated as our configuration, gives exactly its results.

use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::time::Timestamp;
use bluezone_proximity::{
    AttenuationChoice, AttenuationWeight, DiseaseProfile, ExposureWindow, Infectiousness,
    InfectiousnessOffsets, LevelAt, LevelFactor, Range, ReportTypeOffsets, RiskLevel, RiskRule, ScanInstance,
    Transmission, WindowFilter, assess,
};
use serde_json::Value;

const VECTORS: &str = include_str!("../../../../vectors/cwa-exposure-windows-risk-calculation.json");
const TODAY: Timestamp = Timestamp(1_640_000_000);

fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is not a list"))
}

fn integer(value: &Value, key: &str) -> i64 {
    value[key].as_i64().unwrap_or_else(|| panic!("{key} is not a whole number"))
}

fn offset(value: &Value, key: &str) -> u8 {
    u8::try_from(integer(value, key)).unwrap()
}

fn range(value: &Value) -> Range {
    Range {
        min: value["min"].as_f64().unwrap(),
        max: value["max"].as_f64().unwrap(),
        min_exclusive: value["minExclusive"].as_bool().unwrap_or(false),
        max_exclusive: value["maxExclusive"].as_bool().unwrap_or(false),
    }
}

fn levels(config: &Value, key: &str) -> Vec<LevelAt> {
    let level = |v: &Value| match integer(v, "riskLevel") {
        1 => RiskLevel::Low,
        2 => RiskLevel::High,
        other => panic!("unknown level {other}"),
    };
    array(config, key)
        .iter()
        .map(|v| LevelAt { weighted_minutes: range(&v["normalizedTimeRange"]), level: level(v) })
        .collect()
}

fn profile(config: &Value) -> DiseaseProfile {
    let encoding = &config["trlEncoding"];
    let rule = RiskRule {
        attenuation: AttenuationChoice::Minimum,
        attenuation_weights: array(config, "minutesAtAttenuationWeights")
            .iter()
            .map(|v| AttenuationWeight {
                attenuation_db: range(&v["attenuationRange"]),
                weight: v["weight"].as_f64().unwrap(),
            })
            .collect(),
        drop_windows: array(config, "minutesAtAttenuationFilters")
            .iter()
            .map(|v| WindowFilter {
                attenuation_db: range(&v["attenuationRange"]),
                drop_if_minutes: range(&v["dropIfMinutesInRange"]),
            })
            .collect(),
        transmission: Transmission::Levels {
            report_type: ReportTypeOffsets {
                unknown: None,
                confirmed_test: Some(offset(encoding, "reportTypeOffsetConfirmedTest")),
                confirmed_clinical: Some(offset(encoding, "reportTypeOffsetConfirmedClinicalDiagnosis")),
                self_report: Some(offset(encoding, "reportTypeOffsetSelfReport")),
                recursive: Some(offset(encoding, "reportTypeOffsetRecursive")),
            },
            infectiousness: InfectiousnessOffsets {
                standard: offset(encoding, "infectiousnessOffsetStandard"),
                high: offset(encoding, "infectiousnessOffsetHigh"),
            },
            drop_levels: array(config, "trlFilters").iter().map(|v| range(&v["dropIfTrlInRange"])).collect(),
            factors: array(config, "transmissionRiskValueMapping")
                .iter()
                .map(|v| LevelFactor {
                    level: offset(v, "transmissionRiskLevel"),
                    factor: v["transmissionRiskValue"].as_f64().unwrap(),
                })
                .collect(),
        },
        window_levels: levels(config, "normalizedTimePerEWToRiskLevelMapping"),
        day_levels: levels(config, "normalizedTimePerDayToRiskLevelMapping"),
    };
    // The rule survives its own JSON form: a profile file can carry it.
    let rule = serde_json::from_str(&serde_json::to_string(&rule).unwrap()).unwrap();
    DiseaseProfile { rule, contact: None, ..DiseaseProfile::covid19() }
}

fn window(value: &Value) -> ExposureWindow {
    ExposureWindow {
        day: (TODAY - integer(value, "ageInDays") * 86_400).day_start(),
        report_type: match integer(value, "reportType") {
            1 => ReportType::ConfirmedTest,
            2 => ReportType::ConfirmedClinical,
            3 => ReportType::SelfReport,
            4 => ReportType::Recursive,
            other => panic!("unknown report type {other}"),
        },
        infectiousness: match integer(value, "infectiousness") {
            1 => Infectiousness::Standard,
            2 => Infectiousness::High,
            other => panic!("unknown infectiousness {other}"),
        },
        calibration_confidence: offset(value, "calibrationConfidence"),
        scans: array(value, "scanInstances")
            .iter()
            .map(|scan| ScanInstance {
                typical_attenuation_db: offset(scan, "typicalAttenuation"),
                min_attenuation_db: offset(scan, "minAttenuation"),
                seconds_since_last_scan: i32::try_from(integer(scan, "secondsSinceLastScan")).unwrap(),
            })
            .collect(),
    }
}

#[test]
fn all_29_cases_of_the_corona_warn_app() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let profile = profile(&vectors["defaultRiskCalculationConfiguration"]);
    let cases = array(&vectors, "testCases");
    assert_eq!(cases.len(), 29);
    for case in cases {
        let name = case["description"].as_str().unwrap();
        let windows: Vec<_> = array(case, "exposureWindows").iter().map(window).collect();
        let found = assess(&profile, &windows, &[], TODAY);

        let high = found.level == RiskLevel::High;
        assert_eq!(high, integer(case, "expTotalRiskLevel") == 2, "{name}: total level");
        let age = |level| found.most_recent(level).map(|day| (TODAY.day_start() - day) / 86_400);
        for (level, ages, days, encounters) in [
            (
                RiskLevel::Low,
                "expAgeOfMostRecentDateWithLowRisk",
                "expNumberOfDaysWithLowRisk",
                "expTotalMinimumDistinctEncountersWithLowRisk",
            ),
            (
                RiskLevel::High,
                "expAgeOfMostRecentDateWithHighRisk",
                "expNumberOfDaysWithHighRisk",
                "expTotalMinimumDistinctEncountersWithHighRisk",
            ),
        ] {
            assert_eq!(age(level), case[ages].as_i64(), "{name}: {ages}");
            assert_eq!(found.days_with(level) as i64, integer(case, days), "{name}: {days}");
            assert_eq!(found.encounters(level) as i64, integer(case, encounters), "{name}: {encounters}");
        }
    }
}
