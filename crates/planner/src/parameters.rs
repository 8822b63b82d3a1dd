//! Every number of the model, with its source. The default is OpenABM-Covid19's baseline (COVID-19, wild type, United
//! Kingdom 2020), because that is what the model is validated against; it is not a forecast for Vietnam.
//!
//! Sources, by the letter used below:
//! - **O**: `tests/data/baseline_parameters.csv` of OpenABM-Covid19, github.com/BDI-pathogens/OpenABM-Covid19 commit
//!   ee2f2c03, documented in its `documentation/parameters`; Hinch et al., PLoS Comput Biol 2021, 17(7): e1009146.
//!   The sources it names in turn: infectious period and growth Ferretti et al. 2020 (Science 368: eabb6936);
//!   symptoms McAloon et al. 2020 (BMJ Open 10: e039652); time to hospital Pellis et al. 2020; severity Ferguson et
//!   al. 2020 (Imperial College report 9) and Riccardo et al. 2020; susceptibility Zhang et al. 2020 (Science 368:
//!   1481); household sizes and ages the Office for National Statistics.
//! - **W**: Wymant et al. 2021, Nature 594: 408 (the NHS app).

/// Ages come in decades: 0–9, 10–19, …, 80 and over.
pub const AGE_BANDS: usize = 9;

/// One scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// Names all chance of the run.
    pub seed: u64,
    /// People.
    pub population: u32,
    /// Days simulated after the day of seeding.
    pub days: u16,
    /// People infected on day 0. OpenABM's baseline says 10; the validation runs 200.
    pub infected_at_start: u32,
    /// Who lives and meets with whom.
    pub society: Society,
    /// What they catch.
    pub disease: Disease,
    /// What is done about it.
    pub measures: Measures,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            seed: 1,
            population: 100_000,
            days: 200,
            infected_at_start: 200,
            society: Society::default(),
            disease: Disease::default(),
            measures: Measures::default(),
        }
    }
}

/// People and their networks.
#[derive(Clone, Debug, PartialEq)]
pub struct Society {
    /// Relative number of households with 1 to 6 people. (O)
    pub household_sizes: [f64; 6],
    /// Share of households of 1 to 6 people with 0 to 5 members below 20 years: the composition before it is raked to
    /// ages and sizes. Measured on the census sample of the Office for National Statistics that (O) draws from.
    pub children: [[f64; 6]; 6],
    /// Relative number of people by age. (O)
    pub ages: [f64; AGE_BANDS],
    /// Mean daily contacts at school (0–19), work (20–69) and in the networks of the retired (70 and over). (O)
    pub occupation_contacts: [f64; 3],
    /// Probability that an edge of these networks is a contact on a day. (O)
    pub occupation_daily: f64,
    /// Probability that an end of an edge is rewired at random (Watts and Strogatz 1998, Nature 393: 440). (O)
    pub occupation_rewired: f64,
    /// Adults working in the school networks, and in those of the elderly, per member. (O)
    pub staff: [f64; 2],
    /// Mean daily random contacts below 20 years, from 20 to 69, from 70: negative binomial between people. (O)
    pub random_mean: [f64; 3],
    /// Standard deviation of these. (O)
    pub random_sd: [f64; 3],
    /// How far those whose random partner stays away look for another, in doublings of the group: 0 = the contact is
    /// lost; with 5 nearly all find one (OpenABM pairs anew all who are about).
    pub rematch: u32,
}

impl Default for Society {
    fn default() -> Self {
        Self {
            household_sizes: [7452.0, 9936.0, 4416.0, 4140.0, 1104.0, 552.0],
            children: [
                [0.99, 0.01, 0.0, 0.0, 0.0, 0.0],
                [0.885, 0.115, 0.0, 0.0, 0.0, 0.0],
                [0.37, 0.48, 0.15, 0.0, 0.0, 0.0],
                [0.14, 0.13, 0.66, 0.07, 0.0, 0.0],
                [0.09, 0.10, 0.16, 0.60, 0.05, 0.0],
                [0.08, 0.11, 0.16, 0.14, 0.47, 0.04],
            ],
            ages: [8054.0, 7528.0, 8712.0, 8835.0, 8500.0, 8968.0, 7069.0, 5488.0, 3281.0],
            occupation_contacts: [10.0, 7.0, 3.0],
            occupation_daily: 0.5,
            occupation_rewired: 0.1,
            staff: [0.2, 0.2],
            random_mean: [2.0, 4.0, 3.0],
            random_sd: [2.0, 4.0, 3.0],
            rematch: 5,
        }
    }
}

