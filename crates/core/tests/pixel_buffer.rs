//! Pixel buffers: layout, attributes, wrapping, locks, geometry.
#![allow(unsafe_code)]

use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use vitascope_core::{
    CleanAperture, Dictionary, Error, ExtendedPixels, FourCc, PixelAspectRatio, PixelBuffer, PixelFormat,
    PlaneLayout, RawPlane, Rect, Value, attachment, attribute, format,
};

#[test]
fn planes_of_odd_sizes_are_rounded_up() {
    let buffer = PixelBuffer::new(5, 3, format::YUV420_PLANAR).unwrap();
    assert_eq!((buffer.width(), buffer.height(), buffer.format()), (5, 3, format::YUV420_PLANAR));
    assert_eq!((buffer.plane_count(), buffer.planes(), buffer.is_planar()), (3, 3, true));
    assert_eq!((buffer.width_of_plane(0), buffer.height_of_plane(0)), (5, 3));
    assert_eq!((buffer.width_of_plane(2), buffer.height_of_plane(2)), (3, 2));
    assert_eq!((buffer.width_of_plane(3), buffer.bytes_per_row_of_plane(3)), (0, 0));
    assert!(buffer.base_address_of_plane(3).is_null());
    assert_eq!(buffer.data_size(), 64 * (3 + 2 + 2));
}

#[test]
fn packed_formats_have_one_plane_that_is_not_counted() {
    let buffer = PixelBuffer::new(100, 2, format::BGRA32).unwrap();
    assert_eq!((buffer.plane_count(), buffer.planes(), buffer.is_planar()), (0, 1, false));
    assert_eq!((buffer.bytes_per_row(), buffer.bytes_per_row_of_plane(0)), (448, 448));
    assert_eq!(buffer.read().unwrap().row(0, 1).len(), 400);
}

#[test]
fn every_format_can_be_allocated_written_and_read() {
    for row in PixelFormat::all() {
        let buffer = PixelBuffer::new(37, 5, row.fourcc).unwrap();
        assert_eq!(buffer.description(), row);
        let mut guard = buffer.write().unwrap();
        for (index, mut plane) in guard.planes_mut().into_iter().enumerate() {
            assert_eq!(plane.bytes_per_row % 64, 0, "{}", row.name);
            assert_eq!(plane.data.as_ptr() as usize % 64, 0, "{}", row.name);
            assert_eq!(plane.rows_mut().count(), plane.height, "{}", row.name);
            for (y, bytes) in plane.rows_mut().enumerate() {
                bytes.fill((16 * index + y) as u8 + 1);
            }
        }
        drop(guard);
        let guard = buffer.read().unwrap();
        for index in 0..guard.planes() {
            let plane = guard.plane(index);
            for (y, bytes) in plane.rows().enumerate() {
                assert_eq!(Some(bytes.len()), row.planes[index].row_bytes(37), "{}", row.name);
                assert!(bytes.iter().all(|byte| *byte == (16 * index + y) as u8 + 1), "{}", row.name);
                // The padding is not touched.
                let padding = &plane.data[y * plane.bytes_per_row..][..plane.bytes_per_row][bytes.len()..];
                assert!(padding.iter().all(|byte| *byte == 0), "{}", row.name);
            }
        }
    }
}

#[test]
fn new_buffers_are_zeroed_and_black_on_request() {
    let buffer = PixelBuffer::new(9, 3, format::YUV420_BIPLANAR_VIDEO).unwrap();
    assert!(buffer.read().unwrap().plane(0).data.iter().all(|byte| *byte == 0));
    buffer.write().unwrap().fill_black();
    let guard = buffer.read().unwrap();
    assert_eq!(guard.row(0, 2), [16; 9]);
    assert_eq!(guard.row(1, 1), [128; 10]);
    for row in PixelFormat::all() {
        let buffer = PixelBuffer::new(50, 4, row.fourcc).unwrap();
        buffer.write().unwrap().fill_black();
        let guard = buffer.read().unwrap();
        for (index, plane) in row.planes.iter().enumerate() {
            let bytes = guard.row(index, 1);
            let block = if plane.black_block.is_empty() { &[0][..] } else { plane.black_block };
            assert!(bytes.chunks(block.len()).all(|chunk| chunk == &block[..chunk.len()]), "{}", row.name);
        }
    }
}

