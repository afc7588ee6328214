//! Exported string constants, by framework.

pub mod corefoundation;
pub mod coremedia;
pub mod corevideo;
pub mod videotoolbox;
