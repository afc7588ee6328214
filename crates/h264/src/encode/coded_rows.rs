//! What the macroblocks of a picture see of those before them, while several rows are being coded at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vitascope_dsp::shared_row::{RowReader, RowWriter, SharedRow};

use super::macroblock::{
    CBP_DC_CHROMA, CBP_DC_LUMA, CHROMA_ORIGIN, CHROMA_STRIDE, LUMA_ORIGIN, LUMA_STRIDE, Macroblock,
    MacroblockInfo, Mode, Reconstruction,
};
use super::neighbours::Neighbours;
use super::picture::Geometry;
use super::write_cabac::fill_absolute;

/// The macroblocks of a picture that are decided on. Each is put in once, by the thread that has its row; the thread
/// of the row below follows at a distance of two macroblocks.
///
/// A row is kept until the one below it is filtered. Then its memory serves another one, while it is still in the cache.
pub(crate) struct CodedRows {
    rows: Vec<Mutex<Option<CodedRow>>>,
    width: usize,
    watchful: bool,
    spare: Arc<SpareMacroblocks>,
}

type CodedRow = Arc<SharedRow<CodedMacroblock>>;

/// Rows to use again.
#[derive(Default)]
pub(crate) struct SpareMacroblocks(Mutex<Vec<CodedRow>>);

#[derive(Clone, Default)]
pub(crate) struct CodedMacroblock {
    info: MacroblockInfo,
    /// Last row of samples, not filtered: what intra prediction below reads.
    luma: [u8; 16],
    chroma: [[u8; 8]; 2],
}

/// A row and the one above it.
pub(crate) struct RowPair {
    y: usize,
    above: Option<RowReader<CodedMacroblock>>,
    own: RowReader<CodedMacroblock>,
    watchful: bool,
}

/// Macroblocks that a row which has fallen asleep behind the one above lets pass at least before it goes on, so that threads
/// do not wake each other all the time.
const GAP: usize = 4;

impl CodedRows {
    /// `watchful` threads look at a row for a moment before they wait for it. The memory is taken from `spare`, where it comes
    /// back in the end; all that is there is of one width.
    pub(crate) fn new(geometry: Geometry, watchful: bool, spare: &Arc<SpareMacroblocks>) -> Self {
        let rows = (0..geometry.mb_height).map(|_| Mutex::default()).collect();
        Self { rows, width: geometry.mb_width, watchful, spare: Arc::clone(spare) }
    }

    /// Row `y`, which need not have begun, and the one above it.
    pub(crate) fn pair(&self, y: usize) -> RowPair {
        let row = |y: usize| {
            let mut slot = lock(&self.rows[y]);
            RowReader::new(Arc::clone(slot.get_or_insert_with(|| self.spare.take(self.width))))
        };
        RowPair { y, above: y.checked_sub(1).map(row), own: row(y), watchful: self.watchful }
    }

    /// Whether a row that is not released is decided on to its end.
    pub(crate) fn is_complete(&self, y: usize) -> bool {
        lock(&self.rows[y]).as_ref().is_some_and(|row| row.published() == self.width)
    }

    /// Nobody looks at a row any more.
    pub(crate) fn release(&self, y: usize) {
        let row = lock(&self.rows[y]).take();
        row.into_iter().for_each(|row| self.spare.give_back(row));
    }
}

impl Drop for CodedRows {
    fn drop(&mut self) {
        (0..self.rows.len()).for_each(|y| self.release(y));
    }
}

impl SpareMacroblocks {
    fn take(&self, width: usize) -> CodedRow {
        let spare = lock(&self.0).pop();
        spare.unwrap_or_else(|| Arc::new(SharedRow::new(width, CodedMacroblock::default())))
    }

