//! Colour and alpha.

/// What happens to colour on account of alpha.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AlphaPlan {
    /// Multiply by alpha before filters, so that colour nobody sees does not bleed into what is seen.
    pub weigh: bool,
    /// Divide by alpha before colour conversion.
    pub unpremultiply: bool,
    /// Multiply by alpha after it.
    pub premultiply: bool,
}

/// Multiplies a row by alpha.
pub(crate) fn multiply(row: &mut [f32], alpha: &[f32]) {
    row.iter_mut().zip(alpha).for_each(|(value, &alpha)| *value *= alpha);
}

/// Divides a row by alpha; where nothing is seen there is no colour.
pub(crate) fn divide(row: &mut [f32], alpha: &[f32]) {
    for (value, &alpha) in row.iter_mut().zip(alpha) {
        *value = if alpha > 0.0 { *value / alpha } else { 0.0 };
    }
}
