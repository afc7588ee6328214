//! Cutting a picture into bands of rows and running them on several threads.

use vitascope_dsp::workers::Workers;

use crate::format::layout::Layout;
use crate::planes::Band;

/// Pixels a thread must have to be worth its start.
const PIXELS_A_THREAD: usize = 160 * 1024;

/// Bands for each of several threads, so that one that comes late takes fewer.
const BANDS_A_THREAD: usize = 4;

/// How many threads share a picture, and in how many bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    pub threads: usize,
    pub bands: usize,
}

impl Share {
    /// At most `threads` threads (0: one a processor), fewer when the picture is small.
    pub(crate) fn new(threads: usize, width: usize, height: usize) -> Share {
        let processors = || std::thread::available_parallelism().map_or(1, |count| count.get());
        let threads = if threads == 0 { processors() } else { threads };
        let threads = threads.min(width * height / PIXELS_A_THREAD).clamp(1, 64);
        Share { threads, bands: if threads == 1 { 1 } else { threads * BANDS_A_THREAD } }
    }

    /// Runs `work` on every item.
    pub(crate) fn run<T: Send>(
        &self,
        workers: &Workers,
        items: impl IntoIterator<Item = T>,
        work: impl Fn(T) + Sync,
    ) {
        workers.for_each(self.threads - 1, items, work);
    }
}

/// First rows of the bands over `height` rows at multiples of `group`, and the end. Bands become smaller, so that all threads
/// end at about the same time.
pub(crate) fn band_edges(share: Share, height: usize, group: usize) -> Vec<usize> {
    let groups = height.div_ceil(group);
    // In shares of a round: 3, 3, 2 and 1 with four bands a thread.
    let rounds = share.bands.div_ceil(share.threads);
    let size = |band: usize| (rounds - band / share.threads).min(3);
    let whole: usize = (0..share.bands).map(size).sum();
    let mut edges = vec![0];
    let mut taken = 0;
    for band in 0..share.bands {
        taken += size(band);
        edges.push((groups * taken / whole * group).min(height));
    }
    edges.dedup();
    edges
}

/// Cuts planes (bytes, stride) of `layout` at luma rows `edges`: planes of each band.
pub(crate) fn cut<'a>(
    layout: &Layout,
    planes: Vec<(&'a mut [u8], usize)>,
    edges: &[usize],
) -> Vec<Vec<Band<'a>>> {
    let mut bands: Vec<Vec<Band<'a>>> = (1..edges.len()).map(|_| Vec::with_capacity(planes.len())).collect();
    for (index, (mut data, stride)) in planes.into_iter().enumerate() {
        let shift =
            layout.components.iter().flatten().find(|c| c.plane as usize == index).map_or(0, |c| c.log2_y);
        let row_of = |edge: usize| edge.div_ceil(1 << shift);
        for (band, edge) in bands.iter_mut().zip(edges.windows(2)) {
            let first_row = row_of(edge[0]);
            let length = ((row_of(edge[1]) - first_row) * stride).min(data.len());
            // The last band keeps the end: its last row may be shorter than the stride.
            let last = edge[1] == edges[edges.len() - 1];
            let (head, rest) = data.split_at_mut(if last { data.len() } else { length });
            data = rest;
            band.push(Band { data: head, stride, first_row });
        }
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_cover_everything() {
        for (threads, bands, height, group) in
            [(1, 1, 1, 2), (3, 3, 7, 2), (1, 4, 1080, 2), (2, 8, 1080, 2), (8, 8, 3, 1), (2, 8, 1920, 64)]
        {
            let edges = band_edges(Share { threads, bands }, height, group);
            assert_eq!((edges[0], edges[edges.len() - 1]), (0, height));
            assert!(edges.windows(2).all(|pair| pair[0] < pair[1] && pair[0] % group == 0));
        }
    }

    #[test]
    fn the_last_bands_are_small() {
        let edges = band_edges(Share { threads: 2, bands: 8 }, 1080, 2);
        let sizes: Vec<usize> = edges.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(sizes, [180, 180, 180, 180, 120, 120, 60, 60]);
    }
}