#[test]
fn useless_sizes_are_refused() {
    let max = PixelBuffer::MAX_DIMENSION;
    for (width, height) in [(0, 1), (1, 0), (max + 1, 1), (1, max + 1), (usize::MAX, usize::MAX)] {
        let error = PixelBuffer::new(width, height, format::RGBA_FLOAT).unwrap_err();
        assert_eq!(error.status(), -6681, "{error}");
        assert!(error.to_string().contains(&format!("{width} x {height}")), "{error}");
        assert_eq!(PixelBuffer::tight_layout(width, height, format::BGRA32).unwrap_err().status(), -6681);
        assert_eq!(
            PixelBuffer::wrap_vec(width, height, format::BGRA32, vec![0; 4]).unwrap_err().status(),
            -6681
        );
    }
    assert_eq!(PixelBuffer::new(1, 1, FourCc::new(*b"nope")).unwrap_err().status(), -6680);
    assert!(matches!(PixelBuffer::new(1, 1, FourCc::new(*b"&BGA")), Err(Error::NoPublicLayout(..))));
}

#[test]
fn alignment_attributes_are_honoured() {
    let attributes = Dictionary::new()
        .with(attribute::BYTES_PER_ROW_ALIGNMENT, 512)
        .with(attribute::PLANE_ALIGNMENT, 4096);
    let buffer = PixelBuffer::with_attributes(100, 3, format::YUV420_PLANAR, &attributes).unwrap();
    for plane in 0..3 {
        assert_eq!(buffer.bytes_per_row_of_plane(plane), 512);
        assert_eq!(buffer.base_address_of_plane(plane) as usize % 4096, 0);
    }
    let small = Dictionary::new().with(attribute::BYTES_PER_ROW_ALIGNMENT, 16.0);
    let buffer = PixelBuffer::with_attributes(100, 3, format::YUV420_PLANAR, &small).unwrap();
    assert_eq!(buffer.bytes_per_row(), 128);
}

#[test]
fn useless_attributes_are_refused() {
    let cases: &[(&str, Value)] = &[
        (attribute::BYTES_PER_ROW_ALIGNMENT, 48.into()),
        (attribute::BYTES_PER_ROW_ALIGNMENT, 0.into()),
        (attribute::BYTES_PER_ROW_ALIGNMENT, (1 << 17).into()),
        (attribute::PLANE_ALIGNMENT, (-64).into()),
        (attribute::PLANE_ALIGNMENT, "64".into()),
        (attribute::EXTENDED_PIXELS_LEFT, (-1).into()),
        (attribute::EXTENDED_PIXELS_RIGHT, 65537.into()),
        (attribute::EXTENDED_PIXELS_TOP, 1.5.into()),
        (attribute::EXTENDED_PIXELS_BOTTOM, i64::MAX.into()),
    ];
    for (key, value) in cases {
        let attributes = Dictionary::new().with(*key, value.clone());
        let error = PixelBuffer::with_attributes(8, 8, format::BGRA32, &attributes).unwrap_err();
        assert_eq!(error.status(), -6682);
        let text = error.to_string();
        assert!(text.contains(key) && text.contains(&value.to_string()), "{text}");
    }
    let others = Dictionary::new().with("MetalCompatibility", true);
    assert!(PixelBuffer::with_attributes(8, 8, format::BGRA32, &others).is_ok());
}

#[test]
fn extended_pixels_surround_the_picture() {
    let attributes = Dictionary::new()
        .with(attribute::EXTENDED_PIXELS_LEFT, 3)
        .with(attribute::EXTENDED_PIXELS_RIGHT, 60)
        .with(attribute::EXTENDED_PIXELS_TOP, 5)
        .with(attribute::EXTENDED_PIXELS_BOTTOM, 2);
    let buffer = PixelBuffer::with_attributes(64, 4, format::YUV420_PLANAR, &attributes).unwrap();
    assert_eq!(buffer.extended_pixels(), ExtendedPixels { left: 3, right: 60, top: 5, bottom: 2 });
    assert_eq!((buffer.width_of_plane(0), buffer.height_of_plane(0)), (64, 4));
    assert_eq!(buffer.bytes_per_row_of_plane(0), 64 + 128);
    assert_eq!(buffer.bytes_per_row_of_plane(1), 64 + 64);
    assert_eq!(buffer.data_size(), 192 * 11 + 2 * 128 * (3 + 3));
    let mut guard = buffer.write().unwrap();
    for mut plane in guard.planes_mut() {
        assert_eq!(plane.data.as_ptr() as usize % 64, 0);
        for y in 0..plane.height {
            plane.row_mut(y).fill(9);
        }
        let below = plane.data.len() - plane.height * plane.bytes_per_row;
        assert!(below >= plane.bytes_per_row - 64, "rows below the picture belong to the plane");
    }
    drop(guard);
    assert_eq!(buffer.read().unwrap().row(2, 1), [9; 32]);
}

