//! Changes of light between two pictures: fades, flashes, what grows dark behind a window.

/// What becomes of a sample when the light changes: so many 64ths of it, rounded, and an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LightWeight {
    /// 1 to 127.
    pub factor: i8,
    /// What is added.
    pub offset: i8,
}

impl LightWeight {
    /// The power of two of which factors are parts.
    pub const LOG2_DENOMINATOR: u32 = 6;
    /// Nothing changes.
    pub const NEUTRAL: Self = Self { factor: ONE as i8, offset: 0 };

    /// For each sample the one that becomes it: with the picture so changed, a search finds its blocks in the reference as it
    /// is.
    pub fn before(self) -> [u8; 256] {
        let factor = i32::from(self.factor).max(1);
        let before = |sample: i32| ((sample - i32::from(self.offset)) * ONE + factor / 2).div_euclid(factor);
        std::array::from_fn(|sample| before(sample as i32).clamp(0, 255) as u8)
    }
}

const ONE: i32 = 1 << LightWeight::LOG2_DENOMINATOR;

/// How much of a picture changes its light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it: the reference as it is is of no use.
    Everything,
    /// Most of it.
    Most,
    /// Some of it: weights would spoil more than they gain if there were nothing else.
    Some,
}

/// A change of light in a plane, and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LightChange {
    /// What becomes of the reference's samples.
    pub weight: LightWeight,
    /// Where.
    pub extent: Extent,
    /// By how much the means of blocks come nearer where they do, summed.
    pub gain: i64,
}

/// How the light of a plane changes from one with the block means `other` to the one with `own`; `None` where but few blocks
/// would come nearer. Of each as many blocks, at least one.
pub fn light_change(own: &[u8], other: &[u8]) -> Option<LightChange> {
    let count = own.len() as i64;
    let plain = total(own, other, |own, other| [own.abs_diff(other).into()])[0];
    // At least a code value in every block, or nobody would see it.
    if plain < count {
        return None;
    }
    let fits = [by_spread(own, other), by_difference(own, other)].map(|weight| measure(weight, own, other));
    let (weight, fit) = fits.into_iter().max_by_key(|(_, fit)| plain - fit.either)?;
    let extent = if weight == LightWeight::NEUTRAL || 2 * fit.either > plain {
        return None;
    } else if 2 * fit.weighted > plain || MOST_WORSE * fit.worse > count {
        Extent::Some
    } else if fit.weighted - fit.either > plain / 32 {
        Extent::Most
    } else {
        Extent::Everything
    };
    Some(LightChange { weight, extent, gain: plain - fit.either })
}

/// The weight that brings the mean and the deviations from it to those of the picture.
fn by_spread(own: &[u8], other: &[u8]) -> LightWeight {
    let count = own.len() as i64;
    let [own_sum, other_sum] = total(own, other, |own, other| [own.into(), other.into()]);
    // Deviations from the mean, in 1/16.
    let [own_mean, other_mean] = [own_sum, other_sum].map(|sum| (16 * sum / count) as u16);
    let deviation = |sample: u8, mean: u16| u32::from((u16::from(sample) * 16).abs_diff(mean));
    let spreads = total(own, other, |own, other| [deviation(own, own_mean), deviation(other, other_mean)]);
    let [own_spread, other_spread] = spreads;
    let weight = if other_spread < 16 * count {
        i64::from(ONE)
    } else {
        ((own_spread * i64::from(ONE) + other_spread / 2) / other_spread).clamp(1, 127)
    };
    let scaled = own_sum * i64::from(ONE) - other_sum * weight;
    let offset = (scaled + count * i64::from(ONE) / 2).div_euclid(count * i64::from(ONE)).clamp(-128, 127);
    LightWeight { factor: weight as i8, offset: offset as i8 }
}

/// The offset that most blocks need of those that need one: what lies behind a window grows dark while the window
/// does not.
fn by_difference(own: &[u8], other: &[u8]) -> LightWeight {
    let mut counts = [0u32; 511];
    for (&own, &other) in own.iter().zip(other) {
        let difference = i32::from(own) - i32::from(other);
        counts[(difference + 255) as usize] += u32::from(difference.abs() > 1);
    }
    let most = (0..counts.len()).rev().max_by_key(|&i| counts[i]).unwrap_or(255);
    LightWeight { factor: ONE as i8, offset: (most as i32 - 255).clamp(-128, 127) as i8 }
}

