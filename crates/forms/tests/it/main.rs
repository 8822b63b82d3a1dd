//! Tests of forms: reading, drawing, validating, exporting.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod advice;
mod consent;
mod draw;
mod facts;
mod fillings;
mod hostile;
mod new_form;
mod read;
mod response;
mod risk;
mod rules;
mod schedule;
mod support;
