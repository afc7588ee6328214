//! What the macroblocks of a picture see of those before them, while several rows are being coded at once.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::macroblock::{
    CBP_DC_CHROMA, CBP_DC_LUMA, CHROMA_ORIGIN, CHROMA_STRIDE, LUMA_ORIGIN, LUMA_STRIDE, Macroblock,
    MacroblockInfo, Mode, Reconstruction,
};
use super::neighbours::Neighbours;
use super::picture::Geometry;
use super::write_cabac::fill_absolute;
use vitascope_dsp::video::prefetch_value;

/// The macroblocks of a picture that are decided on. Each is put in once, by the thread that has its row; the thread
/// of the row below follows at a distance of two macroblocks.
pub(crate) struct CodedRows {
    macroblocks: Vec<OnceLock<CodedMacroblock>>,
    width: usize,
    watchful: bool,
    spare: Arc<SpareMacroblocks>,
}

/// Memory of pictures that are done.
#[derive(Default)]
pub(crate) struct SpareMacroblocks(Mutex<Vec<Vec<OnceLock<CodedMacroblock>>>>);

struct CodedMacroblock {
    info: MacroblockInfo,
    /// Last row of samples, not filtered: what intra prediction below reads.
    luma: [u8; 16],
    chroma: [[u8; 8]; 2],
}

/// Macroblocks that a row which has fallen asleep behind the one above lets pass before it goes on, so that threads do not
/// wake each other for every single one.
const GAP: usize = 6;

impl CodedRows {
    /// `watchful` threads look at a row for a moment before they wait for it. The memory is taken from `spare`, where it comes
    /// back in the end.
    pub(crate) fn new(geometry: Geometry, watchful: bool, spare: &Arc<SpareMacroblocks>) -> Self {
        let count = geometry.macroblocks();
        let used = spare.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let fits = used.filter(|macroblocks| macroblocks.len() == count);
        let macroblocks = fits.unwrap_or_else(|| (0..count).map(|_| OnceLock::new()).collect());
        Self { macroblocks, width: geometry.mb_width, watchful, spare: Arc::clone(spare) }
    }

    /// Has the memory of macroblock (x, y) brought near, where it is going to be [put](Self::put): a lock that waits for it
    /// holds up everything.
    #[inline]
    pub(crate) fn prefetch(&self, x: usize, y: usize) {
        prefetch_value(&self.macroblocks[y * self.width + x]);
    }

    pub(crate) fn put(&self, x: usize, y: usize, mb: &Macroblock) {
        // Each is decided on once; made in its place, as it is large.
        self.macroblocks[y * self.width + x].get_or_init(|| {
            let last = LUMA_ORIGIN + 15 * LUMA_STRIDE;
            let luma = std::array::from_fn(|i| mb.rec.luma[last + i]);
            let last = CHROMA_ORIGIN + 7 * CHROMA_STRIDE;
            let chroma = std::array::from_fn(|plane| std::array::from_fn(|i| mb.rec.chroma[plane][last + i]));
            CodedMacroblock { info: describe(mb), luma, chroma }
        });
    }

    /// Whether a row is decided on to its end.
    pub(crate) fn is_complete(&self, y: usize) -> bool {
        self.macroblocks[(y + 1) * self.width - 1].get().is_some()
    }

    /// Waits until the macroblocks above macroblock (x, y) are there, to the one above and to the right of it.
    #[inline]
    pub(crate) fn wait_above(&self, x: usize, y: usize) {
        if y == 0 {
            return;
        }
        let above = &self.macroblocks[(y - 1) * self.width..y * self.width];
        let last = self.width - 1;
        let needed = &above[(x + 1).min(last)];
        if needed.get().is_none() && !(self.watchful && comes_soon(needed)) {
            above[(x + 1 + GAP).min(last)].wait();
        }
    }

    /// Fills up a row whose thread fails, so that nobody waits for it.
    pub(crate) fn abandon(&self, y: usize) {
        let nothing = Macroblock::new();
        (0..self.width).for_each(|x| self.put(x, y, &nothing));
    }

    /// One macroblock that is decided on.
    pub(crate) fn info(&self, x: usize, y: usize) -> Option<&MacroblockInfo> {
        Some(&self.macroblocks[y * self.width + x].get()?.info)
    }

