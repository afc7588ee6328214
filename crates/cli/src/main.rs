#![forbid(unsafe_code)]
//! The `vitascope` command: a thin shell over the `vitascope` crate.

mod arguments;
mod codec;
mod compare;
mod convert;
mod encode;
mod encoders;
mod failure;
mod info;
mod input;
mod interrupt;
mod json;
mod logger;
mod manual;
mod output;
mod plot;
mod properties;
mod setting;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use failure::Failure;

fn main() -> ExitCode {
    let arguments = match Arguments::from_command_line() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    logger::install();
    logger::check_environment();
    match run(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Encode(arguments) => encode::run(&arguments),
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Info(arguments) => info::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Encoders(arguments) => encoders::run(&arguments),
        Command::Properties(arguments) => properties::run(&arguments),
        Command::Completions(arguments) => manual::completions(&arguments),
        Command::Man => manual::man_page(),
    }
}
