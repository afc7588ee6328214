//! The slices of a picture: one, or as many as keep each NAL unit below a limit of bytes.

use super::entropy::EntropyCoder;
use super::macroblock::Macroblock;
use super::neighbours::Neighbours;
use super::slice::SliceState;
use super::stream::SliceHeaders;

/// Writes the macroblocks of a picture into slices.
pub(crate) struct SliceWriter<E> {
    pub(crate) entropy: E,
    pub(crate) state: SliceState,
    /// First macroblock of the slice.
    pub(crate) first: usize,
    headers: SliceHeaders,
    /// The state in which every slice begins.
    initial: SliceState,
    /// Most bytes of a NAL unit; 0 sets no limit.
    limit: usize,
    finished: Vec<Vec<u8>>,
}

/// What became of a macroblock that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It stays.
    Yes,
    /// It was taken back and a new slice was begun: decide on it again, with other neighbours.
    NextSlice,
    /// It was taken back, as it is too large even alone.
    Never,
}

impl<E: EntropyCoder> SliceWriter<E> {
    pub(crate) fn new(headers: SliceHeaders, initial: SliceState, limit: usize) -> Self {
        Self {
            entropy: E::start(headers.write(0), initial.kind, initial.last_qp),
            state: initial.clone(),
            first: 0,
            headers,
            initial,
            limit,
            finished: Vec::new(),
        }
    }

    /// Writes macroblock `index` and sees whether it fits.
    pub(crate) fn write(&mut self, around: &Neighbours<'_>, mb: &Macroblock, index: usize) -> Fit {
        if self.limit == 0 {
            self.entropy.write(around, &mut self.state, mb);
            return Fit::Yes;
        }
        let before = (self.entropy.clone(), self.state.clone());
        self.entropy.write(around, &mut self.state, mb);
        if self.fits() {
            return Fit::Yes;
        }
        let (entropy, state) = before;
        if index == self.first {
            (self.entropy, self.state) = (entropy, state);
            return Fit::Never;
        }
        self.finished.push(entropy.finish(&state));
        self.first = index;
        self.entropy = E::start(self.headers.write(index), self.initial.kind, self.initial.last_qp);
        self.state = self.initial.clone();
        Fit::NextSlice
    }

    /// Writes a macroblock whatever its size.
    pub(crate) fn write_anyway(&mut self, around: &Neighbours<'_>, mb: &Macroblock) {
        self.entropy.write(around, &mut self.state, mb);
    }

    /// Bytes of the picture so far, about.
    pub(crate) fn byte_count(&self) -> usize {
        self.finished.iter().map(Vec::len).sum::<usize>() + self.entropy.byte_count()
    }

    /// The NAL units of the picture, unescaped.
    pub(crate) fn finish(self) -> Vec<Vec<u8>> {
        let Self { entropy, state, mut finished, .. } = self;
        finished.push(entropy.finish(&state));
        finished
    }

    /// Whether the slice, ended here, keeps the limit.
    fn fits(&self) -> bool {
        let bytes = self.entropy.byte_count();
        // Emulation prevention adds at most a byte to two.
        if bytes + bytes / 2 + 8 <= self.limit {
            return true;
        }
        if bytes > self.limit + 8 {
            return false;
        }
        let mut escaped = Vec::new();
        vitascope_bits::nal::escape(&self.entropy.clone().finish(&self.state), &mut escaped);
        escaped.len() <= self.limit
    }
}