    /// Keeps a row that nobody else holds.
    fn give_back(&self, mut row: CodedRow) {
        if let Some(unused) = Arc::get_mut(&mut row) {
            unused.restart();
            lock(&self.0).push(row);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code that may panic half-way runs under these locks.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl RowPair {
    /// What puts the macroblocks of the row in. If it is dropped before the last one, the rest counts as decided on, so that
    /// nobody waits for a thread that fails.
    pub(crate) fn writer(&self) -> RowWriter<'_, CodedMacroblock> {
        self.own.row().writer()
    }

    /// Waits until the macroblocks above the `x`th are there, to the one above and to the right of it.
    #[inline]
    pub(crate) fn wait_above(&self, x: usize) {
        let Some(above) = &self.above else { return };
        let row = above.row();
        let needed = (x + 2).min(row.count());
        let is_there = above.has(needed) || (self.watchful && comes_soon(row, needed));
        if !is_there {
            row.wait_for(needed + GAP);
        }
    }

    /// The macroblocks of the row, as far as they are decided on.
    pub(crate) fn infos(&self) -> impl Iterator<Item = &MacroblockInfo> {
        infos(Some(&self.own))
    }

    /// Those of the row above, if there is one.
    pub(crate) fn infos_above(&self) -> impl Iterator<Item = &MacroblockInfo> {
        infos(self.above.as_ref())
    }

    /// Those around the `x`th, in a slice that begins with macroblock `first` of the picture: what lies before that does not
    /// exist (6.4.8).
    pub(crate) fn neighbours(&self, x: usize, first: usize) -> Neighbours<'_> {
        let width = self.own.row().count();
        let index = self.y * width + x;
        let in_slice = |distance: usize| index.checked_sub(distance).is_some_and(|i| i >= first);
        let left = || info(Some(&self.own), x.checked_sub(1)?);
        let above = |x| info(self.above.as_ref(), x);
        Neighbours {
            left: if in_slice(1) { left() } else { None },
            top: if in_slice(width) { above(x) } else { None },
            top_left: if in_slice(width + 1) { x.checked_sub(1).and_then(above) } else { None },
            top_right: if in_slice(width - 1) { above(x + 1) } else { None },
        }
    }

    /// Puts the samples around the `x`th macroblock into its reconstruction buffer; `left` has those of the macroblock before.
    pub(crate) fn edges(&self, left: &LeftEdge, mb: &mut Macroblock, x: usize) {
        let Reconstruction { luma, chroma } = &mut mb.rec;
        if let Some(row) = &self.above {
            let (luma_at, chroma_at) = (LUMA_ORIGIN - LUMA_STRIDE, CHROMA_ORIGIN - CHROMA_STRIDE);
            if let Some(top) = row.get(x) {
                luma[luma_at..][..16].copy_from_slice(&top.luma);
                for (to, from) in chroma.iter_mut().zip(&top.chroma) {
                    to[chroma_at..][..8].copy_from_slice(from);
                }
            }
            if let Some(right) = row.get(x + 1) {
                luma[luma_at + 16..][..8].copy_from_slice(&right.luma[..8]);
            }
            if let Some(corner) = x.checked_sub(1).and_then(|x| row.get(x)) {
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

fn infos(row: Option<&RowReader<CodedMacroblock>>) -> impl Iterator<Item = &MacroblockInfo> {
    (0..).map_while(move |x| info(row, x))
}

fn info(row: Option<&RowReader<CodedMacroblock>>, x: usize) -> Option<&MacroblockInfo> {
    Some(&row?.get(x)?.info)
}

impl CodedMacroblock {
    /// Becomes what others see of a macroblock.
    pub(crate) fn set(&mut self, mb: &Macroblock) {
        describe(mb, &mut self.info);
        let last = LUMA_ORIGIN + 15 * LUMA_STRIDE;
        self.luma.copy_from_slice(&mb.rec.luma[last..][..16]);
        let last = CHROMA_ORIGIN + 7 * CHROMA_STRIDE;
        for (to, from) in self.chroma.iter_mut().zip(&mb.rec.chroma) {
            to.copy_from_slice(&from[last..][..8]);
        }
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

/// Watches for macroblocks for as long as some take, which is less than falling asleep and being woken.
#[cold]
fn comes_soon(row: &SharedRow<CodedMacroblock>, needed: usize) -> bool {
    for _ in 0..LOOKS {
        for _ in 0..8 {
            std::hint::spin_loop();
        }
        if row.published() >= needed {
            return true;
        }
    }
    false
}

/// Looks at a row that another thread has, about a quarter of a microsecond apart.
const LOOKS: usize = 120;

/// What later macroblocks see of a coded one. Written in its place: to copy what was only just written would wait until
/// that and all stores before it are in the cache.
fn describe(mb: &Macroblock, info: &mut MacroblockInfo) {
    if mb.mode == Mode::IntraPcm {
        // Counts as fully coded.
        let cbp = 0x2f | CBP_DC_LUMA | CBP_DC_CHROMA[0] | CBP_DC_CHROMA[1];
        *info = MacroblockInfo { mode: mb.mode, cbp, total_coeff: [16; 24], ..MacroblockInfo::default() };
        return;
    }
    let coded = mb.sends_qp();
    info.mode = mb.mode;
    info.cbp = if coded { mb.cbp } else { 0 };
    info.transform_8x8 = mb.transform_8x8;
    info.intra_chroma_mode = mb.intra_chroma_mode;
    info.total_coeff = if coded { mb.total_coeff } else { [0; 24] };
    info.intra_modes = mb.intra_modes;
    info.direct = mb.direct;
    info.ref_idx = mb.ref_idx;
    info.mv = mb.mv;
    info.mvd = [[[0; 2]; 16]; 2];
    if let Mode::Inter(partition) = mb.mode {
        let mut room = [(0, 0, 0, 0); 16];
        let parts = mb.motion_parts(partition, &mut room);
        for list in (0..2).filter(|&list| mb.ref_idx[list] != [-1; 4]) {
            for &part in parts {
                fill_absolute(&mut info.mvd[list], part, mb.mvd[list][part.1 * 4 + part.0]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    /// Puts in a row of nothing in particular.
    fn fill(rows: &CodedRows, y: usize) {
        drop(rows.pair(y).writer());
    }

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
                let pair = rows.pair(0);
                let mut writer = pair.writer();
                for x in 0..WIDTH {
                    let mut mb = Macroblock::new();
                    mb.rec.luma = [x as u8; LUMA_STRIDE * 17];
                    std::thread::sleep(Duration::from_micros(50));
                    done.store(x + 1, Ordering::SeqCst);
                    writer.fill(|coded| coded.set(&mb));
                }
            });
            let pair = rows.pair(1);
            for x in 0..WIDTH {
                pair.wait_above(x);
                assert!(done.load(Ordering::SeqCst) >= (x + 2).min(WIDTH));
                let around = pair.neighbours(x, 0);
                assert!(around.top.is_some() && around.top_right.is_some() == (x + 1 < WIDTH));
                let mut mb = Macroblock::new();
                pair.edges(&LeftEdge::default(), &mut mb, x);
                assert_eq!(mb.rec.luma[LUMA_ORIGIN - LUMA_STRIDE], x as u8);
                if x + 1 < WIDTH {
                    assert_eq!(mb.rec.luma[LUMA_ORIGIN - LUMA_STRIDE + 16], x as u8 + 1);
                }
            }
        });
        assert!(rows.is_complete(0) && !rows.is_complete(1));
        fill(&rows, 1);
        assert!(rows.is_complete(1));
    }

    #[test]
    fn a_slice_hides_what_lies_before_it() {
        let rows = CodedRows::new(Geometry { mb_width: 3, mb_height: 2 }, false, &Arc::default());
        (0..2).for_each(|y| fill(&rows, y));
        let seen = |x: usize, y: usize, first: usize| {
            let pair = rows.pair(y);
            let around = pair.neighbours(x, first);
            [around.left, around.top, around.top_left, around.top_right].map(|mb| mb.is_some())
        };
        assert_eq!(seen(1, 1, 0), [true; 4]);
        assert_eq!(seen(1, 1, 1), [true, true, false, true]);
        assert_eq!(seen(1, 1, 2), [true, false, false, true]);
        assert_eq!(seen(1, 1, 4), [false; 4]);
        assert_eq!(seen(0, 1, 0), [false, true, false, true]);
        assert_eq!(seen(2, 1, 0), [true, true, true, false]);
        assert_eq!(seen(1, 0, 0), [true, false, false, false]);
    }

    #[test]
    fn memory_is_used_again_and_holds_nothing_of_before() {
        let (geometry, spare) = (Geometry { mb_width: 3, mb_height: 9 }, Arc::<SpareMacroblocks>::default());
        let spares = || lock(&spare.0).len();
        for _ in 0..2 {
            let rows = CodedRows::new(geometry, false, &spare);
            for y in 0..geometry.mb_height {
                assert!(rows.pair(y).infos().next().is_none());
                fill(&rows, y);
                assert_eq!(rows.pair(y).infos().count(), 3);
                assert_eq!(rows.pair(y).infos_above().count(), if y > 0 { 3 } else { 0 });
                y.checked_sub(1).into_iter().for_each(|above| rows.release(above));
            }
            // Two rows at a time are enough, as one is done before the next but one begins.
            assert_eq!(spares(), 1);
            drop(rows);
            assert_eq!(spares(), 2);
        }
    }
}
