//! Small line icons, drawn for this project on a 24 by 24 grid; they take the text's colour.

use maud::{Markup, PreEscaped, html};

/// An icon. Decorative: hidden from screen readers, so the words beside it must say the same.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Icon {
    /// A house.
    Home,
    /// Waves around a point: phones around now, radio.
    Radar,
    /// A calendar leaf.
    Calendar,
    /// A shield with a tick.
    Shield,
    /// A triangle with an exclamation mark.
    Warning,
    /// A tick in a circle.
    Check,
    /// A cross in a circle.
    Cross,
    /// An i in a circle.
    Info,
    /// An open book.
    Guide,
    /// Sliders.
    Settings,
    /// A key: enter or issue a code.
    Key,
    /// A clipboard: cases.
    Case,
    /// Two people.
    People,
    /// A door with an arrow.
    SignOut,
    /// A telephone receiver.
    Phone,
    /// A clock face.
    Clock,
    /// A padlock.
    Lock,
    /// A dustbin.
    Trash,
    /// An arrow to the right.
    Forward,
    /// An arrow to the left.
    Back,
    /// A plus sign.
    Plus,
    /// A magnifying glass.
    Search,
    /// Two arrows in a circle.
    Refresh,
    /// A cloud crossed out: no connection.
    Offline,
    /// A battery.
    Battery,
    /// A sheet of paper with lines.
    Document,
    /// A folded map.
    Map,
    /// Three lines: what there is to choose.
    Menu,
    /// The corners of a QR code.
    Qr,
    /// An envelope.
    Mail,
}

