//! Compiling C programs against the headers and the built library, and running them.

#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Names by which programs link against the one library.
const FRAMEWORKS: [&str; 4] = ["VideoToolbox", "CoreMedia", "CoreVideo", "CoreFoundation"];

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace exists")
}

/// The shared library that cargo built along with this test.
pub(crate) fn library() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let folder = test.parent().expect("tests lie in a folder");
    let library = folder.join("libvitascope_capi.so");
    assert!(library.is_file(), "{} was not built", library.display());
    library
}

/// A folder of one test's own, with the library under its names; it goes away with the value.
pub(crate) struct Workshop {
    folder: PathBuf,
}

impl Workshop {
    pub(crate) fn new(name: &str) -> Workshop {
        let folder = std::env::temp_dir().join(format!("vitascope-capi-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        let link = |name: &str| {
            std::os::unix::fs::symlink(library(), folder.join(format!("lib{name}.so")))
                .expect("links can be made");
        };
        link("vitascope");
        FRAMEWORKS.iter().for_each(|name| link(name));
        Workshop { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Compiles a C file, with every warning as an error, and links it against the frameworks.
    pub(crate) fn compile(&self, compiler: &str, source: &Path, flags: &[&str]) -> PathBuf {
        let stem = source.file_stem().unwrap_or_default().to_string_lossy();
        let program = self.folder.join(format!("{stem}-{compiler}"));
        let mut command = Command::new(compiler);
        command
            .args(["-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Wundef", "-Werror", "-pthread"])
            .args(flags)
            .arg("-I")
            .arg(root().join("include"))
            .arg(source)
            .arg("-o")
            .arg(&program)
            .arg("-L")
            .arg(&self.folder);
        FRAMEWORKS.iter().for_each(|name| {
            command.arg(format!("-l{name}"));
        });
        command.arg("-lm");
        if flags.contains(&"-fblocks") {
            command.arg("-lBlocksRuntime");
        }
        success(&mut command);
        program
    }

    /// A command that finds the library.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env("LD_LIBRARY_PATH", &self.folder)
            .env_remove("VITASCOPE_HARDWARE")
            .env("VITASCOPE_LOG", "error");
        command
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        // Left-overs in the temporary folder harm nobody; there is no one to tell.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Runs a command that must succeed.
pub(crate) fn success(command: &mut Command) -> Output {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// The C compilers of this machine: gcc, and clang where it is installed.
pub(crate) fn compilers() -> Vec<&'static str> {
    let found: Vec<_> = ["gcc", "clang"].into_iter().filter(|name| exists(name)).collect();
    assert!(!found.is_empty(), "neither gcc nor clang is installed; cargo xtask test installs them");
    found
}

pub(crate) fn exists(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}
