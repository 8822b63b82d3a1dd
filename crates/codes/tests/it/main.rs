//! Tests of the codes in QR codes.

mod cards;
mod national;
mod pass;
mod place;
mod scan;
