//! JSON of the device API (being written).
