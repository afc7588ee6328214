//! The number of threads that code; alone in its file, as it counts those of the whole process.
#![cfg(target_os = "linux")]

mod clip;

use std::thread;
use std::time::{Duration, Instant};

use clip::{session, with};
use vitascope_session::key;

/// Threads of this process whose name begins so.
fn threads(name: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).ok());
    names.filter(|own| own.starts_with(name)).count()
}

#[test]
fn thread_count_and_their_end() {
    for (asked, expected) in [(1, 0), (2, 1), (4, 3)] {
        let (session, _outputs) = session(&with(key::VITASCOPE_THREAD_COUNT, asked));
        session.prepare_to_encode_frames().unwrap();
        // The session's own thread is one of those that code. A thread names itself when it begins to run.
        assert_eq!(settle(expected, || threads("h264 encoder")), expected, "{asked} threads were asked for");
        session.invalidate();
        assert_eq!(
            settle(0, || threads("h264 encoder") + threads("vitascope-")),
            0,
            "threads end with the session"
        );
    }
}

/// The count once it is the expected one, or after it has had time enough.
fn settle(expected: usize, count: impl Fn() -> usize) -> usize {
    let start = Instant::now();
    while count() != expected && start.elapsed() < Duration::from_secs(5) {
        thread::sleep(Duration::from_millis(1));
    }
    count()
}