/// A time in days with a Gamma distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Time {
    /// Mean, days.
    pub mean: f64,
    /// Standard deviation, days.
    pub sd: f64,
}

const fn time(mean: f64, sd: f64) -> Time {
    Time { mean, sd }
}

/// A disease. Shares by age are of those in the state before: mild of all infected, hospitalised of the severe,
/// critical of the hospitalised, intensive care and death of the critical.
#[derive(Clone, Debug, PartialEq)]
pub struct Disease {
    /// Infections that one severe case causes in a population where everybody has susceptibility 1. (O)
    pub infectious_rate: f64,
    /// Infectiousness since infection. (O)
    pub infectious: Time,
    /// Standard deviation between people of a factor of mean 1 (Gamma: super-spreading). (O)
    pub infectiousness_sd: f64,
    /// Infectiousness of those who never have symptoms, and of mild cases, relative to severe ones. (O)
    pub asymptomatic_factor: f64,
    /// See above. (O)
    pub mild_factor: f64,
    /// Weight of a contact in the household, in occupation, at random. (O)
    pub setting_weight: [f64; 3],
    /// Susceptibility a contact, by age. (O)
    pub susceptibility: [f64; AGE_BANDS],
    /// Share without symptoms, by age. (O)
    pub asymptomatic: [f64; AGE_BANDS],
    /// Share with mild symptoms, by age. (O)
    pub mild: [f64; AGE_BANDS],
    /// Share of severe cases that need hospital, by age. (O)
    pub hospitalised: [f64; AGE_BANDS],
    /// Share of those in hospital who become critical, by age. (O)
    pub critical: [f64; AGE_BANDS],
    /// Share of the critical who are taken into intensive care, by age; the others die. (O)
    pub intensive_care: [f64; AGE_BANDS],
    /// Share of those in intensive care who die, by age. (O)
    pub fatality: [f64; AGE_BANDS],
    /// Infection to symptoms. (O)
    pub to_symptoms: Time,
    /// Symptoms to recovery outside hospital. (O)
    pub to_recovery: Time,
    /// Infection to recovery without symptoms. (O)
    pub asymptomatic_to_recovery: Time,
    /// Mean days from symptoms to hospital; one of the two whole numbers around it. (O)
    pub to_hospital: f64,
    /// Hospital to critical. (O)
    pub to_critical: Time,
    /// Hospital to recovery, also after intensive care. (O)
    pub hospital_to_recovery: Time,
    /// Intensive care to the ward. (O)
    pub critical_to_ward: Time,
    /// Intensive care to death. (O)
    pub critical_to_death: Time,
    /// Share of the population that has the same symptoms from something else on a day. (O)
    pub background_symptoms: f64,
}

impl Default for Disease {
    fn default() -> Self {
        Self {
            infectious_rate: 5.8,
            infectious: time(5.5, 2.14),
            infectiousness_sd: 1.4,
            asymptomatic_factor: 0.33,
            mild_factor: 0.72,
            setting_weight: [2.0, 1.0, 1.0],
            susceptibility: [0.35, 0.69, 1.03, 1.03, 1.03, 1.03, 1.27, 1.52, 1.52],
            asymptomatic: [0.456, 0.412, 0.370, 0.332, 0.296, 0.265, 0.238, 0.214, 0.192],
            mild: [0.533, 0.569, 0.597, 0.614, 0.616, 0.602, 0.571, 0.523, 0.461],
            hospitalised: [0.001, 0.006, 0.015, 0.069, 0.219, 0.279, 0.370, 0.391, 0.379],
            critical: [0.05, 0.05, 0.05, 0.05, 0.063, 0.122, 0.274, 0.432, 0.709],
            intensive_care: [1.0, 1.0, 0.9, 0.9, 0.8, 0.8, 0.4, 0.4, 0.05],
            fatality: [0.33, 0.25, 0.5, 0.5, 0.5, 0.69, 0.65, 0.88, 1.0],
            to_symptoms: time(5.42, 2.7),
            to_recovery: time(12.0, 5.0),
            asymptomatic_to_recovery: time(15.0, 5.0),
            to_hospital: 5.14,
            to_critical: time(2.27, 2.27),
            hospital_to_recovery: time(8.75, 8.75),
            critical_to_ward: time(18.8, 12.21),
            critical_to_death: time(11.74, 8.79),
            background_symptoms: 0.002,
        }
    }
}

/// A kind of quarantine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quarantine {
    /// Longest duration, days.
    pub days: u16,
    /// Probability a day of giving up.
    pub dropout: f64,
    /// Share of people who begin it. One disposition a person decides all such questions, as in (O).
    pub compliance: f64,
}

