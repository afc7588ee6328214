//! Which pictures later ones may refer to, in which order, and how slice headers say so: the decoded picture buffer
//! as a decoder keeps it (ITU-T H.264 8.2.4 and 8.2.5).
//!
//! Long-term pictures are marked now and then for receivers that report what has reached them: one that is
//! acknowledged stays until another one is, and a picture can be predicted from it alone.

use std::collections::VecDeque;

use super::list_order::{PictureName, steps};
use super::slice::SliceKind;
use super::temporal_direct::LIST_PLACES;
use crate::syntax::ref_pic::{DecRefPicMarking, ListModification, MemoryManagement};

/// Reference pictures, `R` being what predictions are read from.
#[derive(Debug)]
pub(crate) struct ReferenceBuffer<R> {
    sizes: BufferSizes,
    /// `frame_num` of the next picture, and where it wraps around.
    frame_num: u32,
    max_frame_num: u32,
    coded: u64,
    /// Last coded first.
    short: VecDeque<Entry<R>>,
    /// By LongTermFrameIdx.
    long: Vec<Option<LongTerm<R>>>,
    /// Pictures coded before this one may be damaged where they are received, unless acknowledged.
    trusted_from: u64,
    /// Reference pictures since the last one that was marked, and after how many another one is.
    unmarked: u32,
    interval: u32,
    next_token: i64,
    /// Place in output order of the picture that opened the group: nothing shown after it refers to what lies before it.
    group_start: u64,
}

/// Room for reference pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BufferSizes {
    /// `max_num_ref_frames`.
    pub(crate) capacity: usize,
    /// Long-term pictures among them.
    pub(crate) long_term: usize,
    /// Most pictures in a list, where more may be kept for B pictures on either side.
    pub(crate) searched: usize,
}

#[derive(Clone, Debug)]
struct Entry<R> {
    frame_num: u32,
    /// Place in output order since the last sync picture, and in coding order.
    order: u64,
    coded: u64,
    /// What it refers to, by list: places in coding order.
    referred: [Vec<u64>; 2],
    picture: R,
}

#[derive(Clone, Debug)]
struct LongTerm<R> {
    entry: Entry<R>,
    token: i64,
    acknowledged: bool,
}

/// A picture about to be coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PictureKind {
    pub(crate) slices: SliceKind,
    pub(crate) is_sync: bool,
    pub(crate) is_reference: bool,
    /// Predict from nothing but the newest acknowledged long-term picture.
    pub(crate) refresh: bool,
    /// Place in output order since the last sync picture.
    pub(crate) order: u64,
}

/// For each place of the lists of a B picture's first picture of list 1, those of list 1 after all of list 0: the index in
/// the B picture's list 0 of what is there, if it is among them (refIdxL0 of 8.4.1.2.3).
pub(crate) type CollocatedMap = [Option<u8>; 2 * LIST_PLACES];

/// What a picture refers to and what becomes of it.
#[derive(Debug)]
pub(crate) struct PicturePlan<R> {
    pub(crate) frame_num: u32,
    pub(crate) lists: [Vec<R>; 2],
    /// Places in output order of the pictures of the lists.
    pub(crate) orders: [Vec<u64>; 2],
    /// Place in output order of the first picture of list 0.
    pub(crate) nearest: Option<u64>,
    /// Of a B picture.
    pub(crate) collocated: Option<CollocatedMap>,
    /// What brings list 0 of a P picture out of its initial order; empty where nothing needs to.
    pub(crate) modification: Vec<ListModification>,
    /// How list 0 of a P picture would be said in full.
    names: Vec<PictureName>,
    max_frame_num: u32,
    /// `None` leaves the syntax at its simplest.
    pub(crate) marking: Option<DecRefPicMarking>,
    /// Names the picture when it is a long-term one.
    pub(crate) token: Option<i64>,
}

/// Reference pictures from one long-term picture to the next: least, and most while none is acknowledged in time.
const MARK_INTERVAL: u32 = 8;
const LONGEST_INTERVAL: u32 = 64;

impl<R: Clone> ReferenceBuffer<R> {
    pub(crate) fn new(sizes: BufferSizes, max_frame_num: u32) -> Self {
        Self {
            sizes,
            frame_num: 0,
            max_frame_num,
            coded: 0,
            short: VecDeque::new(),
            long: (0..sizes.long_term).map(|_| None).collect(),
            trusted_from: 0,
            unmarked: 0,
            interval: MARK_INTERVAL,
            next_token: 1,
            group_start: 0,
        }
    }

