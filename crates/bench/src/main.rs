//! `vitascope-bench`: measurements that take too long, or depend too much on the machine, to be tests.
#![forbid(unsafe_code)]

mod pixels;
mod soak;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures the engine on this machine.
#[derive(Debug, Parser)]
#[command(name = "vitascope-bench")]
struct Arguments {
    #[command(subcommand)]
    measurement: Measurement,
}

#[derive(Debug, Subcommand)]
enum Measurement {
    /// How long pixel conversions take, in the columns of their peers' measurement
    Pixels {
        /// Only this workload
        workload: Option<String>,
        /// Threads of a conversion
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
        threads: u16,
    },
    /// One long session with properties changed at random: memory must stay flat and the rate must not drift
    Soak {
        /// Frames to encode
        #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1000..))]
        frames: u64,
        /// Which sequence of changes
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().measurement {
        Measurement::Pixels { workload, threads } => pixels::run(workload.as_deref(), threads.into()),
        Measurement::Soak { frames, seed } => soak::run(frames, seed),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("vitascope-bench: {message}");
            ExitCode::from(1)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_argument_table_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}
