//! Health declarations as data: a form is a FHIR R4 Questionnaire in a file, and this crate draws it, validates answers, prints
//! them, exports them and says what to do. A new form needs no code.
//!
//! | what | where |
//! |---|---|
//! | read a file, refuse what is not understood | [`Questionnaire::read`], the subset in [`read`] |
//! | the forms there are, which are open today | [`Library`], [`Schedule`] |
//! | draw on a page | [`Drawing`] |
//! | read and validate what a page sent | [`read_fields`]; [`validate`] for answers from elsewhere |
//! | print, filled in or empty | [`print`] |
//! | export and import as QuestionnaireResponse | [`response`] |
//! | advise the person | [`advise`] |
//! | tell the officer what to read first | [`risk`] |
//! | ask for consent | [`consent`] |
//!
//! No HTTP, no SQL, no clock: the day is a parameter ([`Setting`]), and so is where provinces come from ([`ValueSets`]).
//!
//! ```
//! use bluezone_forms::*;
//!
//! let library = Library::built_in();
//! let (schedule, day) = (Schedule::default(), "2026-11-25".parse().unwrap());
//! let form = library.open("hang-ngay", &schedule, "covid-19", day).unwrap();
//! let parameters = schedule.parameters(form, "covid-19", day);
//! let setting = Setting { today: day, parameters: &parameters, sets: &value_set::BuiltIn };
//! let fields = [("date", "2026-11-25"), ("recorder", "self"), ("symptoms", "fever"), ("temperature", "38,2")];
//! let sent = read_fields(form, fields, [], &setting);
//! assert_eq!(sent.problems, []);
//! assert_eq!(advise(form, &sent.answers, &setting).level, advice::Level::Call);
//! ```

pub mod advice;
mod applies;
pub mod condition;
pub mod consent;
mod draw;
mod fields;
mod library;
pub mod limit;
mod model;
pub mod parameters;
pub mod print;
mod problem;
pub mod read;
pub mod response;
pub mod risk;
mod setting;
mod validate;
mod value;
pub mod value_set;
mod words;

pub use advice::advise;
pub use condition::enabled;
pub use draw::{Drawing, REDRAW};
pub use fields::{Entries, Sent, read_fields};
pub use library::{AddError, FILES, Library};
pub use model::{Choice, Item, Kind, Options, Pattern, Questionnaire, Range};
pub use parameters::Schedule;
pub use problem::{Problem, Wrong};
pub use read::FormError;
pub use setting::Setting;
pub use validate::validate;
pub use value::{Answers, Attachment, Value};
pub use value_set::ValueSets;
pub use words::Words;
