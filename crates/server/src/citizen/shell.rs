//! The frame around every page for citizens: on a phone its navigation lies at the bottom of the screen.

use super::access::Signed;
use super::routes;
use crate::console::shell::View;
use axum::response::{Html, IntoResponse, Response};
use bluezone_pages::icon::Icon;
use bluezone_pages::layout::{Nav, NavItem, Page, Width, layout};
use bluezone_pages::{Text, text};
use maud::{Markup, html};

text! {
    PLACE, "Khai báo y tế", "Health declaration";
    HOME, "Trang chủ", "Home";
    DECLARE, "Khai báo", "Declare";
    PASS, "Mã của tôi", "My code";
    VISITS, "Nhật ký", "Diary";
    INBOX, "Hộp thư", "Inbox"
}

/// The navigation.
const MENU: [(&str, Text, Icon); 5] = [
    (routes::HOME, HOME, Icon::Home),
    (routes::DECLARE, DECLARE, Icon::Case),
    (routes::PASS, PASS, Icon::Qr),
    (routes::VISITS, VISITS, Icon::Calendar),
    (routes::INBOX, INBOX, Icon::Mail),
];

/// What a page says; [`Shell::render`] puts the frame around it.
pub struct Shell<'a> {
    /// The reader.
    pub view: &'a View,
    /// Who is signed in, if anybody.
    pub signed: Option<&'a Signed>,
    /// Title and `<h1>`.
    pub title: &'a str,
    /// The page above: address and words.
    pub back: Option<(&'a str, &'a str)>,
    /// A line under the title.
    pub lead: Option<&'a str>,
    /// Whether the page holds a table.
    pub wide: bool,
    /// Without JavaScript, reload after this many seconds.
    pub reload_s: Option<u32>,
    /// The main part.
    pub body: Markup,
}

impl<'a> Shell<'a> {
    /// A page with a title and nothing else.
    pub fn new(view: &'a View, signed: Option<&'a Signed>, title: &'a str) -> Shell<'a> {
        let body = html! {};
        Shell { view, signed, title, back: None, lead: None, wide: false, reload_s: None, body }
    }

    /// The whole page.
    pub fn render(self) -> Response {
        let lang = self.view.lang;
        let path = self.view.here.split('?').next().unwrap_or_default();
        let nav = MENU
            .iter()
            .map(|(href, label, icon)| NavItem {
                href,
                label: label.get(lang),
                icon: *icon,
                current: path == *href || (*href != routes::HOME && path.starts_with(&format!("{href}/"))),
            })
            .collect();
        let page = Page {
            back: self.back,
            lead: self.lead,
            place: PLACE.get(lang),
            home: routes::HOME,
            here: &self.view.here,
            nav,
            nav_style: Nav::Tabs,
            width: if self.wide { Width::Wide } else { Width::Reading },
            reload_s: self.reload_s,
            manifest: Some(routes::MANIFEST),
            body: self.body,
            ..Page::new(lang, self.title)
        };
        Html(layout(&page).into_string()).into_response()
    }
}