    /// Those around macroblock (x, y), in a slice that begins with macroblock `first`: what lies before that does not
    /// exist (6.4.8).
    pub(crate) fn neighbours(&self, x: usize, y: usize, first: usize) -> Neighbours<'_> {
        let index = y * self.width + x;
        let before = |distance: usize| {
            let index = index.checked_sub(distance).filter(|&i| i >= first)?;
            Some(&self.macroblocks[index].get()?.info)
        };
        Neighbours {
            left: if x > 0 { before(1) } else { None },
            top: before(self.width),
            top_left: if x > 0 { before(self.width + 1) } else { None },
            top_right: if x + 1 < self.width { before(self.width - 1) } else { None },
        }
    }

    /// Puts the samples around macroblock (x, y) into its reconstruction buffer; `left` has those of the macroblock before.
    pub(crate) fn edges(&self, left: &LeftEdge, mb: &mut Macroblock, x: usize, y: usize) {
        let Reconstruction { luma, chroma } = &mut mb.rec;
        if y > 0 {
            let row = &self.macroblocks[(y - 1) * self.width..y * self.width];
            let above = |x: usize| row.get(x)?.get();
            let (luma_at, chroma_at) = (LUMA_ORIGIN - LUMA_STRIDE, CHROMA_ORIGIN - CHROMA_STRIDE);
            if let Some(top) = above(x) {
                luma[luma_at..][..16].copy_from_slice(&top.luma);
                for (to, from) in chroma.iter_mut().zip(&top.chroma) {
                    to[chroma_at..][..8].copy_from_slice(from);
                }
            }
            if let Some(right) = above(x + 1) {
                luma[luma_at + 16..][..8].copy_from_slice(&right.luma[..8]);
            }
            if let Some(corner) = x.checked_sub(1).and_then(above) {
                luma[luma_at - 1] = corner.luma[15];
                for (to, from) in chroma.iter_mut().zip(&corner.chroma) {
                    to[chroma_at - 1] = from[7];
                }
            }
        }
        if x > 0 {
            for (row, &sample) in left.luma.iter().enumerate() {
                luma[LUMA_ORIGIN + row * LUMA_STRIDE - 1] = sample;
            }
            for (to, from) in chroma.iter_mut().zip(&left.chroma) {
                for (row, &sample) in from.iter().enumerate() {
                    to[CHROMA_ORIGIN + row * CHROMA_STRIDE - 1] = sample;
                }
            }
        }
    }
}

impl Drop for CodedRows {
    fn drop(&mut self) {
        let mut macroblocks = std::mem::take(&mut self.macroblocks);
        for macroblock in &mut macroblocks {
            macroblock.take();
        }
        self.spare.0.lock().unwrap_or_else(PoisonError::into_inner).push(macroblocks);
    }
}

/// Last column of samples of the macroblock before, not filtered.
#[derive(Default)]
pub(crate) struct LeftEdge {
    luma: [u8; 16],
    chroma: [[u8; 8]; 2],
}

impl LeftEdge {
    pub(crate) fn of(mb: &Macroblock) -> Self {
        let Reconstruction { luma, chroma } = &mb.rec;
        let column = |plane: &[u8; CHROMA_STRIDE * 9]| {
            std::array::from_fn(|row| plane[CHROMA_ORIGIN + row * CHROMA_STRIDE + 7])
        };
        Self {
            luma: std::array::from_fn(|row| luma[LUMA_ORIGIN + row * LUMA_STRIDE + 15]),
            chroma: chroma.each_ref().map(column),
        }
    }
}

/// Watches for a macroblock for as long as some take, which is less than falling asleep and being woken.
#[cold]
fn comes_soon(cell: &OnceLock<CodedMacroblock>) -> bool {
    for _ in 0..LOOKS {
        for _ in 0..8 {
            std::hint::spin_loop();
        }
        if cell.get().is_some() {
            return true;
        }
    }
    false
}

/// Looks at a macroblock that another thread has, about a quarter of a microsecond apart.
const LOOKS: usize = 120;

