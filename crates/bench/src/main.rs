//! `vitascope-bench`: measurements that take too long, or depend too much on the machine, to be tests.
#![forbid(unsafe_code)]

mod clip;
mod conferencing;
mod pixels;
mod processor;
mod rates;
mod soak;
mod threads;

use std::path::PathBuf;
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
        /// A program that measures other libraries (called with a workload's name, it prints rows in these columns):
        /// everything is measured in turn, on one and two threads, and joined in one table, losses first
        #[arg(long, value_name = "PROGRAM", conflicts_with = "threads")]
        peers: Option<PathBuf>,
        /// Rounds of measuring in turn, of which the best counts
        #[arg(long, default_value_t = 3, requires = "peers", value_parser = clap::value_parser!(u16).range(1..=100))]
        rounds: u16,
    },
    /// Low latency against x264 (through ffmpeg) and, where built with it, OpenH264: bits, quality, time to code a frame
    Conferencing(conferencing::Options),
    /// How closely bit rates and their limits are kept, over ten seconds of each clip
    Rates(rates::Options),
    /// What several threads are worth against one: time by the clock and of the processor, for each preset
    Threads(threads::Options),
    /// Long sessions (an ordinary one, a conference, one with a decoder's buffer) in which every property that may change does so
    /// at random: memory must stay flat and no rate may drift
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
        Measurement::Pixels { workload, peers: Some(peers), rounds, .. } => {
            pixels::run_joined(workload.as_deref(), &peers, rounds.into())
        }
        Measurement::Pixels { workload, threads, .. } => pixels::run(workload.as_deref(), threads.into()),
        Measurement::Conferencing(options) => conferencing::run(&options),
        Measurement::Rates(options) => rates::run(&options),
        Measurement::Threads(options) => threads::run(&options),
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
