//! Block buffers: pieces, ranges, changes.

use std::borrow::Cow;

use vitascope_core::{BlockBuffer, Error};

/// 0 to 9 in pieces of these lengths.
fn pieces(lengths: &[usize]) -> BlockBuffer {
    let mut buffer = BlockBuffer::new();
    let mut next = 0u8;
    for length in lengths {
        buffer.append_vec((next..next + *length as u8).collect());
        next += *length as u8;
    }
    assert_eq!(next, 10);
    buffer
}

const SPLITS: &[&[usize]] = &[&[10], &[5, 5], &[1, 2, 3, 4], &[0, 9, 0, 1], &[1; 10], &[3, 0, 0, 7, 0]];

#[test]
fn every_range_is_the_same_however_the_bytes_are_split() {
    let bytes: Vec<u8> = (0..10).collect();
    for split in SPLITS {
        let buffer = pieces(split);
        assert_eq!((buffer.len(), buffer.is_empty()), (10, false));
        assert_eq!(buffer.to_vec(), bytes);
        assert_eq!(buffer, BlockBuffer::from_vec(bytes.clone()));
        assert!(buffer.segments().all(|segment| !segment.is_empty()), "{split:?}");
        for offset in 0..10 {
            for count in 1..=10 - offset {
                let mut copy = vec![0xFF; count];
                buffer.copy_bytes(offset, &mut copy).unwrap();
                assert_eq!(copy, bytes[offset..offset + count], "{split:?}");
                let slice = buffer.slice(offset, count).unwrap();
                assert_eq!(*slice.contiguous(), bytes[offset..offset + count], "{split:?}");
                let first = buffer.contiguous_from(offset).unwrap();
                assert_eq!(first, &bytes[offset..offset + first.len()]);
                assert_eq!(buffer.is_range_contiguous(offset, count), first.len() >= count);
                assert_eq!(slice.as_slice().is_some(), first.len() >= count);
            }
            assert_eq!(buffer.slice(offset, 0).unwrap().to_vec(), bytes[offset..], "0 means to the end");
            let to_the_end = buffer.contiguous_from(offset).unwrap().len() == 10 - offset;
            assert_eq!(buffer.is_range_contiguous(offset, 0), to_the_end, "{split:?} from {offset}");
        }
    }
}

#[test]
fn ranges_outside_are_refused() {
    for split in SPLITS {
        let buffer = pieces(split);
        let mut one = [0];
        let mut many = [0; 11];
        assert_eq!(
            buffer.copy_bytes(10, &mut one),
            Err(Error::BlockBufferLength { offset: 10, count: 1, length: 10 })
        );
        assert_eq!(buffer.copy_bytes(11, &mut one), Err(Error::BlockBufferOffset { offset: 11, length: 10 }));
        assert_eq!(buffer.copy_bytes(0, &mut many).unwrap_err().status(), -12704);
        assert_eq!(buffer.copy_bytes(10, &mut []), Ok(()));
        assert_eq!(buffer.slice(usize::MAX, usize::MAX).unwrap_err().status(), -12703);
        assert_eq!(buffer.slice(5, usize::MAX).unwrap_err().status(), -12704);
        assert!(buffer.slice(10, 0).unwrap().is_empty());
        assert_eq!(buffer.contiguous_from(10).unwrap_err().status(), -12703);
        assert!(!buffer.is_range_contiguous(0, 11) && !buffer.is_range_contiguous(11, 0));
        assert_eq!(buffer.clone().replace_bytes(9, &[1, 2]).unwrap_err().status(), -12704);
        assert_eq!(buffer.clone().fill_bytes(0, 11, 0).unwrap_err().status(), -12703);
    }
    assert_eq!(BlockBuffer::new().contiguous_from(0), Err(Error::BlockBufferEmpty));
}

#[test]
fn nothing_is_copied_without_need() {
    let bytes: Vec<u8> = (0..10).collect();
    let address = bytes.as_ptr();
    let buffer = BlockBuffer::from_vec(bytes);
    assert_eq!(buffer.as_slice().unwrap().as_ptr(), address);
    assert_eq!(buffer.clone().as_slice().unwrap().as_ptr(), address);
    assert_eq!(buffer.make_contiguous().as_slice().unwrap().as_ptr(), address);
    assert!(matches!(buffer.contiguous(), Cow::Borrowed(_)));
    let slice = buffer.slice(4, 2).unwrap();
    assert_eq!(slice.as_slice().unwrap().as_ptr(), address.wrapping_add(4));
    let mut joined = buffer.clone();
    joined.append(&slice);
    assert_eq!(joined.segments().map(<[u8]>::as_ptr).collect::<Vec<_>>(), [address, address.wrapping_add(4)]);
    assert!(matches!(joined.contiguous(), Cow::Owned(_)));
    let contiguous = joined.make_contiguous();
    assert_eq!(contiguous.as_slice(), Some(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 4, 5][..]));
    assert_eq!(contiguous, joined);
}

#[test]
fn changes_are_not_seen_by_others() {
    for split in SPLITS {
        let original = pieces(split);
        let mut changed = original.clone();
        changed.replace_bytes(3, &[90, 91, 92, 93]).unwrap();
        assert_eq!(changed.to_vec(), [0, 1, 2, 90, 91, 92, 93, 7, 8, 9]);
        changed.fill_bytes(7, 8, 0).unwrap();
        changed.fill_bytes(5, 0, 1).unwrap();
        assert_eq!(changed.to_vec(), [5, 1, 2, 90, 91, 92, 93, 7, 7, 7]);
        assert_eq!(original.to_vec(), (0..10).collect::<Vec<u8>>());
    }
    // Without others the bytes are changed in place.
    let mut alone = BlockBuffer::from_vec(vec![1, 2, 3]);
    let address = alone.as_slice().unwrap().as_ptr();
    alone.replace_bytes(0, &[9]).unwrap();
    assert_eq!((alone.as_slice().unwrap().as_ptr(), alone.to_vec()), (address, vec![9, 2, 3]));
}

#[test]
fn empty_buffers() {
    let empty = BlockBuffer::from_vec(Vec::new());
    assert_eq!((empty.len(), empty.segments().len(), empty.as_slice()), (0, 0, Some(&[][..])));
    assert_eq!(empty, BlockBuffer::default());
    assert!(empty.is_range_contiguous(0, 0));
    let mut buffer = BlockBuffer::from(vec![1]);
    buffer.append(&empty);
    assert_eq!(buffer.segments().len(), 1);
    assert_ne!(buffer, empty);
}
