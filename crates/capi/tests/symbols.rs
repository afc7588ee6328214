//! `docs/c-symbols.tsv` against the built library and against the headers.

mod support;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;

use support::{Workshop, compilers, library, root, success};

struct Row {
    kind: String,
    symbol: String,
    declaration: String,
    value: String,
    status: String,
}

fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(root().join("docs/c-symbols.tsv")).expect("the table is there");
    let row = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        Row {
            kind: fields[2].into(),
            symbol: fields[3].into(),
            declaration: fields[4].into(),
            value: fields[5].into(),
            status: fields[6].into(),
        }
    };
    text.lines().skip(1).map(row).collect()
}

/// Symbols that the library defines, with the letter of their kind.
fn defined() -> BTreeSet<(char, String)> {
    let output = success(Command::new("nm").args(["-D", "--defined-only"]).arg(library()));
    let text = String::from_utf8(output.stdout).expect("symbols are ASCII");
    let symbol = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        Some((fields.get(1)?.chars().next()?, (*fields.get(2)?).to_string()))
    };
    text.lines().filter_map(symbol).collect()
}

#[test]
fn the_library_exports_what_the_table_says_and_nothing_else() {
    let defined = defined();
    let has = |letters: &str, symbol: &str| {
        letters.chars().any(|letter| defined.contains(&(letter, symbol.to_string())))
    };
    let mut wrong = Vec::new();
    let mut listed = BTreeSet::new();
    for row in rows().iter().filter(|row| row.status == "exported") {
        listed.insert(row.symbol.clone());
        let found = match row.kind.as_str() {
            "function" => has("T", &row.symbol),
            // Data at load time: no lazy, weak or common symbol.
            _ => has("DRB", &row.symbol),
        };
        if !found {
            wrong.push(format!("{} is not exported", row.symbol));
        }
    }
    // The mark of constant strings is the compiler's, not the platform's interface.
    listed.insert("__CFConstantStringClassReference".into());
    for (_, symbol) in &defined {
        if !listed.contains(symbol) {
            wrong.push(format!("{symbol} is exported but not in the table"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows().iter().all(|row| !row.status.is_empty() && row.status != "absent: "));
}

/// Constants: every number by static assertion, every string at run time, and every variable with its type.
#[test]
fn constants_have_their_values() {
    let workshop = Workshop::new("constants");
    let mut text = String::from(
        "#include <stdio.h>\n#include <VideoToolbox/VideoToolbox.h>\nint failures;\n\
         static void check(CFStringRef constant, CFStringRef expected, const char *name) {\n\
         if (constant == NULL || !CFEqual(constant, expected)) { fprintf(stderr, \"%s\\n\", name); failures++; }\n}\n",
    );
    let mut calls = String::new();
    let rows = rows();
    let (mut numbers, mut strings) = (0, 0);
    for row in rows.iter().filter(|row| row.status == "exported" || row.status == "header") {
        let number = row.value.split(' ').next().and_then(|number| number.parse::<i64>().ok());
        match (row.kind.as_str(), number) {
            ("constant", Some(number)) if row.status == "header" => {
                numbers += 1;
                let _ = writeln!(text, "_Static_assert((long long){} == {number}LL, \"\");", row.symbol);
            }
            ("data", _) if row.value.starts_with('"') => {
                strings += 1;
                let _ = writeln!(calls, "check({0}, CFSTR({1}), \"{0}\");", row.symbol, row.value);
            }
            ("data", _) => {
                let kind = row.declaration.trim_start_matches("const ");
                let _ = writeln!(text, "extern const {kind} {};", row.symbol);
            }
            _ => {}
        }
    }
    assert!(numbers > 400 && strings > 500, "{numbers} numbers and {strings} strings were found");
    let _ = write!(text, "int main(void) {{\n{calls}return failures != 0;\n}}\n");
    let source = workshop.path("constants.c");
    std::fs::write(&source, text).expect("the temporary folder can be written");
    for compiler in compilers() {
        // Position-independent and not: the second copies the constants into the program.
        for flags in [&["-fPIC"][..], &["-no-pie", "-fno-pie"][..]] {
            let program = workshop.compile(compiler, &source, flags);
            success(&mut workshop.command(&program));
        }
    }
}

fn headers() -> Vec<PathBuf> {
    let mut headers = Vec::new();
    for folder in ["", "CoreFoundation", "CoreMedia", "CoreVideo", "VideoToolbox"] {
        let folder = root().join("include").join(folder);
        for entry in std::fs::read_dir(&folder).expect("the headers are there") {
            let path = entry.expect("the headers are there").path();
            if path.extension().is_some_and(|extension| extension == "h") {
                headers.push(path);
            }
        }
    }
    headers
}

#[test]
fn headers_compile_alone_and_together() {
    let workshop = Workshop::new("headers");
    let mut all = String::new();
    for header in headers() {
        let _ = writeln!(all, "#include \"{}\"", header.display());
    }
    let together = workshop.path("together.h");
    std::fs::write(&together, &all).expect("the temporary folder can be written");
    let mut files = headers();
    files.push(together);
    std::thread::scope(|scope| {
        for compiler in compilers() {
            let (workshop, files) = (&workshop, &files);
            scope.spawn(move || compile_headers(compiler, workshop, files));
        }
    });
}

/// Compiles each file as every language in which headers are used, with every warning as an error.
fn compile_headers(compiler: &str, workshop: &Workshop, files: &[PathBuf]) {
    const WARNINGS: [&str; 6] = ["-Wall", "-Wextra", "-Wundef", "-Wshadow", "-pedantic", "-Werror"];
    let languages =
        [("c", &["c99", "c17"][..]), ("c++", &["c++17"][..]), ("objective-c", &["c99", "gnu17"][..])];
    let source = workshop.path(&format!("source-{compiler}"));
    for file in files {
        let text = format!("#include \"{}\"\nextern int used;\nint used;\n", file.display());
        std::fs::write(&source, text).expect("the temporary folder can be written");
        for (language, standards) in languages {
            for standard in standards {
                let mut command = Command::new(compiler);
                command.args(["-x", language, &format!("-std={standard}"), "-fsyntax-only"]).args(WARNINGS);
                if language != "c++" {
                    command.args(["-Wmissing-prototypes", "-Wstrict-prototypes"]);
                }
                if compiler == "clang" {
                    command.arg("-fblocks");
                }
                success(command.arg("-I").arg(root().join("include")).arg(&source));
            }
        }
    }
}
