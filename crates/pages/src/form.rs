//! Forms: fields with labels, hints and errors tied together for a screen reader, and a list of what to mend.

use crate::icon::Icon;
use crate::lang::Lang;
use crate::text;
use maud::{Markup, Render, html};

text! {
    TO_MEND, "Cần sửa trước khi gửi", "Please mend this first";
    OPTIONAL, "không bắt buộc", "optional"
}

/// Name of the hidden field that carries the page's anti-forgery token.
pub const CSRF_FIELD: &str = "csrf";

/// A form that posts to `action`, with its anti-forgery token.
pub fn form(action: &str, csrf: &str, body: impl Render) -> Markup {
    html! {
        form.form method="post" action=(action) novalidate {
            input type="hidden" name=(CSRF_FIELD) value=(csrf);
            (body)
        }
    }
}

/// The control of a [`Field`].
#[derive(Clone, Debug)]
enum Control<'a> {
    Input {
        kind: &'a str,
        mode: Option<&'a str>,
        complete: Option<&'a str>,
        longest: Option<u32>,
        /// Address that answers while something is typed, and the element that the answer goes into.
        live: Option<(&'a str, &'a str)>,
    },
    Area {
        rows: u32,
    },
    Select(Vec<(&'a str, &'a str)>),
    Radio(Vec<(&'a str, &'a str)>),
}

/// One field of a form. `name` is also the element's id.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    lang: Lang,
    name: &'a str,
    label: &'a str,
    hint: Option<&'a str>,
    error: Option<&'a str>,
    value: &'a str,
    required: bool,
    focus: bool,
    spoken: bool,
    control: Control<'a>,
}

impl<'a> Field<'a> {
    fn new(lang: Lang, name: &'a str, label: &'a str, control: Control<'a>) -> Field<'a> {
        Field {
            lang,
            name,
            label,
            hint: None,
            error: None,
            value: "",
            required: true,
            focus: false,
            spoken: true,
            control,
        }
    }

    /// A line of text; `kind` is the input's type: `text`, `password`, `number`, `date`, `datetime-local`, `tel`, …
    pub fn input(lang: Lang, kind: &'a str, name: &'a str, label: &'a str) -> Field<'a> {
        Field::new(
            lang,
            name,
            label,
            Control::Input { kind, mode: None, complete: None, longest: None, live: None },
        )
    }

    /// Several lines of text.
    pub fn area(lang: Lang, name: &'a str, label: &'a str, rows: u32) -> Field<'a> {
        Field::new(lang, name, label, Control::Area { rows })
    }

    /// A choice from a list of (value, words).
    pub fn select(lang: Lang, name: &'a str, label: &'a str, options: Vec<(&'a str, &'a str)>) -> Field<'a> {
        Field::new(lang, name, label, Control::Select(options))
    }

