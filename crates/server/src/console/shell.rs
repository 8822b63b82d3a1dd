//! The frame around every page of the console: language, head line, navigation, headers.

use crate::console::access::Signed;
use crate::console::{routes, worklist};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use bluezone_domain::officer::Role;
use bluezone_domain::policy::Action;
use bluezone_pages::form::CSRF_FIELD;
use bluezone_pages::icon::Icon;
use bluezone_pages::layout::{NavItem, Page, Width, layout};
use bluezone_pages::{Lang, SECURITY_HEADERS, Text, keys_script_path, lang_cookie, text};
use maud::{Markup, html};
use std::convert::Infallible;

text! {
    CONSOLE, "Bàn làm việc y tế", "Health console";
    WORKLIST, "Việc cần làm", "To do";
    CASES, "Ca bệnh", "Cases";
    CONTACTS, "Tiếp xúc", "Contacts";
    NEW_CASE, "Ghi nhận ca", "New case";
    PERSONS, "Tìm người", "Persons";
    LINE_LIST, "Danh sách", "Line list";
    ZONES, "Khoanh vùng", "Zones";
    FORMS, "Biểu mẫu", "Forms";
    OFFICERS, "Cán bộ", "Officers";
    APPROVALS, "Chờ đồng ý", "To approve";
    UNITS, "Đơn vị", "Units";
    DECLARATIONS, "Khai báo", "Declarations";
    PLACE_WARNINGS, "Cảnh báo theo nơi", "Place warnings";
    UPLOADS, "Dữ liệu gửi đến", "Uploads";
    RELEASES, "Yêu cầu", "Requests";
    SIGNALS, "Phản ánh", "Reports";
    DATA_REQUESTS, "Quyền dữ liệu", "Data requests";
    BREACHES, "Sự cố dữ liệu", "Breaches";
    OUTBREAK_PLANS, "Kế hoạch", "Plans";
    COUNTS, "Số liệu", "Counts";
    AUDIT, "Ai đã xem gì", "Audit";
    ACCOUNT, "Tài khoản", "Account";
    SIGNED_IN_AS, "Đang đăng nhập:", "Signed in as";
    SIGN_OUT, "Đăng xuất", "Sign out"
}

/// Who looks, apart from who they are: the language, and the address for the language switch.
#[derive(Clone, Debug)]
pub struct View {
    /// Language of the page.
    pub lang: Lang,
    /// Path and query that were asked for.
    pub here: String,
}

impl View {
    /// From a request's address and headers.
    pub fn of(uri: &Uri, headers: &HeaderMap) -> View {
        let header = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let lang = Lang::choose(uri.query(), header(header::COOKIE), header(header::ACCEPT_LANGUAGE));
        let here = uri.path_and_query().map_or_else(|| "/".to_owned(), |here| here.as_str().to_owned());
        View { lang, here }
    }

    /// The same reader, with another address for the language switch: a page that answers a form names the form's.
    pub fn at(mut self, here: &str) -> View {
        here.clone_into(&mut self.here);
        self
    }
}

impl<S: Sync> FromRequestParts<S> for View {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(View::of(&parts.uri, &parts.headers))
    }
}

/// What a page of the console says; [`Shell::render`] puts the frame around it.
pub struct Shell<'a> {
    /// The reader.
    pub view: &'a View,
    /// Who is signed in, if anybody.
    pub signed: Option<&'a Signed>,
    /// Title and `<h1>`.
    pub title: &'a str,
    /// A line under it.
    pub lead: Option<&'a str>,
    /// Whether the page holds a table.
    pub wide: bool,
    /// The main part.
    pub body: Markup,
}