/// Differences of blocks' means from the picture's.
struct Differences {
    weighted: i64,
    /// With or without the weight, whatever is better for a block.
    either: i64,
    /// Blocks that the weight makes worse.
    worse: i64,
}

fn measure(weight: LightWeight, own: &[u8], other: &[u8]) -> (LightWeight, Differences) {
    let (factor, offset) = (i16::from(weight.factor), i16::from(weight.offset));
    let [weighted, either, worse] = total(own, other, |own, other| {
        let before = own.abs_diff(other);
        let predicted =
            ((i16::from(other) * factor + ONE as i16 / 2) >> LightWeight::LOG2_DENOMINATOR) + offset;
        let after = own.abs_diff(predicted.clamp(0, 255) as u8);
        [after.into(), after.min(before).into(), (after > before.saturating_add(1)).into()]
    });
    (weight, Differences { weighted, either, worse })
}

/// Sums over both planes of what is made of two samples, at most 2^16 each.
fn total<const N: usize>(own: &[u8], other: &[u8], terms: impl Fn(u8, u8) -> [u32; N]) -> [i64; N] {
    // Short sums are of the narrowest kind, of which a register holds the most.
    const SHORT: usize = 1 << 12;
    let mut totals = [0; N];
    for (own, other) in own.chunks(SHORT).zip(other.chunks(SHORT)) {
        let mut sums = [0u32; N];
        for (&own, &other) in own.iter().zip(other) {
            for (sum, term) in sums.iter_mut().zip(terms(own, other)) {
                *sum += term;
            }
        }
        for (total, sum) in totals.iter_mut().zip(sums) {
            *total += i64::from(sum);
        }
    }
    totals
}

/// Blocks that weights may make worse before the plain reference comes first: one in so many.
const MOST_WORSE: i64 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(scale: i32, offset: i32) -> Vec<u8> {
        (0..300).map(|i| (((40 + (i * i * 37) % 149) * scale / 64 + offset).clamp(0, 255)) as u8).collect()
    }

    fn fit(own: &[u8], other: &[u8]) -> Option<(LightWeight, Extent)> {
        light_change(own, other).map(|fit| (fit.weight, fit.extent))
    }

    #[test]
    fn fades_are_found_and_still_pictures_are_not() {
        let plain = scene(64, 0);
        let (fade, extent) = fit(&scene(48, 0), &plain).unwrap();
        assert!((fade.factor - 48).abs() <= 1 && fade.offset.abs() <= 2, "{fade:?}");
        assert_eq!(extent, Extent::Everything);
        let (brighter, _) = fit(&scene(64, 20), &plain).unwrap();
        assert!((brighter.factor - 64).abs() <= 1 && (brighter.offset - 20).abs() <= 2, "{brighter:?}");
        assert_eq!(fit(&plain, &plain), None);
        let mut moved = plain.clone();
        moved.rotate_left(7);
        assert_eq!(fit(&moved, &plain), None);
        // A new page on part of a screen.
        let mut page = plain.clone();
        page[..120].fill(250);
        assert_eq!(fit(&page, &plain), None);
        // Out of black: nothing to scale, so the difference is the offset.
        assert_eq!(
            fit(&[40; 64], &[16; 64]),
            Some((LightWeight { factor: 64, offset: 24 }, Extent::Everything))
        );
    }

    #[test]
    fn part_of_a_picture_changes_its_light() {
        // What surrounds a window grows dark while the window stays as it is: a small one, and a large one.
        let plain = scene(64, 0);
        for (window, extent) in [(30, Extent::Most), (160, Extent::Some)] {
            let mut dimmed: Vec<u8> = plain.iter().map(|&sample| sample.saturating_sub(26)).collect();
            dimmed[..window].copy_from_slice(&plain[..window]);
            assert_eq!(fit(&dimmed, &plain), Some((LightWeight { factor: 64, offset: -26 }, extent)));
        }
    }

    #[test]
    fn a_sample_becomes_what_it_was_before() {
        let table = LightWeight { factor: 32, offset: 10 }.before();
        for sample in 0..=255u8 {
            let weighted = ((i32::from(sample) * 32 + 32) >> 6) + 10;
            assert!((i32::from(table[weighted as usize]) - i32::from(sample)).abs() <= 1, "{sample}");
        }
    }
}