    /// A choice shown in full, of (value, words).
    pub fn radio(lang: Lang, name: &'a str, label: &'a str, options: Vec<(&'a str, &'a str)>) -> Field<'a> {
        Field::new(lang, name, label, Control::Radio(options))
    }

    /// The value it holds.
    pub fn value(mut self, value: &'a str) -> Field<'a> {
        self.value = value;
        self
    }

    /// A sentence that helps to fill it in.
    pub fn hint(mut self, hint: &'a str) -> Field<'a> {
        self.hint = Some(hint);
        self
    }

    /// What is wrong with the value, if anything.
    pub fn error(mut self, error: Option<&'a str>) -> Field<'a> {
        self.error = error;
        self
    }

    /// May be left empty.
    pub fn optional(mut self) -> Field<'a> {
        self.required = false;
        self
    }

    /// The cursor stands here when the page opens.
    pub fn focus(mut self) -> Field<'a> {
        self.focus = true;
        self
    }

    /// Digits only: the phone shows its number keys. `longest` is the greatest length, in characters.
    pub fn digits(mut self, longest: u32) -> Field<'a> {
        if let Control::Input { mode, longest: limit, .. } = &mut self.control {
            *mode = Some("numeric");
            *limit = Some(longest);
        }
        self
    }

    /// A number with a comma: the phone shows its number keys with one.
    pub fn decimal(mut self) -> Field<'a> {
        if let Control::Input { mode, .. } = &mut self.control {
            *mode = Some("decimal");
        }
        self
    }

    /// The greatest length, in characters.
    pub fn longest(mut self, characters: u32) -> Field<'a> {
        if let Control::Input { longest, .. } = &mut self.control {
            *longest = Some(characters);
        }
        self
    }

    /// What the browser may fill in: a token of HTML's `autocomplete`.
    pub fn complete(mut self, token: &'a str) -> Field<'a> {
        if let Control::Input { complete, .. } = &mut self.control {
            *complete = Some(token);
        }
        self
    }

    /// Searches while something is typed, on a page with [`crate::search_script_path`]: what `address?q=` answers goes into
    /// the element of that id.
    pub fn live(mut self, address: &'a str, into: &'a str) -> Field<'a> {
        if let Control::Input { live, .. } = &mut self.control {
            *live = Some((address, into));
        }
        self
    }

    /// No spelling check and no capital letters: a code or a name of an account.
    pub fn verbatim(mut self) -> Field<'a> {
        self.spoken = false;
        self
    }

    fn described(&self) -> Option<String> {
        let hint = self.hint.map(|_| format!("{}-hint", self.name));
        let error = self.error.map(|_| format!("{}-error", self.name));
        let ids: Vec<String> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn head(&self) -> Markup {
        html! {
            (self.label)
            @if !self.required { span.optional { " (" (OPTIONAL.get(self.lang)) ")" } }
        }
    }

    fn notes(&self) -> Markup {
        html! {
            @if let Some(hint) = self.hint { p.hint id={ (self.name) "-hint" } { (hint) } }
            @if let Some(error) = self.error {
                p.field-error id={ (self.name) "-error" } { (Icon::Warning.svg()) (error) }
            }
        }
    }
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        let described = self.described();
        let invalid = self.error.map(|_| "true");
        if let Control::Radio(options) = &self.control {
            return html! {
                fieldset.field.choices.wrong[self.error.is_some()] aria-describedby=[described] id=(self.name) {
                    legend { (self.head()) }
                    (self.notes())
                    @for (value, words) in options {
                        label.choice {
                            input type="radio" name=(self.name) value=(value) checked[*value == self.value]
                                required[self.required];
                            span { (words) }
                        }
                    }
                }
            };
        }
        html! {
            div.field.wrong[self.error.is_some()] {
                label for=(self.name) { (self.head()) }
                (self.notes())
                @match &self.control {
                    Control::Input { kind, mode, complete, longest, live } => {
                        input type=(kind) id=(self.name) name=(self.name) value=(self.value) inputmode=[mode]
                            data-search=[live.map(|(address, _)| address)] data-into=[live.map(|(_, into)| into)]
                            autocomplete=[complete] maxlength=[longest] aria-describedby=[described]
                            aria-invalid=[invalid] required[self.required] autofocus[self.focus]
                            spellcheck=[(!self.spoken).then_some("false")]
                            autocapitalize=[(!self.spoken).then_some("none")];
                    }
                    Control::Area { rows } => {
                        textarea id=(self.name) name=(self.name) rows=(rows) aria-describedby=[described]
                            aria-invalid=[invalid] required[self.required] { (self.value) }
                    }
                    Control::Select(options) => {
                        select id=(self.name) name=(self.name) aria-describedby=[described] aria-invalid=[invalid]
                            required[self.required] {
                            @for (value, words) in options {
                                option value=(value) selected[*value == self.value] { (words) }
                            }
                        }
                    }
                    Control::Radio(_) => {}
                }
            }
        }
    }
}

/// A box to tick, with a sentence. The value sent is `yes`.
pub fn tick(name: &str, words: impl Render, ticked: bool, error: Option<&str>) -> Markup {
    html! {
        div.field.wrong[error.is_some()] {
            label.choice {
                input type="checkbox" id=(name) name=(name) value="yes" checked[ticked]
                    aria-describedby=[error.map(|_| format!("{name}-error"))] aria-invalid=[error.map(|_| "true")];
                span { (words) }
            }
            @if let Some(error) = error {
                p.field-error id={ (name) "-error" } { (Icon::Warning.svg()) (error) }
            }
        }
    }
}

/// What to mend, above a form that came back: each entry is (field name, what is wrong). Nothing when all is well.
pub fn to_mend(lang: Lang, problems: &[(&str, &str)]) -> Markup {
    if problems.is_empty() {
        return html! {};
    }
    html! {
        div.alert.bad role="alert" {
            (Icon::Cross.svg())
            div {
                p.alert-title { (TO_MEND.get(lang)) }
                ul { @for (field, words) in problems { li { a href={ "#" (field) } { (words) } } } }
            }
        }
    }
}