impl Shell<'_> {
    /// The whole page.
    pub fn render(self) -> Response {
        self.drawn(None)
    }

    /// The whole page; without a script it comes again after so many seconds.
    pub fn render_again(self, seconds: u32) -> Response {
        self.drawn(Some(seconds))
    }

    fn drawn(self, reload_s: Option<u32>) -> Response {
        let lang = self.view.lang;
        let path = self.view.here.split('?').next().unwrap_or_default();
        let place = match self.signed {
            Some(signed) => format!("{} · {}", CONSOLE.get(lang), signed.officer.unit),
            None => CONSOLE.get(lang).to_owned(),
        };
        let entries: Vec<_> =
            self.signed.map(|signed| menu(signed.officer.role)).unwrap_or_default().into_iter().collect();
        let nav = entries
            .iter()
            .map(|(href, label, icon)| NavItem {
                href,
                label: label.get(lang),
                icon: *icon,
                current: *href == current(path),
            })
            .collect();
        let page = Page {
            lead: self.lead,
            place: &place,
            home: self.signed.map_or(routes::SIGN_IN, |signed| home(signed.officer.role)),
            here: &self.view.here,
            nav,
            account: self.signed.map(|signed| account(lang, signed)),
            reload_s,
            width: if self.wide { Width::Wide } else { Width::Reading },
            body: html! { (self.body) (keys(self.signed)) },
            ..Page::new(lang, self.title)
        };
        Html(layout(&page).into_string()).into_response()
    }
}

/// The module of the keys, with the page to search on for those who may.
fn keys(signed: Option<&Signed>) -> Markup {
    let Some(signed) = signed else { return html! {} };
    let page = signed.may(Action::SeePersons).then_some(routes::PERSONS);
    html! { script type="module" src=(keys_script_path()) data-search-page=[page] {} }
}

/// The entries of the navigation: what this role may open.
fn menu(role: Role) -> Vec<(&'static str, Text, Icon)> {
    use bluezone_domain::policy::may;
    let mut entries = Vec::new();
    if worklist::is_for(role) {
        entries.push((routes::WORKLIST, WORKLIST, Icon::Clock));
    }
    if may(role, Action::SeeCases) {
        entries.push((routes::CASES, CASES, Icon::Case));
    }
    if may(role, Action::RegisterCase) {
        entries.push((routes::NEW_CASE, NEW_CASE, Icon::Plus));
    }
    if may(role, Action::SeeContacts) {
        entries.push((routes::CONTACTS, CONTACTS, Icon::People));
    }
    if may(role, Action::SeePersons) {
        entries.push((routes::PERSONS, PERSONS, Icon::Search));
    }
    if may(role, Action::ImportLineList) {
        entries.push((routes::LINE_LIST, LINE_LIST, Icon::Document));
    }
    if may(role, Action::HandleSignals) {
        entries.push((routes::SIGNALS, SIGNALS, Icon::Info));
    }
    if may(role, Action::DrawZones) {
        entries.push((routes::ZONES, ZONES, Icon::Map));
    }
    if may(role, Action::HandleDeclarations) {
        entries.push((routes::DECLARATIONS, DECLARATIONS, Icon::Document));
    }
    if may(role, Action::WarnByPlace) {
        entries.push((routes::PLACE_WARNINGS, PLACE_WARNINGS, Icon::Warning));
    }
    if may(role, Action::OpenUpload) {
        entries.push((routes::UPLOADS, UPLOADS, Icon::Lock));
    }
    if may(role, Action::AskForHistory) {
        entries.push((routes::RELEASES, RELEASES, Icon::Document));
    }
    if may(role, Action::AnswerDataRequests) {
        entries.push((routes::DATA_REQUESTS, DATA_REQUESTS, Icon::Lock));
    }
    if may(role, Action::SeeAudit) {
        entries.push((routes::AUDIT, AUDIT, Icon::Search));
    }
    if may(role, Action::ManageOfficers) {
        entries.push((routes::OFFICERS, OFFICERS, Icon::People));
        entries.push((routes::APPROVALS, APPROVALS, Icon::Check));
    }
    if may(role, Action::ManageUnits) {
        entries.push((routes::UNITS, UNITS, Icon::Home));
    }
    if may(role, Action::ManageForms) {
        entries.push((routes::FORMS, FORMS, Icon::Document));
    }
    if may(role, Action::KeepBreaches) {
        entries.push((routes::BREACHES, BREACHES, Icon::Warning));
    }
    if may(role, Action::PlanOutbreaks) {
        entries.push((routes::OUTBREAK_PLANS, OUTBREAK_PLANS, Icon::Calendar));
    }
    if may(role, Action::SeeCounts) {
        entries.push((routes::COUNTS, COUNTS, Icon::Document));
    }
    entries.push((routes::ACCOUNT, ACCOUNT, Icon::Settings));
    entries
}

