//! What is refused is also said in the log, in one line with the values and the status.

use std::cell::RefCell;

use log::{LevelFilter, Log, Metadata, Record};
use vitascope_core::{FourCc, PixelBuffer};
use vitascope_session::{PixelRotationSession, PixelTransferSession};

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Keeps the lines of the thread that logs them.
struct Keeper;

impl Log for Keeper {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        LINES.with_borrow_mut(|lines| lines.push(format!("{}: {}", record.level(), record.args())));
    }

    fn flush(&self) {}
}

/// The lines that a call logs.
fn lines_of(call: impl FnOnce()) -> Vec<String> {
    // Whoever comes second finds the same logger.
    let _ = log::set_logger(&Keeper);
    log::set_max_level(LevelFilter::Trace);
    LINES.take();
    call();
    LINES.take()
}

fn buffer(width: usize, height: usize, format: &[u8; 4]) -> PixelBuffer {
    PixelBuffer::new(width, height, FourCc::new(*format)).unwrap()
}

#[test]
fn a_turn_that_cannot_be_is_logged() {
    let session = PixelRotationSession::new();
    session.set_property("Rotation", "RotationCW90").unwrap();
    for (format, size, says) in
        [(b"2vuy", (8, 16), "vertical flips"), (b"422v", (8, 16), "4:2:2"), (b"BGRA", (16, 8), "16x8")]
    {
        let lines = lines_of(|| {
            let result = session.rotate_image(&buffer(16, 8, format), &buffer(size.0, size.1, format));
            assert_eq!(result.unwrap_err().status(), -12914);
        });
        let [line] = &lines[..] else { panic!("{lines:?}") };
        let named = ["WARN: ", "16x8", "-12914", says].iter().all(|part| line.contains(part));
        assert!(named, "{line}");
    }
    let quiet = lines_of(|| session.rotate_image(&buffer(16, 8, b"BGRA"), &buffer(8, 16, b"BGRA")).unwrap());
    assert!(quiet.is_empty(), "{quiet:?}");
}

#[test]
fn a_transfer_that_cannot_be_is_logged() {
    let lines = lines_of(|| {
        let refused =
            PixelTransferSession::new().transfer_image(&buffer(8, 8, b"grb4"), &buffer(8, 8, b"BGRA"));
        assert_eq!(refused.unwrap_err().status(), -12905);
    });
    assert!(matches!(&lines[..], [line] if line.contains("grb4") && line.contains("-12905")), "{lines:?}");
}
