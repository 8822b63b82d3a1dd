//! Tests of forms: reading, drawing, validating, exporting.

mod advice;
mod consent;
mod draw;
mod facts;
mod fillings;
mod hostile;
mod new_form;
mod read;
mod response;
mod rules;
mod schedule;
mod support;
