//! The storage of several passes: its rules, and what becomes of it when files break.

mod support;

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use support::passes::{Scratch, at, give_all, pass_session, run_pass};
use vitascope_core::{Dictionary, Time, TimeRange};
use vitascope_session::{Error, MultiPassStorage, MultiPassStorageOptions, key, status};

const KEEP: MultiPassStorageOptions = MultiPassStorageOptions { do_not_delete: true };

fn open(path: &Path) -> Result<Arc<MultiPassStorage>, Error> {
    MultiPassStorage::new(Some(path), TimeRange::INVALID, KEEP)
}

#[track_caller]
fn refused(path: &Path, words: &str) {
    let error = open(path).unwrap_err();
    assert_eq!(error.status(), status::MULTI_PASS_STORAGE_INVALID, "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

/// A storage with two passes of the mock.
fn two_passes(path: &Path) {
    for _ in 0..2 {
        let storage = open(path).unwrap();
        let (session, _) = pass_session(&storage);
        run_pass(&session, 0..5, false);
        session.invalidate();
        storage.close().unwrap();
    }
}

fn records(storage: &MultiPassStorage, pass: u32) -> Vec<(Time, Vec<u8>)> {
    let mut records = Vec::new();
    storage
        .for_each_record(pass, |time, record| {
            records.push((time, record.to_vec()));
            true
        })
        .unwrap();
    records
}

#[test]
fn files_are_deleted_unless_they_were_there_or_shall_stay() {
    let scratch = Scratch::new();
    let temporary = MultiPassStorage::new(None, TimeRange::INVALID, Default::default()).unwrap();
    let place = temporary.path().to_owned();
    assert!(place.exists());
    temporary.close().unwrap();
    assert!(place.exists(), "it goes with the object");
    drop(temporary);
    assert!(!place.exists());

    let kept = MultiPassStorage::new(None, TimeRange::INVALID, KEEP).unwrap();
    let place = kept.path().to_owned();
    drop(kept);
    assert!(place.exists());
    drop(MultiPassStorage::new(Some(&place), TimeRange::INVALID, Default::default()).unwrap());
    assert!(place.exists(), "it was there before");
    fs::remove_file(&place).unwrap();

    let named = scratch.path("named");
    drop(MultiPassStorage::new(Some(&named), TimeRange::INVALID, Default::default()).unwrap());
    assert!(!named.exists());
    // An empty file, as programs make to hold a name, was there before too.
    fs::write(&named, b"").unwrap();
    drop(MultiPassStorage::new(Some(&named), TimeRange::INVALID, Default::default()).unwrap());
    assert!(named.exists());
}

#[test]
fn options_come_from_a_dictionary() {
    let options = |dictionary: &Dictionary| MultiPassStorageOptions::try_from(dictionary);
    assert_eq!(options(&Dictionary::new()).unwrap(), MultiPassStorageOptions::default());
    assert_eq!(options(&Dictionary::new().with("DoNotDelete", true)).unwrap(), KEEP);
    for wrong in [Dictionary::new().with("DoNotDelete", 1), Dictionary::new().with("Delete", true)] {
        assert_eq!(options(&wrong).unwrap_err().status(), status::PARAMETER);
    }
}

#[test]
fn a_closed_storage_refuses_everything() {
    let storage = MultiPassStorage::new(None, TimeRange::INVALID, Default::default()).unwrap();
    let (session, _) = pass_session(&storage);
    storage.close().unwrap();
    let errors = [
        storage.close().unwrap_err(),
        storage.passes().unwrap_err(),
        storage.identifier().unwrap_err(),
        storage.append(at(0), b"x").unwrap_err(),
        storage.for_each_record(1, |_, _| true).unwrap_err(),
        session.begin_pass(false).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.status(), status::MULTI_PASS_STORAGE_INVALID);
        assert!(error.to_string().contains("closed"), "{error}");
    }
}

#[test]
fn a_second_process_goes_on_where_the_first_stopped() {
    let scratch = Scratch::new();
    let path = scratch.path("passes");
    let range = TimeRange::new(at(0), at(5));
    drop(MultiPassStorage::new(Some(&path), range, KEEP).unwrap());
    two_passes(&path);
    let storage = open(&path).unwrap();
    assert_eq!(storage.time_range(), range);
    let passes = storage.passes().unwrap();
    assert_eq!(passes.iter().map(|pass| (pass.number, pass.records)).collect::<Vec<_>>(), [(1, 5), (2, 5)]);
    assert_eq!(passes[0].next_time_ranges, [TimeRange::new(at(0), at(5))]);
    assert!(storage.identifier().unwrap().unwrap().starts_with("org.example.mock 48x32"));
    let second = records(&storage, 2);
    assert_eq!(second.iter().map(|(time, _)| *time).collect::<Vec<_>>(), (0..5).map(at).collect::<Vec<_>>());
    assert!(second.iter().all(|(_, record)| record.starts_with(b"pass 2 ")));
    let error = storage.for_each_record(3, |_, _| true).unwrap_err();
    assert!(error.to_string().contains("2 complete"), "{error}");
    let mut seen = 0;
    storage
        .for_each_record(1, |_, _| {
            seen += 1;
            seen < 3
        })
        .unwrap();
    assert_eq!(seen, 3);
}

#[test]
fn another_stream_is_refused() {
    let scratch = Scratch::new();
    let path = scratch.path("passes");
    two_passes(&path);
    let before = fs::read(&path).unwrap();
    let storage = open(&path).unwrap();
    let (session, _) = pass_session(&storage);
    session.set_property("Mode", "Fancy").unwrap();
    let error = session.begin_pass(false).unwrap_err();
    assert_eq!(error.status(), status::MULTI_PASS_STORAGE_IDENTIFIER_MISMATCH);
    assert!(error.to_string().contains("Fancy"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
    // What may differ from pass to pass may differ.
    session.set_property("Mode", "Plain").unwrap();
    session.set_property(key::QUALITY, 0.75).unwrap();
    session.begin_pass(false).unwrap();
}

#[test]
fn what_is_no_storage_is_left_alone() {
    let scratch = Scratch::new();
    let path = scratch.path("other");
    for other in [&b"a letter"[..], &[b'x'; 5000]] {
        fs::write(&path, other).unwrap();
        refused(&path, "no multi-pass storage");
        assert_eq!(fs::read(&path).unwrap(), other);
    }
    refused(&scratch.path("no/such/folder"), "No such file");
    refused(&std::env::temp_dir(), "directory");
    let used = open(&scratch.path("used")).unwrap();
    refused(used.path(), "in use");
}

#[test]
fn another_version_is_refused() {
    let scratch = Scratch::new();
    let path = scratch.path("passes");
    two_passes(&path);
    flip(&path, 8, 2);
    refused(&path, "version is 3, 1 is accepted");
}

#[test]
fn every_truncation_is_found() {
    let scratch = Scratch::new();
    let path = scratch.path("passes");
    two_passes(&path);
    let whole = fs::read(&path).unwrap();
    for length in (1..whole.len()).step_by(7) {
        fs::write(&path, &whole[..length]).unwrap();
        refused(&path, if length < 144 { "no multi-pass storage" } else { "truncated" });
    }
}

#[test]
fn every_flipped_bit_is_found_or_harmless() {
    let scratch = Scratch::new();
    let path = scratch.path("passes");
    two_passes(&path);
    let whole = fs::read(&path).unwrap();
    let mut refusals = 0;
    for offset in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[offset] ^= 1 << (offset % 8);
        fs::write(&path, &damaged).unwrap();
        match MultiPassStorage::new(Some(&path), TimeRange::INVALID, KEEP) {
            Err(error) => {
                assert_eq!(error.status(), status::MULTI_PASS_STORAGE_INVALID);
                refusals += 1;
            }
            // The words of the last commit are written twice, in turns: the one before counts then.
            Ok(storage) => {
                assert!((68..144).contains(&offset), "byte {offset}");
                assert!(matches!(storage.passes().unwrap().len(), 1 | 2));
            }
        }
    }
    assert!(refusals >= whole.len() - (144 - 68));
}

#[test]
fn lengths_that_lie_set_no_memory_aside() {
    let scratch = Scratch::new();
    let path = scratch.path("passes");
    two_passes(&path);
    let mut file = OpenOptions::new().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(148)).unwrap();
    file.write_all(&u32::MAX.to_le_bytes()).unwrap();
    refused(&path, "damaged at byte 144");
}

#[test]
fn a_full_disk_fails_the_pass_and_not_the_frames() {
    // The limit of a child's file size stands for a full disk: this test runs itself again, under a limit.
    if std::env::var_os("VITASCOPE_TEST_FULL").is_some() {
        let storage = MultiPassStorage::new(None, TimeRange::INVALID, Default::default()).unwrap();
        let (session, outputs) = pass_session(&storage);
        session.begin_pass(false).unwrap();
        give_all(&session, 0..4000);
        let error = session.end_pass(true).unwrap_err();
        assert_eq!(error.status(), status::MULTI_PASS_STORAGE_INVALID, "{error}");
        assert!(error.to_string().contains("cannot be written"), "{error}");
        assert_eq!(outputs.try_iter().filter(|output| matches!(output.sample, Ok(Some(_)))).count(), 4000);
        assert!(storage.passes().unwrap().is_empty());
        return;
    }
    let full = child(
        "VITASCOPE_TEST_FULL",
        "a_full_disk_fails_the_pass_and_not_the_frames",
        "trap '' XFSZ; ulimit -f 100; ",
    );
    assert!(full, "the child failed");
    if cfg!(target_os = "linux") {
        refused(Path::new("/dev/full"), "cannot be written");
    }
}

#[test]
fn a_killed_pass_leaves_the_passes_before() {
    let variable = "VITASCOPE_TEST_KILLED";
    if let Some(path) = std::env::var_os(variable) {
        let storage = open(Path::new(&path)).unwrap();
        let (session, _) = pass_session(&storage);
        session.begin_pass(false).unwrap();
        give_all(&session, 0..4000);
        session.complete_frames(Time::INVALID).unwrap();
        std::process::abort();
    }
    let scratch = Scratch::new();
    let path = scratch.path("passes");
    two_passes(&path);
    let length = fs::metadata(&path).unwrap().len();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_killed_pass_leaves_the_passes_before"])
        .env(variable, &path)
        .output()
        .unwrap();
    assert!(!status.status.success());
    assert!(fs::metadata(&path).unwrap().len() > length, "something was written");
    let storage = open(&path).unwrap();
    assert_eq!(storage.passes().unwrap().len(), 2);
    assert_eq!(records(&storage, 2).len(), 5);
    let (session, _) = pass_session(&storage);
    run_pass(&session, 0..5, false);
    assert_eq!(storage.passes().unwrap().len(), 3);
}

fn child(variable: &str, test: &str, before: &str) -> bool {
    let command = format!("{before}exec \"$0\" --exact {test}");
    let program = std::env::current_exe().unwrap();
    let output =
        Command::new("bash").args(["-c", &command]).arg(program).env(variable, "1").output().unwrap();
    if !output.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&output.stdout));
    }
    output.status.success()
}

fn flip(path: &Path, offset: usize, bits: u8) {
    let mut bytes = fs::read(path).unwrap();
    bytes[offset] ^= bits;
    fs::write(path, bytes).unwrap();
}
