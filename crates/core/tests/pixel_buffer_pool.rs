//! Pools: recycling, limits, ages, attributes.

use std::thread;

use vitascope_core::{
    AttachmentMode, Dictionary, Error, FlushMode, FourCc, Object, PixelBuffer, PixelBufferPool, Value,
    attribute, format, pool_attribute,
};

fn attributes() -> Dictionary {
    Dictionary::new()
        .with(attribute::WIDTH, 64)
        .with(attribute::HEIGHT, 32)
        .with(attribute::PIXEL_FORMAT_TYPE, format::YUV420_BIPLANAR_VIDEO)
}

fn pool(pool_attributes: Dictionary) -> PixelBufferPool {
    PixelBufferPool::new(&pool_attributes, &attributes()).unwrap()
}

fn forever() -> Dictionary {
    Dictionary::new().with(pool_attribute::MAXIMUM_BUFFER_AGE, 0)
}

#[test]
fn buffers_have_the_attributes() {
    let wanted =
        attributes().with(attribute::BYTES_PER_ROW_ALIGNMENT, 256).with(attribute::EXTENDED_PIXELS_BOTTOM, 4);
    let pool = PixelBufferPool::new(&forever(), &wanted).unwrap();
    let buffer = pool.create_pixel_buffer().unwrap();
    assert_eq!((buffer.width(), buffer.height(), buffer.format()), (64, 32, format::YUV420_BIPLANAR_VIDEO));
    assert_eq!((buffer.bytes_per_row(), buffer.extended_pixels().bottom), (256, 4));
    assert_eq!((pool.pixel_buffer_attributes(), pool.pool_attributes()), (&wanted, &forever()));
}

#[test]
fn the_first_of_several_formats_is_used() {
    let formats = vec![Value::from(format::BGRA32), Value::from(format::YUV420_PLANAR)];
    let list = attributes().with(attribute::PIXEL_FORMAT_TYPE, formats);
    let pool = PixelBufferPool::new(&Dictionary::new(), &list).unwrap();
    assert_eq!(pool.create_pixel_buffer().unwrap().format(), format::BGRA32);
    // A code as a signed 32-bit number, and as a float.
    for code in [Value::from(0xF420_3032u32 as i32), Value::from(f64::from(0xF420_3032u32))] {
        let odd = attributes().with(attribute::PIXEL_FORMAT_TYPE, code);
        let error = PixelBufferPool::new(&Dictionary::new(), &odd).unwrap_err();
        assert_eq!(error, Error::UnknownPixelFormat(FourCc(0xF420_3032)));
    }
}

#[test]
fn useless_attributes_are_refused() {
    for key in [attribute::WIDTH, attribute::HEIGHT, attribute::PIXEL_FORMAT_TYPE] {
        let mut missing = attributes();
        missing.remove(key);
        let error = PixelBufferPool::new(&Dictionary::new(), &missing).unwrap_err();
        assert_eq!(error.status(), -6682);
        assert!(error.to_string().contains(key), "{error}");
        for value in [
            Value::from(0.5),
            Value::from("x"),
            Value::from(-5_000_000_000i64),
            Value::from(Vec::<Value>::new()),
        ] {
            let broken = attributes().with(key, value.clone());
            let error = PixelBufferPool::new(&Dictionary::new(), &broken).unwrap_err();
            assert_eq!(error.status(), -6682, "{key} = {value}");
        }
    }
    let unusable = [
        (pool_attribute::MINIMUM_BUFFER_COUNT, Value::from(-1)),
        (pool_attribute::MINIMUM_BUFFER_COUNT, Value::from(65537)),
        (pool_attribute::MAXIMUM_BUFFER_AGE, Value::from(-0.5)),
        (pool_attribute::MAXIMUM_BUFFER_AGE, Value::from(f64::NAN)),
        (pool_attribute::MAXIMUM_BUFFER_AGE, Value::from("1")),
    ];
    for (key, value) in unusable {
        let error =
            PixelBufferPool::new(&Dictionary::new().with(key, value.clone()), &attributes()).unwrap_err();
        assert_eq!(error.status(), -6691, "{key} = {value}");
    }
    let huge = Dictionary::new().with(pool_attribute::MAXIMUM_BUFFER_AGE, 1e300);
    assert!(PixelBufferPool::new(&huge, &attributes()).is_ok());
}

