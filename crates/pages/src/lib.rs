//! What every page of Bluezone is made of: layout, components, styles, small scripts and the two languages.
//!
//! The phone's own pages (`bluezone-app`) and the server's console (`bluezone-server`) are drawn from here, so they
//! look and behave alike. Everything is plain HTML from the server: pages work at 320 px, with a screen reader and
//! without JavaScript; scripts only save a reload. Nothing is inline, so [`SECURITY_HEADERS`] can forbid inline
//! styles and scripts altogether. This crate knows nothing of HTTP: callers serve [`asset`] under `/assets/`.
//!
//! ```
//! use bluezone_pages::{Lang, layout::{Page, layout}, text};
//! use maud::html;
//!
//! text!(GREETING, "Xin chào", "Hello");
//!
//! let page = layout(&Page { body: html! { p { (GREETING.get(Lang::En)) } }, ..Page::new(Lang::En, "Home") });
//! assert!(page.into_string().contains("<p>Hello</p>"));
//! ```

pub mod advice;
mod assets;
pub mod form;
pub mod icon;
mod lang;
pub mod layout;
pub mod parts;
pub mod qr;
pub mod scan;
pub mod table;
pub mod time;
pub mod warning_words;

pub use assets::{
    Asset, CACHE_FOREVER, SECURITY_HEADERS, asset, assets, choices_script_path, control_script_path,
    copy_script_path, draft_script_path, icon_path, keys_script_path, large_icon_path, offline_files,
    offline_script_path, outline_script_path, pass_script_path, passkey_script_path, scan_field_script_path,
    scan_script_path, script_path, search_script_path, small_icon_path, style_path, when_script_path,
    worker_script,
};
pub use lang::{LANG_COOKIE, Lang, Text, lang_cookie, lang_href, unbroken};
/// The template crate, so that callers need not name its version.
pub use maud;
