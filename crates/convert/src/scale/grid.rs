//! How the sampling grid of one component maps onto another along one axis.

/// An axis of a component: where its samples lie, in units of luma samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grid {
    /// Number of samples.
    pub length: usize,
    /// Luma samples from one sample to the next.
    pub spacing: f64,
    /// Position of sample 0; luma sample `k` lies at `k`.
    pub phase: f64,
}

impl Grid {
    /// The grid of luma, or of chroma subsampled by `1 << log2`, sited `phase` luma samples after
    /// the first luma sample.
    pub(crate) fn new(luma_length: usize, log2: u8, phase: f64) -> Grid {
        let phase = if log2 == 0 { 0.0 } else { phase };
        Grid { length: luma_length.div_ceil(1 << log2), spacing: (1 << log2) as f64, phase }
    }

    /// The index (with fraction) of luma position `position`.
    pub(crate) fn index_of(&self, position: f64) -> f64 {
        (position - self.phase) / self.spacing
    }
}

/// Which part of the source axis fills which part of the destination axis, in luma samples with
/// edges at whole numbers (sample `k` covers `k` to `k + 1`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    /// Start in the source.
    pub source: f64,
    /// Length in the source.
    pub source_length: f64,
    /// Start in the destination.
    pub destination: f64,
    /// Length in the destination.
    pub destination_length: f64,
}

impl Span {
    /// Everything onto everything.
    #[cfg(test)]
    pub(crate) fn whole(source: usize, destination: usize) -> Span {
        Span {
            source: 0.0,
            source_length: source as f64,
            destination: 0.0,
            destination_length: destination as f64,
        }
    }

    /// Source samples for one destination sample.
    pub(crate) fn ratio(&self) -> f64 {
        self.source_length / self.destination_length
    }

    /// The source position of a destination position (both at sample centres).
    pub(crate) fn source_of(&self, position: f64) -> f64 {
        (position + 0.5 - self.destination) * self.ratio() + self.source - 0.5
    }
}