/// The edges are repeated on all sides of all planes, in every format.
#[test]
fn extended_pixels_repeat_the_edges() {
    let attributes = Dictionary::new()
        .with(attribute::EXTENDED_PIXELS_LEFT, 16)
        .with(attribute::EXTENDED_PIXELS_RIGHT, 5)
        .with(attribute::EXTENDED_PIXELS_TOP, 4)
        .with(attribute::EXTENDED_PIXELS_BOTTOM, 3);
    for row in PixelFormat::all() {
        let buffer = PixelBuffer::with_attributes(48, 6, row.fourcc, &attributes).unwrap();
        let mut guard = buffer.write().unwrap();
        for mut plane in guard.planes_mut() {
            for (y, bytes) in plane.rows_mut().enumerate() {
                bytes.iter_mut().enumerate().for_each(|(x, byte)| *byte = (x * 7 + y * 31) as u8 | 1);
            }
        }
        guard.fill_extended_pixels();
        drop(guard);
        let guard = buffer.read().unwrap();
        for (index, layout) in row.planes.iter().enumerate() {
            let plane = guard.plane(index);
            let (block, stride) = (usize::from(layout.bits_per_block / 8), plane.bytes_per_row);
            for y in 0..plane.height {
                let (bytes, start) = (plane.row(y), y * stride);
                let right = &plane.data[start + plane.row_bytes..][..block];
                assert_eq!(right, &bytes[plane.row_bytes - block..], "{} right of row {y}", row.name);
                if y > 0 {
                    let left = &plane.data[start - block..start];
                    assert_eq!(left, &bytes[..block], "{} left of row {y}", row.name);
                }
            }
            let last = plane.row(plane.height - 1);
            let below = &plane.data[(plane.height - 1 + layout.height(3)) * stride..][..plane.row_bytes];
            assert_eq!(below, last, "{} below", row.name);
            let above = buffer.base_address_of_plane(index).wrapping_sub(layout.height(4) * stride);
            // SAFETY: the buffer has four pixels above the picture, and it is locked for reading.
            let above = unsafe { std::slice::from_raw_parts(above, plane.row_bytes) };
            assert_eq!(above, plane.row(0), "{} above", row.name);
        }
    }
}

#[test]
fn vectors_are_wrapped_without_a_copy() {
    let bytes: Vec<u8> = (0..5 * 3 + 2 * 3 * 2).map(|n| n as u8).collect();
    let address = bytes.as_ptr();
    let buffer = PixelBuffer::wrap_vec(5, 3, format::YUV420_PLANAR, bytes).unwrap();
    assert_eq!(buffer.base_address_of_plane(0).cast_const(), address);
    let guard = buffer.read().unwrap();
    assert_eq!(guard.row(0, 2), [10, 11, 12, 13, 14]);
    assert_eq!(guard.row(1, 0), [15, 16, 17]);
    assert_eq!(guard.row(2, 1), [24, 25, 26]);
    drop(guard);
    let mut guard = buffer.write().unwrap();
    let mut planes = guard.planes_mut();
    assert_eq!(planes[0].rows_mut().map(|row| row.len()).collect::<Vec<_>>(), [5, 5, 5]);
    planes[2].row_mut(1)[2] = 99;
    assert_eq!(guard.row(2, 1), [24, 25, 99]);
}

#[test]
fn layouts_must_fit() {
    let plane = |offset, bytes_per_row| PlaneLayout { offset, bytes_per_row };
    let wrap = |planes: &[PlaneLayout], length: usize| {
        PixelBuffer::wrap_owner(4, 4, format::YUV420_BIPLANAR_FULL, planes, vec![0u8; length])
    };
    assert!(wrap(&[plane(0, 4), plane(16, 4)], 24).is_ok());
    // The last row needs no padding, and planes may come in any order with gaps.
    assert!(wrap(&[plane(100, 10), plane(0, 32)], 134).is_ok());
    let cases: &[(&[PlaneLayout], usize)] = &[
        (&[plane(0, 4), plane(16, 4)], 23),
        (&[plane(0, 4)], 24),
        (&[plane(0, 4), plane(16, 4), plane(24, 4)], 100),
        (&[plane(0, 3), plane(16, 4)], 24),
        (&[plane(0, 4), plane(15, 4)], 24),
        (&[plane(0, usize::MAX), plane(16, 4)], 24),
        (&[plane(usize::MAX, 4), plane(16, 4)], 24),
        (&[plane(isize::MAX as usize, 4), plane(0, 4)], 24),
    ];
    for (planes, length) in cases {
        let error = wrap(planes, *length).unwrap_err();
        assert_eq!(error.status(), -6661, "{planes:?}: {error}");
    }
}