const fn quarantine(days: u16, dropout: f64, compliance: f64) -> Quarantine {
    Quarantine { days, dropout, compliance }
}

/// Manual contact tracing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manual {
    /// Interviews with cases a day; OpenABM: 300 workers × 6 for any population. (O)
    pub interviews: u32,
    /// Contacts told a day; OpenABM: 300 workers × 12. (O)
    pub notifications: u32,
    /// Days from result to interview. (O)
    pub delay: u16,
    /// Share of contacts at home, in occupation, at random whom the case can name. (O)
    pub named: [f64; 3],
}

impl Default for Manual {
    fn default() -> Self {
        Self { interviews: 1800, notifications: 3600, delay: 1, named: [1.0, 0.8, 0.05] }
    }
}

/// What is done about the outbreak. The default does nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Measures {
    /// Share of each age that carries a working app with its radio on.
    pub adoption: [f64; AGE_BANDS],
    /// First day on which the app works.
    pub app_from: u16,
    /// Share of contacts between two such phones that both record well enough to warn. (O: 0.8)
    pub detection: f64,
    /// Share of cases with the app who publish their keys. 1 in the validation runs; 0.72 in (W).
    pub consent: f64,
    /// Days from the result to the warning: code, publication, the phones' next look. 0 in the validation runs.
    pub warning_delay: u16,
    /// Days of contacts before the result that are warned. (O)
    pub look_back: u16,
    /// 1: contacts of the case (F1) are warned; 2: also theirs (F2).
    pub depth: u8,
    /// On symptoms at home. (O; compliance 0 in the baseline, 0.8 in the validation runs)
    pub on_symptoms: Quarantine,
    /// On a positive result. (O)
    pub on_positive: Quarantine,
    /// When warned of a case. (O)
    pub when_warned: Quarantine,
    /// When warned of somebody with symptoms. (O)
    pub when_warned_of_symptoms: Quarantine,
    /// Symptoms alone already warn (an app that trusts a declaration). Off in the validation runs.
    pub warn_on_symptoms: bool,
    /// The household of a case stays at home too. Off in the validation runs.
    pub household_of_case: bool,
    /// The household of somebody warned of a case stays at home too. Off in the validation runs.
    pub household_of_warned: bool,
    /// Share of people with symptoms who take a test: 0 in the baseline, 0.8 in the validation runs. (O)
    pub test_on_symptoms: f64,
    /// Share of warned people who take a test. Off in the validation runs.
    pub test_when_warned: f64,
    /// Days from asking for a test to taking it. (O)
    pub test_order: u16,
    /// Days from taking a test to its result. (O)
    pub test_result: u16,
    /// Probability that a test of an infected person is positive between the two days after infection below. (O)
    pub test_sensitivity: f64,
    /// Probability that a test of somebody not infected is negative. (O)
    pub test_specificity: f64,
    /// First day after infection on which a test can find it without symptoms. (O)
    pub test_from: u16,
    /// Day after infection from which a test no longer finds it. (O)
    pub test_until: u16,
    /// Tracing by people.
    pub manual: Option<Manual>,
}

impl Default for Measures {
    fn default() -> Self {
        Self {
            adoption: [0.0; AGE_BANDS],
            app_from: 1,
            detection: 0.8,
            consent: 1.0,
            warning_delay: 0,
            look_back: 7,
            depth: 1,
            on_symptoms: quarantine(7, 0.02, 0.0),
            on_positive: quarantine(14, 0.01, 1.0),
            when_warned: quarantine(14, 0.03, 0.9),
            when_warned_of_symptoms: quarantine(14, 0.04, 0.5),
            warn_on_symptoms: false,
            household_of_case: false,
            household_of_warned: false,
            test_on_symptoms: 0.0,
            test_when_warned: 0.0,
            test_order: 1,
            test_result: 1,
            test_sensitivity: 0.8,
            test_specificity: 0.999,
            test_from: 3,
            test_until: 14,
            manual: None,
        }
    }
}

impl Measures {
    /// The measures of the validation runs: four of five with symptoms stay at home and take a test, and contacts of
    /// positive cases are warned by an app of which `adoption` is the share at every age.
    #[must_use]
    pub fn validation(adoption: f64) -> Self {
        Self {
            adoption: [adoption; AGE_BANDS],
            on_symptoms: quarantine(7, 0.02, 0.8),
            test_on_symptoms: 0.8,
            ..Self::default()
        }
    }
}
