//! The pages themselves: what is known goes in, markup comes out. No device, no clock, no HTTP.

pub mod data;
pub mod days;
pub mod guide;
pub mod home;
pub mod near_contact;
pub mod place_warning;
pub mod places;
pub mod radar;
pub mod report;
pub(super) mod report_words;
pub mod requests;
pub mod settings;
pub mod share;
pub(super) mod share_words;
pub mod units;
pub mod warning;

use bluezone_pages::icon::Icon;
use bluezone_pages::layout::{Nav, NavItem, Page};
use bluezone_pages::{Lang, text};

text! {
    PLACE, "Điện thoại này", "This phone";
    HOME, "Trang chủ", "Home";
    DAYS, "Nhật ký", "Contacts";
    CODE, "Nhập mã", "Code";
    GUIDE, "Hướng dẫn", "Guide";
    SETTINGS, "Cài đặt", "Settings";
    BACK_HOME, "Về trang chủ", "Back to home"
}

/// The entries at the bottom of the screen.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Tab {
    /// `/`
    Home,
    /// `/days`
    Days,
    /// `/report`
    Report,
    /// `/guide`
    Guide,
    /// `/settings`
    Settings,
}

/// What every page of the phone has in common.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// The reader's language.
    pub lang: Lang,
    /// Path and query shown, for the language switch.
    pub here: &'a str,
    /// The word that forms repeat.
    pub csrf: &'a str,
}

impl<'a> Frame<'a> {
    /// A page of the phone under an entry of the navigation.
    pub fn page(&self, tab: Tab, title: &'a str) -> Page<'a> {
        let lang = self.lang;
        let item = |of: Tab, href, words: bluezone_pages::Text, icon| NavItem {
            href,
            label: words.get(lang),
            icon,
            current: of == tab,
        };
        Page {
            place: PLACE.get(lang),
            here: self.here,
            nav: vec![
                item(Tab::Home, "/", HOME, Icon::Home),
                item(Tab::Days, "/days", DAYS, Icon::Calendar),
                item(Tab::Report, "/report", CODE, Icon::Key),
                item(Tab::Guide, "/guide", GUIDE, Icon::Guide),
                item(Tab::Settings, "/settings", SETTINGS, Icon::Settings),
            ],
            nav_style: Nav::Tabs,
            ..Page::new(lang, title)
        }
    }
}
