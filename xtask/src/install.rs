//! `cargo xtask install --prefix DIR`: the C library where compilers and `pkg-config` find it.

use std::path::{Path, PathBuf};

use crate::Failure;
use crate::run::{cargo, check, root};

/// Names of the one library, each with what its pkg-config file says it is.
const FRAMEWORKS: &[(&str, &str)] = &[
    ("VideoToolbox", "Compression sessions"),
    ("CoreMedia", "Time, format descriptions, sample buffers"),
    ("CoreVideo", "Pixel buffers and pools"),
    ("CoreFoundation", "Reference-counted values and collections"),
];

const LIBRARY: &str = "libvitascope.so";

/// Builds the library and installs it: optimised, unless `--debug` says otherwise.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let (prefix, debug) = match arguments {
        [flag, prefix] if flag == "--prefix" => (prefix, false),
        [flag, prefix, debug] if flag == "--prefix" && debug == "--debug" => (prefix, true),
        _ => return Err("install wants --prefix DIR and perhaps --debug".into()),
    };
    let prefix = std::path::absolute(prefix).map_err(|error| format!("{prefix}: {error}"))?;
    let mut build = cargo(&["build", "--locked", "--package", "vitascope-capi"]);
    if !debug {
        build.arg("--release");
    }
    check(&mut build)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let built = target.join(if debug { "debug" } else { "release" }).join("libvitascope_capi.so");

    copy_folder(&root().join("include"), &prefix.join("include"))?;
    let libraries = prefix.join("lib");
    make_folder(&libraries.join("pkgconfig"))?;
    copy(&built, &libraries.join(LIBRARY))?;
    for (name, description) in FRAMEWORKS {
        link(LIBRARY, &libraries.join(format!("lib{name}.so")))?;
        write(
            &libraries.join("pkgconfig").join(format!("{name}.pc")),
            &pkg_config(&prefix, name, description),
        )?;
    }
    let all = pkg_config(&prefix, "vitascope", "Video compression with the interface of Apple platforms");
    write(&libraries.join("pkgconfig/vitascope.pc"), &all)?;
    eprintln!("installed below {}", prefix.display());
    Ok(())
}

fn pkg_config(prefix: &Path, name: &str, description: &str) -> String {
    format!(
        "prefix={}\nincludedir=${{prefix}}/include\nlibdir=${{prefix}}/lib\n\nName: {name}\nDescription: {description}\n\
         Version: {}\nCflags: -I${{includedir}}\nLibs: -L${{libdir}} -l{name}\n",
        prefix.display(),
        env!("CARGO_PKG_VERSION")
    )
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), Failure> {
    make_folder(to)?;
    let entries = std::fs::read_dir(from).map_err(|error| format!("{}: {error}", from.display()))?;
    for entry in entries {
        let entry = entry.map_err(|error| format!("{}: {error}", from.display()))?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target)?
        } else {
            copy(&entry.path(), &target)?
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    // A program that runs keeps the old file: it is replaced, not overwritten.
    let _ = std::fs::remove_file(to);
    std::fs::copy(from, to)
        .map(drop)
        .map_err(|error| format!("{} to {}: {error}", from.display(), to.display()))
}

fn make_folder(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(unix)]
fn link(target: &str, path: &Path) -> Result<(), Failure> {
    let _ = std::fs::remove_file(path);
    std::os::unix::fs::symlink(target, path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(not(unix))]
fn link(_: &str, path: &Path) -> Result<(), Failure> {
    Err(format!("{}: the C library is for systems with symbolic links", path.display()))
}
