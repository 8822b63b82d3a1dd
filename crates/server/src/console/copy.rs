//! A button that copies: only there when its script runs, for pages whose words tell how to do without.

use bluezone_pages::{Lang, copy_script_path, text};
use maud::{Markup, html};

text! {
    COPY_LINK, "Chép đường dẫn", "Copy the link";
    COPIED, "Đã chép.", "Copied.";
    NOT_COPIED, "Không chép được. Hãy tự chọn và chép.", "Could not copy. Please select it and copy it yourself."
}

/// What is copied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What<'a> {
    /// The page's own address, with what stands after `#`.
    Address,
    /// The text of the field with this id.
    Field(&'a str),
}

/// The button, and the place where its outcome is said.
pub fn button(lang: Lang, what: What) -> Markup {
    let field = match what {
        What::Address => None,
        What::Field(id) => Some(id),
    };
    html! {
        div.row data-copy data-copy-field=[field] data-done=(COPIED.get(lang)) data-failed=(NOT_COPIED.get(lang)) hidden {
            button.button.primary type="button" { (COPY_LINK.get(lang)) }
            span role="status" {}
        }
        script type="module" src=(copy_script_path()) {}
    }
}
