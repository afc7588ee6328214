//! `CVPixelBufferPool`.

use std::sync::OnceLock;

use vitascope::core::{Dictionary, FlushMode, PixelBufferPool};

use super::pixel_buffer_create::give;
use crate::border::{CVReturn, Out, api};
use crate::class::{CLASSES, ClassIndex};
use crate::object::{Handle, Owned, Payload};
use crate::value;

/// A pool of the engine.
pub struct CvPixelBufferPool {
    pool: PixelBufferPool,
    pool_attributes: OnceLock<Owned>,
    pixel_buffer_attributes: OnceLock<Owned>,
}

impl CvPixelBufferPool {
    /// The object of a pool; always the same one while C holds it.
    pub(crate) fn object(pool: PixelBufferPool) -> Owned {
        Owned::new(CvPixelBufferPool {
            pool,
            pool_attributes: OnceLock::new(),
            pixel_buffer_attributes: OnceLock::new(),
        })
    }
}

impl Payload for CvPixelBufferPool {
    const NAME: &'static str = "CVPixelBufferPool";
    const REGISTERED: bool = true;

    fn identity(&self) -> usize {
        // Lies inside the shared object.
        std::ptr::from_ref(self.pool.pool_attributes()) as usize
    }

    fn same(&self, other: &Self) -> bool {
        PixelBufferPool::ptr_eq(&self.pool, &other.pool)
    }
}

/// The object of attributes, made once.
fn borrowed(slot: &OnceLock<Owned>, attributes: &Dictionary) -> Handle {
    **slot.get_or_init(|| value::dictionary_to_object(attributes, false))
}

api! {
    /// The type number of pools.
    fn CVPixelBufferPoolGetTypeID() -> usize {
        CLASSES[CvPixelBufferPool::INDEX].type_id()
    }

    /// Adds a reference; NULL stays NULL.
    fn CVPixelBufferPoolRetain(pool: Handle) -> Handle {
        pool.retain();
        pool
    }

    /// Takes a reference away; NULL is left alone.
    fn CVPixelBufferPoolRelease(pool: Handle) {
        pool.release();
    }

    /// A pool of buffers with these attributes. Pool attributes may be NULL.
    fn CVPixelBufferPoolCreate(
        _allocator: Handle, pool_attributes: Handle, attributes: Handle, out: Out<Handle>,
    ) -> CVReturn {
        out.clear();
        if out.is_null() {
            return CVReturn::INVALID_ARGUMENT;
        }
        let make = || {
            let of_pool = value::optional_dictionary(pool_attributes, "pool attributes")?.unwrap_or_default();
            let of_buffers = value::optional_dictionary(attributes, "attributes")?.unwrap_or_default();
            PixelBufferPool::new(&of_pool, &of_buffers)
        };
        match make() {
            Ok(pool) => {
                out.set(CvPixelBufferPool::object(pool).into_handle());
                CVReturn::OK
            }
            Err(error) => {
                log::warn!("CVPixelBufferPoolCreate: {error} (status {})", error.status());
                CVReturn(error.status())
            }
        }
    }

    /// A buffer of the pool, recycled or new.
    fn CVPixelBufferPoolCreatePixelBuffer(_allocator: Handle, pool: Handle, out: Out<Handle>) -> CVReturn {
        out.clear();
        let Some(pool) = pool.get::<CvPixelBufferPool>() else { return CVReturn::INVALID_ARGUMENT };
        give("CVPixelBufferPoolCreatePixelBuffer", out, || pool.pool.create_pixel_buffer())
    }

    /// A buffer of the pool, unless as many as the allocation threshold says are in use.
    fn CVPixelBufferPoolCreatePixelBufferWithAuxAttributes(
        _allocator: Handle, pool: Handle, auxiliary: Handle, out: Out<Handle>,
    ) -> CVReturn {
        out.clear();
        let Some(pool) = pool.get::<CvPixelBufferPool>() else { return CVReturn::INVALID_ARGUMENT };
        give("CVPixelBufferPoolCreatePixelBufferWithAuxAttributes", out, || {
            let auxiliary = value::optional_dictionary(auxiliary, "auxiliary attributes")?.unwrap_or_default();
            pool.pool.create_pixel_buffer_with_auxiliary_attributes(&auxiliary)
        })
    }

    /// The attributes of the pool, not retained.
    fn CVPixelBufferPoolGetAttributes(pool: Handle) -> Handle {
        pool.get::<CvPixelBufferPool>()
            .map_or(Handle::NULL, |pool| borrowed(&pool.pool_attributes, pool.pool.pool_attributes()))
    }

    /// The attributes of the pool's buffers, not retained.
    fn CVPixelBufferPoolGetPixelBufferAttributes(pool: Handle) -> Handle {
        pool.get::<CvPixelBufferPool>().map_or(Handle::NULL, |pool| {
            borrowed(&pool.pixel_buffer_attributes, pool.pool.pixel_buffer_attributes())
        })
    }

    /// Frees unused buffers: those that are too old, with flag 1 all.
    fn CVPixelBufferPoolFlush(pool: Handle, flags: u64) {
        if let Some(pool) = pool.get::<CvPixelBufferPool>() {
            pool.pool.flush(if flags & 1 != 0 { FlushMode::ExcessBuffers } else { FlushMode::AgedBuffers });
        }
    }
}