/// What later macroblocks see of a coded one.
fn describe(mb: &Macroblock) -> MacroblockInfo {
    if mb.mode == Mode::IntraPcm {
        // Counts as fully coded.
        let cbp = 0x2f | CBP_DC_LUMA | CBP_DC_CHROMA[0] | CBP_DC_CHROMA[1];
        return MacroblockInfo { mode: mb.mode, cbp, total_coeff: [16; 24], ..MacroblockInfo::default() };
    }
    let coded = mb.sends_qp();
    let mut info = MacroblockInfo {
        mode: mb.mode,
        cbp: if coded { mb.cbp } else { 0 },
        transform_8x8: mb.transform_8x8,
        intra_chroma_mode: mb.intra_chroma_mode,
        total_coeff: if coded { mb.total_coeff } else { [0; 24] },
        intra_modes: mb.intra_modes,
        direct: mb.direct,
        ref_idx: mb.ref_idx,
        mv: mb.mv,
        mvd: [[[0; 2]; 16]; 2],
    };
    if let Mode::Inter(partition) = mb.mode {
        let mut room = [(0, 0, 0, 0); 16];
        let parts = mb.motion_parts(partition, &mut room);
        for list in (0..2).filter(|&list| mb.ref_idx[list] != [-1; 4]) {
            for &part in parts {
                fill_absolute(&mut info.mvd[list], part, mb.mvd[list][part.1 * 4 + part.0]);
            }
        }
    }
    info
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[test]
    fn a_row_follows_the_one_above_and_sees_its_samples() {
        [false, true].into_iter().for_each(follow);
    }

    fn follow(watchful: bool) {
        const WIDTH: usize = 40;
        let rows = CodedRows::new(Geometry { mb_width: WIDTH, mb_height: 2 }, watchful, &Arc::default());
        let done = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for x in 0..WIDTH {
                    let mut mb = Macroblock::new();
                    mb.rec.luma = [x as u8; LUMA_STRIDE * 17];
                    std::thread::sleep(Duration::from_micros(50));
                    done.store(x + 1, Ordering::SeqCst);
                    rows.put(x, 0, &mb);
                }
            });
            for x in 0..WIDTH {
                rows.wait_above(x, 1);
                assert!(done.load(Ordering::SeqCst) >= (x + 2).min(WIDTH));
                let around = rows.neighbours(x, 1, 0);
                assert!(around.top.is_some() && around.top_right.is_some() == (x + 1 < WIDTH));
                let mut mb = Macroblock::new();
                rows.edges(&LeftEdge::default(), &mut mb, x, 1);
                assert_eq!(mb.rec.luma[LUMA_ORIGIN - LUMA_STRIDE], x as u8);
                if x + 1 < WIDTH {
                    assert_eq!(mb.rec.luma[LUMA_ORIGIN - LUMA_STRIDE + 16], x as u8 + 1);
                }
            }
        });
        assert!(rows.is_complete(0) && !rows.is_complete(1));
        rows.abandon(1);
        assert!(rows.is_complete(1));
    }

    #[test]
    fn a_slice_hides_what_lies_before_it() {
        let rows = CodedRows::new(Geometry { mb_width: 3, mb_height: 2 }, false, &Arc::default());
        (0..2).for_each(|y| rows.abandon(y));
        let seen = |first: usize| {
            let around = rows.neighbours(1, 1, first);
            [around.left, around.top, around.top_left, around.top_right].map(|mb| mb.is_some())
        };
        assert_eq!(seen(0), [true; 4]);
        assert_eq!(seen(1), [true, true, false, true]);
        assert_eq!(seen(2), [true, false, false, true]);
        assert_eq!(seen(4), [false; 4]);
    }

    #[test]
    fn memory_is_used_again_and_holds_nothing_of_before() {
        let (geometry, spare) = (Geometry { mb_width: 3, mb_height: 2 }, Arc::default());
        let rows = CodedRows::new(geometry, false, &spare);
        let address = rows.macroblocks.as_ptr();
        rows.abandon(0);
        drop(rows);
        let rows = CodedRows::new(geometry, false, &spare);
        assert_eq!(rows.macroblocks.as_ptr(), address);
        assert!((0..3).all(|x| rows.info(x, 0).is_none()));
        drop(rows);
        // Not for pictures of another size.
        assert_eq!(
            CodedRows::new(Geometry { mb_width: 4, mb_height: 2 }, false, &spare).macroblocks.len(),
            8
        );
    }
}