    /// A receiver has the long-term picture of this token. Tokens of pictures that are gone do nothing.
    pub(crate) fn acknowledge(&mut self, token: i64) {
        if let Some(picture) = self.long.iter_mut().flatten().find(|picture| picture.token == token) {
            picture.acknowledged = true;
            self.interval = MARK_INTERVAL;
        }
    }

    /// Whether a picture can be predicted from an acknowledged one alone.
    pub(crate) fn has_acknowledged(&self) -> bool {
        self.newest_acknowledged().is_some()
    }

    /// The intra picture at this place in output order opens a group: pictures shown after it are predicted from it and later
    /// ones only, as after a sync picture, and those shown before it from whatever they like.
    pub(crate) fn open_group(&mut self, order: u64) {
        self.group_start = order;
    }

    /// Decides on the next picture and, if later ones may refer to it, keeps `picture`.
    pub(crate) fn next(&mut self, kind: PictureKind, picture: impl FnOnce() -> R) -> PicturePlan<R> {
        if kind.is_sync {
            self.short.clear();
            self.long.iter_mut().for_each(|slot| *slot = None);
            self.frame_num = 0;
            self.group_start = 0;
        }
        let frame_num = self.frame_num;
        let Lists { places, names } = self.lists(kind);
        let modification = self.modification(&names);
        let lists = places.each_ref().map(|list| of_each(list, |entry| entry.picture.clone()));
        let orders = places.each_ref().map(|list| of_each(list, |entry| entry.order));
        let referred = places.each_ref().map(|list| of_each(list, |entry| entry.coded));
        let collocated = places[1].first().map(|place| collocated_map(&place.entry().referred, &referred[0]));
        let nearest = orders[0].first().copied();
        if kind.is_sync || kind.refresh {
            self.trusted_from = self.coded;
        }
        let mut plan = PicturePlan {
            frame_num,
            lists,
            orders,
            nearest,
            collocated,
            modification,
            marking: None,
            token: None,
            names,
            max_frame_num: self.max_frame_num,
        };
        if kind.is_reference {
            let entry =
                Entry { frame_num, order: kind.order, coded: self.coded, referred, picture: picture() };
            self.unmarked += 1;
            let due = kind.is_sync || kind.refresh || self.unmarked >= self.interval;
            if due && !self.long.is_empty() {
                self.keep_long_term(entry, kind.is_sync, &mut plan);
            } else {
                self.make_room(1);
                self.short.push_front(entry);
            }
            self.frame_num = (frame_num + 1) % self.max_frame_num;
        }
        self.coded += 1;
        plan
    }

    fn newest_acknowledged(&self) -> Option<(usize, &LongTerm<R>)> {
        let known = self.long.iter().enumerate().filter_map(|(i, slot)| Some((i, slot.as_ref()?)));
        known.filter(|(_, picture)| picture.acknowledged).max_by_key(|(_, picture)| picture.entry.coded)
    }

