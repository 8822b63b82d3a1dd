//! A chain of reports: what becomes of the warning on the phone of who was near, when the finding changes and nobody
//! knows an onset of symptoms.

use crate::scene::{Authority, HOUR_S, MORNING, Person};
use bluezone_device::{Exposure, ReportStep};
use bluezone_domain::case::{CaseFacts, CaseStatus};
use bluezone_domain::code::CodeKind;
use bluezone_protocol::diagnosis::ReportType;
use bluezone_proximity::RiskLevel;

struct Chain {
    authority: Authority,
    case: Person,
    near: Person,
}

impl Chain {
    /// Two people who were near each other, one of whom is found to be ill.
    async fn of(status: CaseStatus) -> Chain {
        let authority =
            Authority::with_case(CaseFacts { status, symptom_onset: None, test_date: None }).await;
        let (case, near) = (Person::new(&authority, 1).await, Person::new(&authority, 2).await);
        case.meets(&near, MORNING - 3 * HOUR_S, 30, -60);
        Chain { authority, case, near }
    }

    /// The case reports all days with a new code; some hours later the other phone has looked.
    async fn reported(&mut self) -> Exposure {
        let code = self.authority.code(CodeKind::Short).await;
        let phone = &self.case.phone;
        phone.with(|mind, now, rng| mind.report_start(code.as_str(), rng, now).unwrap());
        assert!(matches!(self.case.carry().await, ReportStep::Confirm { .. }));
        phone.with(|mind, now, rng| {
            let days: Vec<_> = mind.report_preview(None, now).unwrap().iter().map(|day| day.day).collect();
            mind.report_consent(&days, None, now, rng).unwrap();
        });
        let end = self.case.carry().await;
        assert!(matches!(&end, ReportStep::Done { warnings, .. } if warnings.is_empty()), "{end:?}");
        self.authority.pass(6).await;
        let round = self.near.looks().await;
        assert!(round.refused.is_empty(), "{round:?}");
        self.near.phone.with(|mind, now, _| mind.exposure(now).unwrap())
    }

    /// The phones go on for some hours, and meet again at their end.
    async fn goes_on(&self, hours: i64) {
        self.authority.pass(hours).await;
        let now = MORNING + self.elapsed();
        self.case.meets(&self.near, now - 2 * HOUR_S, 30, -60);
    }

    fn elapsed(&self) -> i64 {
        self.case.phone.now() - MORNING
    }
}

fn of_type(exposure: &Exposure, report_type: ReportType) -> usize {
    exposure.windows.iter().filter(|window| window.report_type == report_type).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_keeps_the_warning_and_brings_the_days_since() {
    let mut chain = Chain::of(CaseStatus::Suspected).await;
    let likely = chain.reported().await;
    assert_eq!(likely.assessment.level, RiskLevel::High);
    let windows = of_type(&likely, ReportType::ConfirmedClinical);
    assert!(windows > 0 && windows == likely.windows.len());

    chain.goes_on(42).await;
    chain.authority.finds(CaseStatus::Confirmed).await;
    let confirmed = chain.reported().await;
    assert_eq!(confirmed.assessment.level, RiskLevel::High);
    assert!(of_type(&confirmed, ReportType::ConfirmedTest) > windows, "the meeting since is among them");
    assert_eq!(of_type(&confirmed, ReportType::ConfirmedClinical), 0);
    let infectious = |exposure: &Exposure| {
        let first = likely.windows[0].day;
        let of_day = exposure.windows.iter().filter(|window| window.day == first);
        of_day.map(|window| window.infectiousness).collect::<Vec<_>>()
    };
    assert_eq!(infectious(&confirmed)[0], infectious(&likely)[0], "nobody said anything of the onset");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_negative_test_takes_the_warning_away_also_after_a_confirmation() {
    for confirmed_between in [false, true] {
        let mut chain = Chain::of(CaseStatus::Suspected).await;
        assert_eq!(chain.reported().await.assessment.level, RiskLevel::High);
        if confirmed_between {
            chain.authority.finds(CaseStatus::Confirmed).await;
            assert_eq!(chain.reported().await.assessment.level, RiskLevel::High);
        }
        chain.authority.finds(CaseStatus::Negative).await;
        let withdrawn = chain.reported().await;
        assert_eq!((withdrawn.assessment.level, withdrawn.windows.len()), (RiskLevel::None, 0));
        assert!(!withdrawn.is_warning());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_report_of_the_same_finding_adds_the_days_since() {
    let mut chain = Chain::of(CaseStatus::Confirmed).await;
    let first = chain.reported().await;
    chain.goes_on(30).await;
    let second = chain.reported().await;
    assert_eq!(second.assessment.level, RiskLevel::High);
    assert!(second.windows.len() > first.windows.len());
    assert_eq!(of_type(&second, ReportType::ConfirmedTest), second.windows.len());
}
