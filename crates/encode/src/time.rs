//! Temporary.
#![allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Time {
    pub value: i64,
    pub timescale: i32,
    pub epoch: i64,
    numeric: bool,
}
impl Time {
    pub const INVALID: Time = Time { value: 0, timescale: 0, epoch: 0, numeric: false };
    pub const POSITIVE_INFINITY: Time = Time { value: 0, timescale: 0, epoch: 0, numeric: false };
    pub const fn new(value: i64, timescale: i32) -> Self {
        Self { value, timescale, epoch: 0, numeric: true }
    }
    pub const fn is_numeric(self) -> bool {
        self.numeric
    }
}