#[test]
fn memory_is_recycled_after_the_last_handle() {
    let pool = pool(forever());
    let first = pool.create_pixel_buffer().unwrap();
    let address = first.base_address_of_plane(0);
    first.write().unwrap().row_mut(0, 0)[0] = 42;
    let clone = first.clone();
    drop(first);
    assert_eq!((pool.in_use(), pool.unused()), (1, 0), "a handle is left");
    drop(clone);
    assert_eq!((pool.in_use(), pool.unused()), (0, 1));
    let again = pool.create_pixel_buffer().unwrap();
    assert_eq!(again.base_address_of_plane(0), address);
    assert_eq!(again.read().unwrap().row(0, 0)[0], 42, "the pixels stay");
    let other = pool.create_pixel_buffer().unwrap();
    assert_ne!(other.base_address_of_plane(0), address);
    assert_eq!((pool.in_use(), pool.unused()), (2, 0));
}

#[test]
fn recycled_buffers_keep_what_propagates() {
    let pool = pool(forever());
    let buffer = pool.create_pixel_buffer().unwrap();
    buffer.set_attachment("kept", 1, AttachmentMode::ShouldPropagate);
    buffer.set_attachment("dropped", 2, AttachmentMode::ShouldNotPropagate);
    drop(buffer);
    let buffer = pool.create_pixel_buffer().unwrap();
    assert_eq!(buffer.attachments(AttachmentMode::ShouldPropagate), Dictionary::new().with("kept", 1));
    assert_eq!(buffer.attachments(AttachmentMode::ShouldNotPropagate), Dictionary::new());
}

#[test]
fn the_threshold_counts_buffers_in_use() {
    let pool = pool(forever());
    let limit = |count: i64| Dictionary::new().with(pool_attribute::ALLOCATION_THRESHOLD, count);
    let first = pool.create_pixel_buffer_with_auxiliary_attributes(&limit(2)).unwrap();
    let second = pool.create_pixel_buffer_with_auxiliary_attributes(&limit(2)).unwrap();
    let refused = pool.create_pixel_buffer_with_auxiliary_attributes(&limit(2)).unwrap_err();
    assert_eq!(refused, Error::WouldExceedAllocationThreshold { in_use: 2, threshold: 2 });
    assert_eq!(refused.status(), -6689);
    drop(first);
    assert!(pool.create_pixel_buffer_with_auxiliary_attributes(&limit(2)).is_ok());
    drop(second);
    assert!(pool.create_pixel_buffer_with_auxiliary_attributes(&limit(0)).is_err());
    assert!(pool.create_pixel_buffer_with_auxiliary_attributes(&Dictionary::new()).is_ok());
    assert_eq!(pool.create_pixel_buffer_with_auxiliary_attributes(&limit(-1)).unwrap_err().status(), -6691);
}

#[test]
fn buffers_outlive_their_pool() {
    let pool = pool(forever());
    let buffer = pool.create_pixel_buffer().unwrap();
    drop(pool);
    buffer.write().unwrap().row_mut(0, 31).fill(3);
    assert_eq!(buffer.read().unwrap().row(0, 31), [3; 64]);
}

#[test]
fn locked_memory_is_not_recycled() {
    let pool = pool(forever());
    let buffer = pool.create_pixel_buffer().unwrap();
    std::mem::forget(buffer.write().unwrap());
    drop(buffer);
    assert_eq!((pool.in_use(), pool.unused()), (0, 0));
    assert!(pool.create_pixel_buffer().unwrap().write().is_ok());
}

#[test]
fn a_buffer_may_hold_another_one_of_its_pool() {
    let pool = pool(forever());
    let (inner, outer) = (pool.create_pixel_buffer().unwrap(), pool.create_pixel_buffer().unwrap());
    let object = Object::new("PixelBuffer", std::sync::Arc::new(inner));
    outer.set_attachment("inner", object, AttachmentMode::ShouldNotPropagate);
    drop(outer);
    assert_eq!(pool.in_use(), 1);
    // The attachment goes when the outer memory is used again.
    let outer = pool.create_pixel_buffer().unwrap();
    assert_eq!((pool.in_use(), pool.unused()), (1, 1));
    drop(outer);
    pool.flush(FlushMode::ExcessBuffers);
    assert_eq!(pool.unused(), 0);
}

#[test]
fn threads_share_a_pool() {
    let pool = pool(forever());
    thread::scope(|scope| {
        for id in 0..4u8 {
            let pool = &pool;
            scope.spawn(move || {
                for round in 0..if cfg!(miri) { 5 } else { 200u8 } {
                    let buffer: PixelBuffer = pool.create_pixel_buffer().unwrap();
                    let mark = id.wrapping_mul(50).wrapping_add(round);
                    buffer.write().unwrap().row_mut(1, 7).fill(mark);
                    thread::yield_now();
                    assert_eq!(buffer.read().unwrap().row(1, 7), [mark; 64]);
                }
            });
        }
    });
    assert_eq!(pool.in_use(), 0);
    assert!((1..=4).contains(&pool.unused()));
}
