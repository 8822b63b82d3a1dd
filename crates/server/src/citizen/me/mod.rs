//! *Dữ liệu của tôi*: what the authority keeps of a citizen, who looked at it and why, and every right over it.

mod consents;
mod declarations;
mod delete;
mod everything;
mod export;
mod looks;
mod page;
mod paper;
mod person;
mod remove;
mod request;
mod requests;
mod visits;
mod work;

pub use consents::withdraw;
pub use declarations::delete as delete_declaration;
pub use delete::{ask as ask_delete, delete};
pub use export::json as export_json;
pub use page::page;
pub use paper::paper as export_pdf;
pub use person::{change as change_person, page as person};
pub use remove::remove as remove_person;
pub use request::{page as request, take_back};
pub use requests::{create as create_request, page as requests};
