//! Places in the planes of a reference: what a search compares a block with, several at once.

use super::BlockExtent;

/// Four planes of one layout, such as the whole samples of a picture and the half samples beside them.
///
/// Kernels that compare a block with several [`Place`]s take these together, so that one check covers all places.
#[derive(Clone, Copy)]
pub struct Planes<'a> {
    /// All of one length.
    planes: [&'a [u8]; 4],
    length: usize,
}

/// The first sample of a block in one of four [`Planes`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place(u32);

impl<'a> Planes<'a> {
    /// Planes as far as the shortest of them reaches.
    pub fn new(planes: [&'a [u8]; 4]) -> Self {
        let length = planes.iter().map(|plane| plane.len()).min().unwrap_or(0);
        Self { planes: planes.map(|plane| &plane[..length]), length }
    }

    /// Samples in each plane.
    #[inline(always)]
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// The samples from a place to the end of its plane.
    ///
    /// # Panics
    /// When the place is beyond the planes.
    #[inline(always)]
    pub fn from(&self, place: Place) -> &'a [u8] {
        &self.planes[place.plane()][place.index()..]
    }

    /// Whether blocks at all these places lie within the planes, rows `stride` apart.
    #[inline(always)]
    pub(crate) fn hold(&self, block: BlockExtent, stride: usize, places: &[Place]) -> bool {
        // The index is the greater part of a place.
        let farthest = Place(places.iter().fold(0, |farthest, place| place.0.max(farthest)));
        block.fits_from(farthest.index(), self.length, stride)
    }

    /// # Safety
    /// The place lies within the planes.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub(crate) unsafe fn pointer(&self, place: Place) -> *const u8 {
        // SAFETY: by this function's contract.
        unsafe { self.planes[place.plane()].as_ptr().add(place.index()) }
    }
}

impl Place {
    /// Sample `index` of plane `plane`, 0 to 3. Planes reach as far as 2^30 samples.
    #[inline(always)]
    pub const fn new(plane: usize, index: usize) -> Self {
        Self((index as u32) << 2 | (plane & 3) as u32)
    }

    /// The place so many samples further on in its plane.
    #[inline(always)]
    #[must_use]
    pub const fn further(self, samples: usize) -> Self {
        Self(self.0.wrapping_add((samples as u32) << 2))
    }

    #[inline(always)]
    const fn plane(self) -> usize {
        (self.0 & 3) as usize
    }

    #[inline(always)]
    const fn index(self) -> usize {
        (self.0 >> 2) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::video::BlockSize;

    #[test]
    fn places_are_samples_of_planes() {
        let samples: [Vec<u8>; 4] = std::array::from_fn(|plane| vec![plane as u8; 10 + plane]);
        let planes = Planes::new(std::array::from_fn(|plane| &samples[plane][..]));
        for plane in 0..4 {
            let place = Place::new(plane, 2).further(5);
            assert_eq!(place, Place::new(plane, 7));
            assert_eq!(planes.from(place), [plane as u8; 3]);
        }
    }

    #[test]
    fn blocks_are_held_to_the_end_of_the_shortest_plane() {
        let (long, short) = (&[0; 64][..], &[0; 50][..]);
        let planes = Planes::new([short, long, long, long]);
        let block = BlockSize::B8x4.extent();
        let holds = |index: usize, stride: usize| {
            let places = [Place::new(3, 0), Place::new(1, index), Place::new(2, 1)];
            planes.hold(block, stride, &places)
        };
        let last = short.len() - (3 * 10 + 8);
        assert!(holds(last, 10) && !holds(last + 1, 10));
        assert!(!holds(0, usize::MAX / 2) && !holds(0, usize::MAX / 3));
        assert!(!holds((1 << 30) - 1, 10));
    }
}