impl Icon {
    fn paths(self) -> &'static str {
        match self {
            Icon::Home => {
                r#"<path d="M4 11.5 12 4.5l8 7"/><path d="M6.5 10v9.5h11V10"/><path d="M10 19.5v-5h4v5"/>"#
            }
            Icon::Radar => {
                r#"<circle cx="12" cy="12" r="1.6"/><path d="M8.5 15.5a5 5 0 1 1 7 0"/><path d="M5.5 18.5a9 9 0 1 1 13 0"/>"#
            }
            Icon::Calendar => {
                r#"<rect x="4" y="5.5" width="16" height="14.5" rx="2"/><path d="M4 10h16M8.5 3.5v4M15.5 3.5v4M8 14h2M14 14h2"/>"#
            }
            Icon::Shield => {
                r#"<path d="M12 3.5 5 6v5.5c0 4.6 3 7.6 7 9 4-1.4 7-4.4 7-9V6z"/><path d="m9 12 2.2 2.2L15.2 10"/>"#
            }
            Icon::Warning => {
                r#"<path d="M12 4 2.8 19.5h18.4z"/><path d="M12 10v4.5"/><path d="M12 17.2v.1"/>"#
            }
            Icon::Check => r#"<circle cx="12" cy="12" r="8.5"/><path d="m8.2 12.3 2.6 2.6 5-5.4"/>"#,
            Icon::Cross => r#"<circle cx="12" cy="12" r="8.5"/><path d="m9 9 6 6M15 9l-6 6"/>"#,
            Icon::Info => r#"<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.8v.1"/>"#,
            Icon::Guide => {
                r#"<path d="M12 6.5C10 5 7 4.7 3.5 5v13.5c3.5-.3 6.5 0 8.5 1.5 2-1.5 5-1.8 8.5-1.5V5C17 4.7 14 5 12 6.5z"/><path d="M12 6.5V20"/>"#
            }
            Icon::Settings => {
                r#"<path d="M4 7h9M18 7h2M4 12h2M11 12h9M4 17h11M20 17h0"/><circle cx="15.5" cy="7" r="2.2"/><circle cx="8.5" cy="12" r="2.2"/><circle cx="17.5" cy="17" r="2.2"/>"#
            }
            Icon::Key => r#"<circle cx="8" cy="15" r="4"/><path d="m11 12 8.5-8.5M16 7l3 3M13.5 9.5l2 2"/>"#,
            Icon::Case => {
                r#"<rect x="5" y="5" width="14" height="16" rx="2"/><path d="M9 5V3.5h6V5M8.5 11h7M8.5 15h4.5"/>"#
            }
            Icon::People => {
                r#"<circle cx="9" cy="8.5" r="3.3"/><path d="M3 19.5c.5-3.7 3-5.5 6-5.5s5.5 1.8 6 5.5"/><path d="M15.5 5.5a3.2 3.2 0 0 1 0 6M17.5 14.5c2 .7 3.2 2.3 3.5 5"/>"#
            }
            Icon::SignOut => {
                r#"<path d="M13.5 4.5H5.5v15h8"/><path d="M10 12h10.5M17 8.5l3.5 3.5-3.5 3.5"/>"#
            }
            Icon::Phone => {
                r#"<path d="M6.5 3.8 9 4l1.5 4-2 1.8c1 2.4 3.3 4.7 5.7 5.7l1.8-2 4 1.5.2 2.5c-.3 1.9-1.8 2.8-3.5 2.5C9.5 18.8 5.2 14.5 4 7.3c-.3-1.7.6-3.2 2.5-3.5z"/>"#
            }
            Icon::Clock => r#"<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.2l3.5 2"/>"#,
            Icon::Lock => {
                r#"<rect x="5" y="10.5" width="14" height="9.5" rx="2"/><path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5M12 14.5v2"/>"#
            }
            Icon::Trash => r#"<path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10.5 11v5.5M13.5 11v5.5"/>"#,
            Icon::Forward => r#"<path d="M4.5 12h15M13.5 6l6 6-6 6"/>"#,
            Icon::Back => r#"<path d="M19.5 12h-15M10.5 6l-6 6 6 6"/>"#,
            Icon::Plus => r#"<path d="M12 5v14M5 12h14"/>"#,
            Icon::Search => r#"<circle cx="10.5" cy="10.5" r="6"/><path d="m15 15 5 5"/>"#,
            Icon::Refresh => {
                r#"<path d="M5 11a7.2 7.2 0 0 1 13-3M19 13a7.2 7.2 0 0 1-13 3"/><path d="M18.5 4v4.2h-4.2M5.5 20v-4.2h4.2"/>"#
            }
            Icon::Offline => {
                r#"<path d="M7.5 18.5a4 4 0 0 1-.5-8 5.5 5.5 0 0 1 10.3-1.2 4.6 4.6 0 0 1 .7 9.2z"/><path d="m4 4 16 17"/>"#
            }
            Icon::Battery => {
                r#"<rect x="3.5" y="7.5" width="15" height="9" rx="2"/><path d="M20.8 10.5v3M6.5 10.5v3M9.5 10.5v3"/>"#
            }
            Icon::Document => r#"<path d="M6 3.5h8.5L18 7v13.5H6z"/><path d="M14 3.5V7.5h4M9 12h6M9 16h6"/>"#,
            Icon::Qr => {
                r#"<rect x="4" y="4" width="6" height="6" rx="1"/><rect x="14" y="4" width="6" height="6" rx="1"/><rect x="4" y="14" width="6" height="6" rx="1"/><path d="M14 14h2.5v2.5M20 14v2M14 20h2M19 19.5h1v.5"/>"#
            }
            Icon::Mail => {
                r#"<rect x="3.5" y="5.5" width="17" height="13" rx="2"/><path d="m4.5 7.5 7.5 6 7.5-6"/>"#
            }
            Icon::Menu => r#"<path d="M4 7h16M4 12h16M4 17h16"/>"#,
            Icon::Map => {
                r#"<path d="m3.5 6.5 5.7-2.2 5.6 2.2 5.7-2.2v13.2l-5.7 2.2-5.6-2.2-5.7 2.2z"/><path d="M9.2 4.3v13.2M14.8 6.5v13.2"/>"#
            }
        }
    }

    /// The icon as inline SVG; its size is set by the style sheet (1.25 em by default).
    pub fn svg(self) -> Markup {
        html! {
            svg.icon viewBox="0 0 24 24" aria-hidden="true" focusable="false" { (PreEscaped(self.paths())) }
        }
    }
}

/// The mark of Bluezone: a person in the middle of their zone.
pub fn logo() -> Markup {
    html! {
        svg.logo viewBox="0 0 32 32" aria-hidden="true" focusable="false" {
            rect.logo-ground width="32" height="32" rx="8" {}
            path.logo-line d="M9.6 22.4a9 9 0 1 1 12.8 0" {}
            path.logo-line.logo-inner d="M12.8 19.2a4.5 4.5 0 1 1 6.4 0" {}
            circle.logo-dot cx="16" cy="16" r="2" {}
            path.logo-line d="M12.5 25.5h7" {}
        }
    }
}
