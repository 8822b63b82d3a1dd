//! The frame of every page: skip link, head line, navigation, language switch, main part, foot line.

use crate::icon::{Icon, logo};
use crate::lang::{Lang, lang_href};
use crate::parts::back;
use crate::{icon_path, large_icon_path, offline_script_path, script_path, style_path, text};
use maud::{DOCTYPE, Markup, html};

text! {
    SKIP, "Đến nội dung chính", "Skip to the main part";
    MENU, "Mục chính", "Main menu";
    LANGUAGE, "Ngôn ngữ", "Language";
    FOOT, "Bluezone mở: cảnh báo tiếp xúc gần bằng Bluetooth. Mã nguồn mở, ai cũng kiểm tra được.",
        "Open Bluezone: warning of close contacts by Bluetooth. Open source: anyone can check it."
}

/// An entry of the navigation.
#[derive(Clone, Debug)]
pub struct NavItem<'a> {
    /// Where it leads.
    pub href: &'a str,
    /// Its words, short enough for a fifth of 320 px when [`Nav::Tabs`] is used.
    pub label: &'a str,
    /// Its icon.
    pub icon: Icon,
    /// Whether this is the page shown now.
    pub current: bool,
}

/// How the navigation lies on a phone. On a wide screen both are one line under the head line.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Nav {
    /// A bar at the bottom of the screen, at most five entries: the phone's own pages.
    Tabs,
    /// A list that wraps under the head line: the console. Of more than five entries it is folded away on a phone.
    Bar,
}

/// How wide the main part grows.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Width {
    /// A column that reads well: texts and forms.
    Reading,
    /// The whole desk: tables.
    Wide,
}

/// A longer navigation does not stand above every page on a phone.
const FOLDED: usize = 5;

/// One page. Start from [`Page::new`] and set what differs.
#[derive(Clone)]
pub struct Page<'a> {
    /// Language of every word on it.
    pub lang: Lang,
    /// Its title: the browser tab and the `<h1>`.
    pub title: &'a str,
    /// The page above this one: address and words of a link over the `<h1>`.
    pub back: Option<(&'a str, &'a str)>,
    /// A line under the `<h1>`.
    pub lead: Option<&'a str>,
    /// Words beside the logo that say whose pages these are, e.g. the unit or "this phone".
    pub place: &'a str,
    /// Where the logo leads.
    pub home: &'a str,
    /// Path and query of this page, for the language switch. Pages answering a POST give the address of the form.
    pub here: &'a str,
    /// Navigation entries; none hides the navigation.
    pub nav: Vec<NavItem<'a>>,
    /// How the navigation lies on a phone.
    pub nav_style: Nav,
    /// What stands at the right of the head line: who is signed in, a sign-out button.
    pub account: Option<Markup>,
    /// How wide the main part grows.
    pub width: Width,
    /// Without JavaScript, reload after this many seconds; with it, elements with `data-refresh` renew themselves.
    pub reload_s: Option<u32>,
    /// Whether a phone can install these pages: the address of the manifest that says how.
    pub manifest: Option<&'a str>,
    /// The main part.
    pub body: Markup,
}

impl<'a> Page<'a> {
    /// A page with a title and nothing else.
    pub fn new(lang: Lang, title: &'a str) -> Page<'a> {
        Page {
            lang,
            title,
            back: None,
            lead: None,
            place: "",
            home: "/",
            here: "/",
            nav: Vec::new(),
            nav_style: Nav::Bar,
            account: None,
            width: Width::Reading,
            reload_s: None,
            manifest: None,
            body: html! {},
        }
    }
}

/// Draws a page.
pub fn layout(page: &Page) -> Markup {
    let lang = page.lang;
    let tabs = page.nav_style == Nav::Tabs && !page.nav.is_empty();
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (page.title) " – Bluezone" }
                link rel="icon" href=(icon_path()) type="image/svg+xml";
                link rel="stylesheet" href=(style_path());
                script type="module" src=(script_path()) {}
                @if let Some(manifest) = page.manifest {
                    // With its cookies: the name under which a phone installs the pages is in the reader's language.
                    link rel="manifest" href=(manifest) crossorigin="use-credentials";
                    link rel="apple-touch-icon" href=(large_icon_path());
                    meta name="theme-color" content="#0b5a9d";
                    script type="module" src=(offline_script_path()) {}
                }
                @if let Some(seconds) = page.reload_s {
                    noscript { meta http-equiv="refresh" content=(seconds); }
                }
            }
            body class=[tabs.then_some("with-tabs")] {
                a.skip href="#main" { (SKIP.get(lang)) }
                header.top {
                    div.top-inner {
                        a.brand href=(page.home) {
                            (logo())
                            span.brand-words {
                                span.brand-name { "Bluezone" }
                                @if !page.place.is_empty() { span.brand-place { (page.place) } }
                            }
                        }
                        div.top-side {
                            @if let Some(account) = &page.account { (account) }
                            (language_switch(lang, page.here))
                        }
                    }
                    @if !page.nav.is_empty() { (navigation(page)) }
                }
                main #main tabindex="-1" class=[(page.width == Width::Wide).then_some("wide")] {
                    @if let Some((href, label)) = page.back { (back(href, label)) }
                    h1 { (page.title) }
                    @if let Some(lead) = page.lead { p.lead { (lead) } }
                    (page.body)
                }
                footer.foot { p { (FOOT.get(lang)) } }
            }
        }
    }
}

fn navigation(page: &Page) -> Markup {
    let folded = page.nav_style == Nav::Bar && page.nav.len() > FOLDED;
    let current = page.nav.iter().find(|item| item.current).map(|item| item.label);
    html! {
        nav.tabs[page.nav_style == Nav::Tabs].bar[page.nav_style == Nav::Bar] aria-label=(MENU.get(page.lang)) {
            @if folded {
                // A box to tick folds without scripts; on a wide screen the style sheet takes both away.
                input.menu-switch #menu type="checkbox" autocomplete="off";
                label.menu-label for="menu" {
                    (Icon::Menu.svg()) (MENU.get(page.lang))
                    @if let Some(current) = current { span.soft { " · " (current) } }
                }
            }
            ul {
                @for item in &page.nav {
                    li {
                        a href=(item.href) aria-current=[item.current.then_some("page")] {
                            (item.icon.svg())
                            span { (item.label) }
                        }
                    }
                }
            }
        }
    }
}

fn language_switch(lang: Lang, here: &str) -> Markup {
    html! {
        nav.languages aria-label=(LANGUAGE.get(lang)) {
            @for other in Lang::ALL {
                a href=(lang_href(here, other)) lang=(other.code()) hreflang=(other.code())
                    aria-label=(other.name()) aria-current=[(other == lang).then_some("true")] {
                    (other.code().to_uppercase())
                }
            }
        }
    }
}
