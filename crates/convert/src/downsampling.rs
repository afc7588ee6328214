//! Chroma made fewer.

/// How chroma is reduced when the destination has less of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[doc(alias = "kVTDownsamplingMode_Decimate")]
pub enum DownsamplingMode {
    /// Every second sample is dropped.
    #[default]
    Decimate,
    /// The mean of neighbours, which sites chroma in the centre.
    Average,
}

/// Halves a pair of rows in the directions asked for.
pub(crate) fn reduce_rows(
    upper: &[f32],
    lower: &[f32],
    (horizontal, _): (bool, bool),
    average: bool,
    out: &mut [f32],
) {
    // Without vertical reduction both rows are the same one, which leaves the mean alone.
    let mean = |a: [f32; 2], b: [f32; 2]| 0.25 * ((a[0] + a[1]) + (b[0] + b[1]));
    if !horizontal {
        let pairs = upper.iter().zip(lower);
        let values = pairs.map(|(&a, &b)| if average { mean([a, a], [b, b]) } else { a });
        return out.iter_mut().zip(values).for_each(|(out, value)| *out = value);
    }
    let (uppers, lowers) = (upper.as_chunks::<2>().0, lower.as_chunks::<2>().0);
    if average {
        for (out, (a, b)) in out.iter_mut().zip(uppers.iter().zip(lowers)) {
            *out = mean(*a, *b);
        }
    } else {
        out.iter_mut().zip(uppers).for_each(|(out, pair)| *out = pair[0]);
    }
    // An odd last column stands for two.
    if let (1, Some(&a), Some(&b), Some(out)) = (upper.len() % 2, upper.last(), lower.last(), out.last_mut())
    {
        *out = if average { mean([a, a], [b, b]) } else { a };
    }
}
