//! `vitascope-bench pixels [WORKLOAD] [--threads N]`: how long conversions take on this machine.
#![forbid(unsafe_code)]

mod pixels;

use std::process::ExitCode;

const USAGE: &str = "usage: vitascope-bench pixels [WORKLOAD] [--threads N]";

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)) {
        Ok((workload, threads)) => match pixels::run(workload.as_deref(), threads) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                eprintln!("vitascope-bench: {message}");
                ExitCode::from(1)
            }
        },
        Err(message) => {
            eprintln!("vitascope-bench: {message}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// The workload asked for, if any, and the number of threads.
fn parse(arguments: impl Iterator<Item = String>) -> Result<(Option<String>, usize), String> {
    let mut arguments = arguments;
    match arguments.next().as_deref() {
        Some("pixels") => {}
        Some(other) => return Err(format!("no measurement named {other}; there is `pixels`")),
        None => return Err("say what to measure".to_owned()),
    }
    let (mut workload, mut threads) = (None, 1);
    while let Some(argument) = arguments.next() {
        if argument == "--threads" {
            let value = arguments.next().ok_or("--threads needs a number")?;
            threads = value
                .parse()
                .ok()
                .filter(|threads| (1..=64).contains(threads))
                .ok_or_else(|| format!("--threads {value}: accepted are 1 to 64"))?;
        } else if argument.starts_with('-') || workload.is_some() {
            return Err(format!("unexpected argument {argument}"));
        } else {
            workload = Some(argument);
        }
    }
    Ok((workload, threads))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn arguments() {
        let parse = |line: &str| parse(line.split_whitespace().map(str::to_owned));
        assert_eq!(parse("pixels"), Ok((None, 1)));
        assert_eq!(parse("pixels copy-nv12 --threads 2"), Ok((Some("copy-nv12".to_owned()), 2)));
        for wrong in ["", "pixel", "pixels --threads", "pixels --threads 0", "pixels a b", "pixels --fast"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