#[test]
fn shared_bytes_can_only_be_read() {
    let bytes: Arc<[u8]> = Arc::from(vec![7u8; 16]);
    let layout = [PlaneLayout { offset: 0, bytes_per_row: 4 }];
    let buffer =
        PixelBuffer::wrap_shared(4, 4, format::ONE_COMPONENT_8, &layout, Arc::clone(&bytes)).unwrap();
    assert!(!buffer.is_writable());
    assert_eq!(buffer.write().unwrap_err(), Error::ReadOnlyMemory);
    assert_eq!(buffer.read().unwrap().row(0, 3), [7; 4]);
    drop(buffer);
    assert_eq!(Arc::strong_count(&bytes), 1);
}

#[test]
fn raw_planes_are_released_once_with_the_last_handle() {
    let runs = Arc::new(AtomicUsize::new(0));
    let mut luma = vec![1u8; 4 * 8];
    let mut chroma = vec![2u8; 2 * 8];
    let hook = || -> Box<dyn FnOnce() + Send> {
        let runs = Arc::clone(&runs);
        Box::new(move || {
            runs.fetch_add(1, Ordering::Relaxed);
        })
    };
    let planes = [
        RawPlane { base: NonNull::new(luma.as_mut_ptr()).unwrap(), bytes_per_row: 8 },
        RawPlane { base: NonNull::new(chroma.as_mut_ptr()).unwrap(), bytes_per_row: 8 },
    ];
    let code = format::YUV420_BIPLANAR_VIDEO;
    // SAFETY: the vectors outlive the buffer and are not touched meanwhile.
    let buffer = unsafe { PixelBuffer::wrap_raw_planes(6, 4, code, &planes, Some(hook())) }.unwrap();
    let other = buffer.clone();
    buffer.write().unwrap().row_mut(1, 1)[5] = 77;
    drop(buffer);
    assert_eq!(runs.load(Ordering::Relaxed), 0);
    drop(other);
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    assert_eq!(chroma[8 + 5], 77);
    // SAFETY: as above.
    let refused = unsafe { PixelBuffer::wrap_raw_planes(9, 4, code, &planes, Some(hook())) };
    assert_eq!(refused.unwrap_err().status(), -6661);
    assert_eq!(runs.load(Ordering::Relaxed), 1, "a refused buffer does not release");
    luma[0] = 0;
}

#[test]
fn locks_never_wait() {
    let buffer = PixelBuffer::new(4, 4, format::BGRA32).unwrap();
    let same = buffer.clone();
    assert!(PixelBuffer::ptr_eq(&buffer, &same));
    assert!(!PixelBuffer::ptr_eq(&buffer, &PixelBuffer::new(4, 4, format::BGRA32).unwrap()));
    let reader = buffer.read().unwrap();
    let second = same.read().unwrap();
    assert_eq!(same.write().unwrap_err(), Error::LockedForReading { readers: 2 });
    drop((reader, second));
    let writer = buffer.write().unwrap();
    assert_eq!(same.read().unwrap_err(), Error::LockedForWriting);
    assert_eq!(same.write().unwrap_err().status(), -6661);
    drop(writer);
    assert!(same.read().is_ok());
}

#[test]
#[should_panic(expected = "row 4 of a plane with 4 rows")]
fn rows_outside_are_a_mistake() {
    let buffer = PixelBuffer::new(4, 4, format::BGRA32).unwrap();
    let _ = buffer.read().unwrap().row(0, 4);
}

#[test]
fn geometry_follows_the_attachments() {
    // DV for 525 lines.
    let buffer = PixelBuffer::new(720, 480, format::YUV422_UYVY).unwrap();
    assert_eq!(buffer.clean_rect(), Rect { x: 0.0, y: 0.0, width: 720.0, height: 480.0 });
    assert_eq!(buffer.display_size(), (720.0, 480.0));
    let aperture =
        CleanAperture { width: 704.0, height: 470.0, horizontal_offset: 2.0, vertical_offset: 1.0 };
    buffer.set_clean_aperture(&aperture);
    buffer.set_pixel_aspect_ratio(&PixelAspectRatio { horizontal_spacing: 10, vertical_spacing: 11 });
    assert_eq!(buffer.clean_aperture(), Some(aperture));
    assert_eq!(buffer.clean_rect_from_top(), Rect { x: 10.0, y: 6.0, width: 704.0, height: 470.0 });
    assert_eq!(buffer.clean_rect(), Rect { x: 10.0, y: 4.0, width: 704.0, height: 470.0 });
    assert_eq!(buffer.display_size(), (640.0, 470.0));
    assert_eq!(buffer.encoded_size(), (720.0, 480.0));
    let display = Dictionary::new().with("Width", 768).with("Height", 576);
    buffer.set_attachment(
        attachment::DISPLAY_DIMENSIONS,
        display,
        vitascope_core::AttachmentMode::ShouldPropagate,
    );
    assert_eq!(buffer.display_size(), (768.0, 576.0));
}
