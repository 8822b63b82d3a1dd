//! Tables that become a card a row on a phone.

use maud::{Markup, html};

/// A column's head.
#[derive(Copy, Clone, Debug)]
pub struct Column<'a> {
    /// Its words; they stand beside each value when the row is a card.
    pub label: &'a str,
    /// Whether it holds numbers, set to the right.
    pub number: bool,
}

impl<'a> Column<'a> {
    /// A column of words.
    pub fn words(label: &'a str) -> Column<'a> {
        Column { label, number: false }
    }

    fn class(self) -> Option<&'static str> {
        self.number.then_some("number")
    }

    /// A column of numbers.
    pub fn numbers(label: &'a str) -> Column<'a> {
        Column { label, number: true }
    }
}

/// A table; each row has one cell a column, the first naming the row. `caption` is read to those who cannot see it.
///
/// The roles repeat what the elements are: the cards' style would otherwise take the table's meaning away.
pub fn table(caption: &str, columns: &[Column], rows: impl IntoIterator<Item = Vec<Markup>>) -> Markup {
    html! {
        table.cards role="table" {
            caption.unseen { (caption) }
            thead role="rowgroup" {
                tr role="row" {
                    @for column in columns {
                        th role="columnheader" scope="col" class=[column.class()] { (column.label) }
                    }
                }
            }
            tbody role="rowgroup" {
                @for row in rows {
                    tr role="row" {
                        @for (at, (column, cell)) in columns.iter().zip(row).enumerate() {
                            @if at == 0 {
                                th role="rowheader" scope="row" data-label=(column.label) class=[column.class()] {
                                    (cell)
                                }
                            } @else {
                                td role="cell" data-label=(column.label) class=[column.class()] { (cell) }
                            }
                        }
                    }
                }
            }
        }
    }
}