    /// Reference lists, and the names of what is in list 0 where it may be out of its initial order (8.2.4.2).
    fn lists(&self, kind: PictureKind) -> Lists<'_, R> {
        match kind.slices {
            SliceKind::I => Lists { places: [Vec::new(), Vec::new()], names: Vec::new() },
            SliceKind::P => {
                let wanted = self.wanted(kind.refresh, kind.order);
                Lists { names: wanted.iter().map(Place::name).collect(), places: [wanted, Vec::new()] }
            }
            SliceKind::B => {
                let mut sides = [false, true].map(|after| {
                    let side = self.short.iter().filter(|entry| (entry.order > kind.order) == after);
                    let side = side.filter(|entry| self.in_group(entry, kind.order));
                    side.map(Place::Short).collect::<Vec<_>>()
                });
                for side in &mut sides {
                    side.sort_by_key(|place| place.entry().order.abs_diff(kind.order));
                    side.truncate(self.sizes.searched);
                }
                Lists { places: sides, names: Vec::new() }
            }
        }
    }

    /// What a P picture refers to, last shown first: B pictures that are references are coded after what follows
    /// them, but lie further back.
    fn wanted(&self, refresh: bool, order: u64) -> Vec<Place<'_, R>> {
        if refresh && let Some((index, picture)) = self.newest_acknowledged() {
            return vec![Place::Long(index, &picture.entry)];
        }
        let trusted = |entry: &Entry<R>| entry.coded >= self.trusted_from;
        let long = self.long.iter().enumerate().filter_map(|(index, slot)| {
            let picture = slot.as_ref()?;
            (picture.acknowledged || trusted(&picture.entry)).then_some(Place::Long(index, &picture.entry))
        });
        let usable = |entry: &&Entry<R>| trusted(entry) && self.in_group(entry, order);
        let short = self.short.iter().filter(usable).map(Place::Short);
        let mut wanted: Vec<_> = short.chain(long).collect();
        wanted.sort_by_key(|place| std::cmp::Reverse(place.entry().order));
        wanted.truncate((self.sizes.capacity - self.long.len()).min(self.sizes.searched));
        wanted
    }

    /// Whether the picture at this place in output order may refer to another one.
    fn in_group(&self, entry: &Entry<R>, order: u64) -> bool {
        order < self.group_start || entry.order >= self.group_start
    }

    /// Steps from the initial list to this one (8.2.4.3); none when it begins like this anyway.
    fn modification(&self, wanted: &[PictureName]) -> Vec<ListModification> {
        let long = (0..self.long.len()).filter(|&index| self.long[index].is_some()).map(PictureName::Long);
        let mut initial = self.short.iter().map(|entry| PictureName::Short(entry.frame_num)).chain(long);
        if wanted.iter().all(|name| initial.next() == Some(*name)) {
            return Vec::new();
        }
        steps(wanted, self.frame_num, self.max_frame_num)
    }

    /// Drops the oldest short-term pictures until `count` more fit (8.2.5.3).
    fn make_room(&mut self, count: usize) -> Vec<Entry<R>> {
        let long = self.long.iter().flatten().count();
        let excess = (self.short.len() + long + count).saturating_sub(self.sizes.capacity);
        (0..excess).filter_map(|_| self.short.pop_back()).collect()
    }

    /// Keeps a picture as a long-term one, in place of one that is of no more use.
    fn keep_long_term(&mut self, entry: Entry<R>, is_sync: bool, plan: &mut PicturePlan<R>) {
        let frame_num = entry.frame_num;
        let index = self.slot();
        if self.long[index].take().is_some_and(|replaced| !replaced.acknowledged) {
            self.interval = (2 * self.interval).min(LONGEST_INTERVAL);
        }
        let mut commands: Vec<_> = self
            .make_room(1)
            .iter()
            .map(|dropped| {
                let back = (frame_num + self.max_frame_num - dropped.frame_num) % self.max_frame_num;
                MemoryManagement::UnuseShortTerm { difference_of_pic_nums_minus1: back.wrapping_sub(1) }
            })
            .collect();
        // Said every time: whoever missed the first would not know it.
        commands
            .push(MemoryManagement::MaxLongTermIdx { max_long_term_frame_idx_plus1: self.long.len() as u32 });
        commands.push(MemoryManagement::CurrentLongTerm { long_term_frame_idx: index as u32 });
        plan.marking = Some(if is_sync {
            DecRefPicMarking::Idr { no_output_of_prior_pics_flag: false, long_term_reference_flag: true }
        } else {
            DecRefPicMarking::Adaptive(commands)
        });
        plan.token = Some(self.next_token);
        self.long[index] = Some(LongTerm { entry, token: self.next_token, acknowledged: false });
        self.next_token += 1;
        self.unmarked = 0;
    }

    /// A free place, or that of an acknowledged picture that is not the newest, or of the oldest one that is not
    /// acknowledged.
    fn slot(&self) -> usize {
        if let Some(free) = self.long.iter().position(Option::is_none) {
            return free;
        }
        let newest = self.newest_acknowledged().map(|(index, _)| index);
        let used = self.long.iter().enumerate().filter_map(|(index, slot)| Some((index, slot.as_ref()?)));
        let others = used.filter(|(index, _)| Some(*index) != newest || self.long.len() == 1);
        others
            .min_by_key(|(_, picture)| (!picture.acknowledged, picture.entry.coded))
            .map_or(0, |(index, _)| index)
    }
}

/// Reference lists, and the names of what is in list 0 of P pictures.
struct Lists<'a, R> {
    places: [Vec<Place<'a, R>>; 2],
    names: Vec<PictureName>,
}

