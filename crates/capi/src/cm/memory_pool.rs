//! `CMMemoryPool`: an allocator that keeps large blocks for the next one who wants such a block.

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::border::api;
use crate::cf::allocator::{self, CfAllocator};
use crate::class::{CLASSES, ClassIndex};
use crate::object::{Handle, Owned, Payload};
use crate::value;

/// A pool and the allocator that C borrows.
pub struct CmMemoryPool {
    blocks: Arc<Blocks>,
    allocator: Owned,
}

/// The blocks of a pool. The allocator may outlive the pool, and blocks may outlive both.
pub(crate) struct Blocks {
    state: Mutex<State>,
    age_out: Duration,
}

struct State {
    /// Sizes of blocks in use, by address.
    used: BTreeMap<usize, usize>,
    kept: Vec<Kept>,
    /// Whether blocks that come back are kept.
    recycles: bool,
}

/// A block that nobody uses.
struct Kept {
    address: usize,
    size: usize,
    since: Instant,
}

/// How long a block is kept unless the pool says otherwise.
const AGE_OUT: Duration = Duration::from_secs(1);
/// The longest time in seconds that may be asked for: a year.
const LONGEST: f64 = 31_536_000.0;
/// A key of `CMMemoryPoolCreate`: seconds.
const AGE_OUT_PERIOD: &str = "kCMMemoryPoolOption_AgeOutPeriod";

impl Blocks {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Memory of at least a size: the smallest kept block that wastes no more than half, or a new one.
    pub(crate) fn allocate(&self, size: usize) -> *mut c_void {
        self.drop_aged();
        let mut state = self.state();
        let fits = |kept: &Kept| kept.size >= size && kept.size / 2 <= size;
        let places = state.kept.iter().enumerate().filter(|(_, kept)| fits(kept));
        let best = places.min_by_key(|(_, kept)| kept.size).map(|(place, _)| place);
        let (address, size) = match best {
            Some(place) => {
                let kept = state.kept.swap_remove(place);
                (kept.address, kept.size)
            }
            None => (allocator::allocate(allocator::system_default(), size as isize, 0) as usize, size),
        };
        if address != 0 {
            state.used.insert(address, size);
        }
        address as *mut c_void
    }

    /// Takes a block back; `false` when it is none of this pool.
    pub(crate) fn deallocate(&self, memory: *mut c_void) -> bool {
        self.drop_aged();
        let mut state = self.state();
        let address = memory as usize;
        let Some(size) = state.used.remove(&address) else { return false };
        if state.recycles {
            state.kept.push(Kept { address, size, since: Instant::now() });
        } else {
            free(address);
        }
        true
    }

    /// The size of a block in use.
    pub(crate) fn size(&self, memory: *mut c_void) -> Option<usize> {
        self.state().used.get(&(memory as usize)).copied()
    }

    fn drop_aged(&self) {
        self.drop_kept(|kept| kept.since.elapsed() > self.age_out);
    }

    fn drop_kept(&self, which: impl Fn(&Kept) -> bool) {
        self.state().kept.retain(|kept| {
            let goes = which(kept);
            if goes {
                free(kept.address);
            }
            !goes
        });
    }
}

impl Drop for Blocks {
    fn drop(&mut self) {
        // Blocks in use stay theirs who have them: nobody is left who could take them back.
        self.drop_kept(|_| true);
    }
}

fn free(address: usize) {
    allocator::deallocate(allocator::system_default(), address as *mut c_void);
}

impl Payload for CmMemoryPool {
    const NAME: &'static str = "CMMemoryPool";
}

api! {
    /// The type number of memory pools.
    fn CMMemoryPoolGetTypeID() -> usize {
        CLASSES[CmMemoryPool::INDEX].type_id()
    }

    /// A pool of memory. Options may be NULL; kCMMemoryPoolOption_AgeOutPeriod is in seconds, 1 unless it is given.
    fn CMMemoryPoolCreate(options: Handle) -> Handle {
        let options = match value::optional_dictionary(options, "options") {
            Ok(options) => options.unwrap_or_default(),
            Err(error) => {
                log::error!("CMMemoryPoolCreate: {error}");
                return Handle::NULL;
            }
        };
        let period = match options.get(AGE_OUT_PERIOD) {
            None => AGE_OUT,
            Some(value) => match value.as_f64().filter(|seconds| (0.0..=LONGEST).contains(seconds)) {
                Some(seconds) => Duration::from_secs_f64(seconds),
                None => {
                    log::error!("CMMemoryPoolCreate: age-out period {value}; 0 to {LONGEST} seconds are accepted");
                    return Handle::NULL;
                }
            },
        };
        let state = State { used: BTreeMap::new(), kept: Vec::new(), recycles: true };
        let blocks = Arc::new(Blocks { state: Mutex::new(state), age_out: period });
        let allocator = Owned::new(CfAllocator::of_pool(blocks.clone()));
        Owned::new(CmMemoryPool { blocks, allocator }).into_handle()
    }

    /// The allocator of a pool, not retained.
    fn CMMemoryPoolGetAllocator(pool: Handle) -> Handle {
        pool.get::<CmMemoryPool>().map_or(Handle::NULL, |pool| *pool.allocator)
    }

    /// Frees every block that is not in use.
    fn CMMemoryPoolFlush(pool: Handle) {
        if let Some(pool) = pool.get::<CmMemoryPool>() {
            pool.blocks.drop_kept(|_| true);
        }
    }

    /// Ends recycling: blocks are freed as they come back. The allocator goes on working.
    fn CMMemoryPoolInvalidate(pool: Handle) {
        if let Some(pool) = pool.get::<CmMemoryPool>() {
            pool.blocks.state().recycles = false;
            pool.blocks.drop_kept(|_| true);
        }
    }
}