/// The navigation entry that a path belongs to: the pages of one case belong to the list.
fn current(path: &str) -> &str {
    match path {
        routes::NEW_CASE | routes::WORKLIST => path,
        path if path.starts_with(routes::ACCOUNT) => routes::ACCOUNT,
        path if path.starts_with(routes::CONTACTS) => routes::CONTACTS,
        path if path.starts_with(routes::PERSONS) => routes::PERSONS,
        path if path.starts_with(routes::LINE_LIST) => routes::LINE_LIST,
        path if path.starts_with(routes::ZONES) => routes::ZONES,
        path if path.starts_with(routes::SIGNALS) => routes::SIGNALS,
        path if path.starts_with(routes::DATA_REQUESTS) => routes::DATA_REQUESTS,
        path if path.starts_with(routes::BREACHES) => routes::BREACHES,
        path if path.starts_with(routes::OUTBREAK_PLANS) => routes::OUTBREAK_PLANS,
        path if path.starts_with(routes::OFFICERS) => routes::OFFICERS,
        path if path.starts_with(routes::UNITS) => routes::UNITS,
        path if path.starts_with(routes::APPROVALS) => routes::APPROVALS,
        path if path.starts_with(routes::FORMS) => routes::FORMS,
        path if path.starts_with(routes::DECLARATIONS) => routes::DECLARATIONS,
        path if path.starts_with(routes::PLACE_WARNINGS) => routes::PLACE_WARNINGS,
        path if path.starts_with(routes::COUNTS) => routes::COUNTS,
        path if path.starts_with(routes::UPLOADS) => routes::UPLOADS,
        path if path.starts_with(routes::RELEASES) || path.starts_with(routes::SIGNING_KEYS) => {
            routes::RELEASES
        }
        routes::AUDIT => path,
        path if path.starts_with(routes::CASES) => routes::CASES,
        path => path,
    }
}

/// Where an officer of this role starts.
pub fn home(role: Role) -> &'static str {
    menu(role).first().map_or(routes::ACCOUNT, |(href, _, _)| href)
}

fn account(lang: Lang, signed: &Signed) -> Markup {
    html! {
        div.account {
            span { span.unseen { (SIGNED_IN_AS.get(lang)) " " } (signed.officer.username) }
            form method="post" action=(routes::SIGN_OUT) {
                input type="hidden" name=(CSRF_FIELD) value=(signed.form_token);
                button.button.quiet type="submit" { (Icon::SignOut.svg()) (SIGN_OUT.get(lang)) }
            }
        }
    }
}

/// Puts on every answer of the console what a browser must know about it, and remembers a language that was asked for.
pub async fn finish(request: axum::extract::Request, next: Next) -> Response {
    let asked =
        request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("lang=")));
    let lang = View::of(request.uri(), request.headers()).lang;
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in SECURITY_HEADERS {
        // A page that brings its own styles says which, and allows less in everything else.
        if name == header::CONTENT_SECURITY_POLICY && headers.contains_key(name) {
            continue;
        }
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    // Under `no-referrer` browsers send `Origin: null` with our own forms, and the check against forged forms needs it.
    // Addresses still never reach another site.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if asked {
        let cookie = HeaderValue::try_from(lang_cookie(lang)).expect("the language's cookie is plain ASCII");
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}