fn of_each<R, T>(list: &[Place<'_, R>], what: impl Fn(&Entry<R>) -> T) -> Vec<T> {
    list.iter().map(|place| what(place.entry())).collect()
}

/// Where the pictures of the lists of a collocated picture are in list 0, which holds `own`. Behind the last one of its list 0
/// the first one may stand again.
fn collocated_map(referred: &[Vec<u64>; 2], own: &[u64]) -> CollocatedMap {
    let mut map = [None; 2 * LIST_PLACES];
    for (places, list) in map.as_chunks_mut::<LIST_PLACES>().0.iter_mut().zip(referred) {
        for (place, picture) in places.iter_mut().zip(list.iter().chain(list.first())) {
            *place = own.iter().position(|other| other == picture).map(|index| index as u8);
        }
    }
    map
}

impl<R: Clone> PicturePlan<R> {
    /// Puts the first picture of list 0 of a P picture into the list once more, behind the others; false where the list
    /// is full or empty.
    pub(crate) fn repeat_first(&mut self) -> bool {
        let [list, _] = &mut self.lists;
        let Some(first) = list.first().cloned().filter(|_| list.len() < MOST_IN_LIST) else { return false };
        list.push(first);
        self.orders[0].push(self.orders[0][0]);
        self.names.push(self.names[0]);
        self.modification = steps(&self.names, self.frame_num, self.max_frame_num);
        true
    }
}

/// Most entries of a list in frames (`num_ref_idx_l0_active_minus1`, 7.4.3).
const MOST_IN_LIST: usize = 16;

/// A picture of the buffer.
enum Place<'a, R> {
    Short(&'a Entry<R>),
    Long(usize, &'a Entry<R>),
}

impl<R> Place<'_, R> {
    fn entry(&self) -> &Entry<R> {
        match self {
            Place::Short(entry) | Place::Long(_, entry) => entry,
        }
    }

    fn name(&self) -> PictureName {
        match self {
            Place::Short(entry) => PictureName::Short(entry.frame_num),
            Place::Long(index, _) => PictureName::Long(*index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffer(capacity: usize, long_term: usize) -> ReferenceBuffer<u64> {
        ReferenceBuffer::new(BufferSizes { capacity, long_term, searched: 16 }, 16)
    }

    fn p(order: u64) -> PictureKind {
        PictureKind { slices: SliceKind::P, is_sync: false, is_reference: true, refresh: false, order }
    }

    fn sync() -> PictureKind {
        PictureKind { slices: SliceKind::I, is_sync: true, ..p(0) }
    }

    #[test]
    fn the_first_picture_can_stand_in_the_list_twice() {
        let mut buffer = buffer(3, 0);
        buffer.next(sync(), || 0);
        buffer.next(p(1), || 1);
        let mut plan = buffer.next(p(2), || 2);
        assert!(plan.repeat_first());
        assert_eq!((&plan.lists[0], &plan.orders[0]), (&vec![1, 0, 1], &vec![1, 0, 1]));
        // Back by one from frame 2, then by one more, then forth by one or 15 back.
        let expected = [0, 0, 14].map(ListModification::Subtract);
        assert_eq!(plan.modification, expected);
        let mut alone = ReferenceBuffer::new(BufferSizes { capacity: 1, long_term: 0, searched: 1 }, 16);
        alone.next(sync(), || 0);
        let mut plan = alone.next(p(1), || 1);
        assert!(plan.repeat_first());
        // The same again is all the way around.
        assert_eq!(plan.modification, [0, 15].map(ListModification::Subtract));
    }

    #[test]
    fn without_long_term_pictures_the_window_slides_and_nothing_is_said() {
        let mut buffer = buffer(2, 0);
        buffer.next(sync(), || 0);
        for order in 1..40 {
            let plan = buffer.next(p(order), || order);
            let expected: Vec<u64> = (order.saturating_sub(2)..order).rev().collect();
            assert_eq!(plan.lists[0], expected);
            assert_eq!((plan.frame_num, plan.nearest), (order as u32 % 16, Some(order - 1)));
            assert!(plan.modification.is_empty() && plan.marking.is_none() && plan.token.is_none());
        }
    }

    /// A P picture after three B pictures, whose middle one is a reference: the P picture before is nearer.
    #[test]
    fn p_pictures_see_the_last_shown_first_among_references_of_a_pyramid() {
        let mut buffer = buffer(4, 0);
        buffer.next(sync(), || 0);
        let b = |order, is_reference| PictureKind { slices: SliceKind::B, is_reference, ..p(order) };
        for group in 0..20 {
            let start = 4 * group;
            let plan = buffer.next(p(start + 4), || start + 4);
            assert_eq!((plan.lists[0][0], plan.nearest), (start, Some(start)));
            if group > 0 {
                assert_eq!(plan.lists[0][1], start - 2);
                // The initial list has the B picture, coded last, before the P picture.
                assert_eq!(plan.modification[0], ListModification::Subtract(1));
                // One further on, modulo the wrapping number.
                assert_eq!(plan.modification[1], ListModification::Subtract(14));
            }
            let middle = buffer.next(b(start + 2, true), || start + 2);
            assert_eq!((middle.lists[0][0], &middle.lists[1][..]), (start, &[start + 4][..]));
            let first = buffer.next(b(start + 1, false), || 0);
            assert_eq!((first.lists[0][0], &first.lists[1][..]), (start, &[start + 2, start + 4][..]));
            let last = buffer.next(b(start + 3, false), || 0);
            assert_eq!((last.lists[0][0], &last.lists[1][..]), (start + 2, &[start + 4][..]));
        }
    }

    /// An intra picture opens a group: only what is shown before it may reach back behind it.
    #[test]
    fn nothing_shown_after_an_open_group_begins_refers_to_what_lies_before() {
        let mut buffer = buffer(4, 0);
        buffer.next(sync(), || 0);
        (1..4).for_each(|order| drop(buffer.next(p(order), || order)));
        buffer.next(PictureKind { slices: SliceKind::I, ..p(6) }, || 6);
        buffer.open_group(6);
        let b = |order| PictureKind { slices: SliceKind::B, is_reference: false, ..p(order) };
        let leading = buffer.next(b(5), || 5);
        assert_eq!((&leading.lists[0][..], &leading.lists[1][..]), (&[3, 2, 1][..], &[6][..]));
        assert_eq!(buffer.next(p(9), || 9).lists[0], [6]);
        let inside = buffer.next(b(8), || 8);
        assert_eq!((&inside.lists[0][..], &inside.lists[1][..]), (&[6][..], &[9][..]));
        assert_eq!(buffer.next(sync(), || 0).lists[0], []);
        assert_eq!(buffer.next(p(1), || 1).lists[0], [0]);
    }

    #[test]
    fn pictures_that_are_no_reference_leave_no_trace() {
        let mut buffer = buffer(2, 0);
        buffer.next(sync(), || 0);
        let loose = PictureKind { is_reference: false, ..p(1) };
        assert_eq!(buffer.next(loose, || panic!("not kept")).frame_num, 1);
        let plan = buffer.next(p(2), || 2);
        assert_eq!((plan.frame_num, plan.lists[0].clone()), (1, vec![0]));
    }

    #[test]
    fn a_refresh_refers_to_the_newest_acknowledged_picture_and_nothing_later_reaches_behind_it() {
        let mut buffer = buffer(5, 3);
        let first = buffer.next(sync(), || 0).token.unwrap();
        assert!(!buffer.has_acknowledged());
        let mut tokens = vec![(0, first)];
        for order in 1..30 {
            tokens.extend(buffer.next(p(order), || order).token.map(|token| (order, token)));
        }
        assert_eq!(tokens.iter().map(|t| t.0).collect::<Vec<_>>(), [0, 8, 16, 24]);
        buffer.acknowledge(tokens[2].1);
        buffer.acknowledge(999);
        let plan = buffer.next(PictureKind { refresh: true, ..p(30) }, || 30);
        assert_eq!(plan.lists[0], [16]);
        assert!(matches!(plan.modification[..], [ListModification::LongTerm(_)]));
        for order in 31..34 {
            let plan = buffer.next(p(order), || order);
            assert!(plan.lists[0].iter().all(|&o| o >= 30 || o == 16), "{order}: {:?}", plan.lists[0]);
            assert_eq!(plan.lists[0][0], order - 1);
        }
    }

    #[test]
    fn an_acknowledged_picture_outlives_those_that_are_not() {
        let mut buffer = buffer(4, 2);
        let token = buffer.next(sync(), || 0).token.unwrap();
        buffer.acknowledge(token);
        for order in 1..500 {
            buffer.next(p(order), || order);
            assert!(buffer.short.len() + buffer.long.iter().flatten().count() <= 4);
        }
        assert_eq!(buffer.next(PictureKind { refresh: true, ..p(500) }, || 500).lists[0], [0]);
    }
}
