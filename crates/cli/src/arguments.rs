//! The command line, as it was written.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use vitascope::container::y4m::FrameRate;
use vitascope::core::FourCc;

/// Exit codes and environment, at the end of the help and of the man page.
const AFTER: &str = "\
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. A partial output is removed; a file appears under its name \
only when it is complete.

Environment: VITASCOPE_LOG=off|error|warn|info|debug|trace sets how much the engine says on standard error (usual: warn); \
VITASCOPE_CPU=scalar|avx2|avx512 lowers the instruction set; VITASCOPE_HARDWARE=assume lets software pass as hardware.";

/// Encodes, converts, inspects and compares video.
#[derive(Debug, Parser)]
#[command(name = "vitascope", version, after_help = AFTER, after_long_help = AFTER)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Encode(Encode),
    Convert(Convert),
    Info(Info),
    Compare(Compare),
    Encoders(Encoders),
    Properties(Properties),
    Completions(Completions),
    /// Print the man page, in the format of man(1)
    Man,
}

/// Encode a video
///
/// On a terminal a progress bar shows frame, speed, bit rate and time left; otherwise one line sums up at the end.
#[derive(Debug, Args)]
pub(crate) struct Encode {
    /// A .y4m file, or - for y4m on standard input
    pub(crate) input: PathBuf,
    /// Where to write: .mp4, .mov, .264 or .h264 by ending, or - for an Annex B stream on standard output
    #[arg(short, long)]
    pub(crate) output: PathBuf,
    /// Codec: a name or four-character code that `vitascope encoders` lists
    #[arg(long, value_name = "NAME", default_value = "h264")]
    pub(crate) codec: String,
    /// Set the properties of a preset first: HighSpeed, Balanced, HighQuality, ConsistentQuality or VideoConferencing
    #[arg(long, value_name = "NAME")]
    pub(crate) preset: Option<String>,
    /// Code for a conversation: each frame leaves before the next comes, in order, with sizes kept even, and after the first frame
    /// key frames stand only where they are asked for
    #[arg(long, conflicts_with = "passes")]
    pub(crate) low_latency: bool,
    /// Set a property of the session, for example AverageBitRate=2000000 or ProfileLevel=H264_High_AutoLevel; may be given
    /// several times. `vitascope properties` lists them
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<String>,
    /// Most passes over the input, which must be a file. With AverageBitRate, the second pass distributes the bits that the
    /// first has measured; a third and later one is run only when the rate was missed, over the scenes in question
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = |text: &str| whole(text, 1_u32..=9))]
    pub(crate) passes: u32,
    /// Threads of the encoder, 0 for as many as the machine has; the output does not depend on it
    #[arg(long, value_name = "N", value_parser = |text: &str| whole(text, 0_u32..=256))]
    pub(crate) threads: Option<u32>,
    /// Stop after this many frames
    #[arg(long, value_name = "N", value_parser = |text: &str| whole(text, 1..=u64::MAX))]
    pub(crate) frames: Option<u64>,
    /// Frames, counted from 0, that must be key frames, separated by commas
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = |text: &str| whole(text, 0..=u64::MAX))]
    pub(crate) force_key_frames: Vec<u64>,
    /// Write the MD5 of every reconstructed frame to this file, in the layout of `ffmpeg -f framemd5`
    #[arg(long, value_name = "FILE")]
    pub(crate) hashes: Option<PathBuf>,
    /// Draw bits, quantiser and quality of every frame over time into this file, .png or .svg by ending
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
    /// Print the summary as JSON, on standard error when standard output carries the stream
    #[arg(long)]
    pub(crate) json: bool,
    /// Add one entry for each frame, in decode order, to the JSON summary: times, bytes, key, type (B: shown before a frame
    /// that is coded earlier), mean quantiser and PSNR of luma
    #[arg(long, requires = "json")]
    pub(crate) per_frame: bool,
    /// No progress bar and no summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Convert pictures: size, pixel format, colour, orientation
///
/// Colour stays as it is, but for the matrix between RGB and Y'CbCr, unless a Destination property asks for another. On a
/// terminal frame and speed are shown; otherwise one line sums up at the end.
#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// A .y4m, .png or .raw file, numbered PNG files as in frame%04d.png (from 0 or 1), or - for standard input, which is y4m
    /// unless --input-size and --input-format say that it is raw
    pub(crate) input: PathBuf,
    /// Where to write: .y4m, .png or .raw by ending, numbered PNG files as in frame%04d.png (from 1), or - for y4m on standard
    /// output
    #[arg(short, long)]
    pub(crate) output: PathBuf,
    /// Size of the output after any turn; usual: the input's
    #[arg(long, value_name = "WxH")]
    pub(crate) size: Option<Size>,
    /// Pixel format of the output, for example 420v, x420, BGRA or 24; usual: the input's, or the nearest that the output holds
    #[arg(long, value_name = "FOURCC")]
    pub(crate) format: Option<FourCc>,
    /// Turn clockwise by so many degrees
    #[arg(long, value_name = "DEGREES", default_value_t = 0, value_parser = turn)]
    pub(crate) rotate: u32,
    /// Mirror after the turn: h swaps left and right, v top and bottom, hv both
    #[arg(long, value_name = "AXES")]
    pub(crate) flip: Option<Flip>,
    /// Set a property of the pixel transfer session, for example ScalingMode=Letterbox; may be given several times.
    /// `vitascope properties --session transfer` lists them
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<String>,
    /// Size of raw input
    #[arg(long, value_name = "WxH", requires = "input_format")]
    pub(crate) input_size: Option<Size>,
    /// Pixel format of raw input: planes one after the other, rows without padding
    #[arg(long, value_name = "FOURCC", requires = "input_size")]
    pub(crate) input_format: Option<FourCc>,
    /// Colours of the input where it does not say them or says them wrongly: PRIMARIES,TRANSFER,MATRIX as in
    /// ITU_R_2020,SMPTE_ST_2084_PQ,ITU_R_2020, each of which may be empty
    #[arg(long, value_name = "COLOR")]
    pub(crate) input_color: Option<String>,
    /// Pictures per second of the input where it does not say them, as PNG and raw do not, or says them wrongly: 25 or
    /// 30000/1001
    #[arg(long, value_name = "RATE")]
    pub(crate) input_frame_rate: Option<Rate>,
    /// Stop after this many frames
    #[arg(long, value_name = "N", value_parser = |text: &str| whole(text, 1..=u64::MAX))]
    pub(crate) frames: Option<u64>,
    /// Print the summary as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress and no summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Width and height in pixels, written `640x360`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Size(pub(crate) (usize, usize));

impl std::str::FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Size, String> {
        let side = |side: &str| side.parse().ok().filter(|side| (1..=16384).contains(side));
        let sides = text.split_once('x').and_then(|(width, height)| Some((side(width)?, side(height)?)));
        sides.map(Size).ok_or_else(|| "WIDTHxHEIGHT, each 1 to 16384, is accepted".into())
    }
}

/// Pictures per second, a whole number or a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate(pub(crate) FrameRate);

impl std::str::FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Rate, String> {
        let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
        let term = |text: &str| text.parse().ok().filter(|term| *term > 0);
        match (term(numerator), term(denominator)) {
            (Some(numerator), Some(denominator)) => Ok(Rate(FrameRate { numerator, denominator })),
            _ => Err("a whole number such as 25 or a fraction such as 30000/1001 is accepted".into()),
        }
    }
}

/// Axes of a mirroring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Flip {
    /// Left and right
    H,
    /// Top and bottom
    V,
    /// Both
    Hv,
}

/// A whole number of the range, or what is accepted.
fn whole<N>(text: &str, range: std::ops::RangeInclusive<N>) -> Result<N, String>
where
    N: std::str::FromStr + PartialOrd + std::fmt::Display,
{
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("a whole number from {} to {} is accepted", range.start(), range.end()))
}

fn turn(text: &str) -> Result<u32, String> {
    let degrees = text.parse().ok().filter(|degrees| [0, 90, 180, 270].contains(degrees));
    degrees.ok_or_else(|| "0, 90, 180 or 270 is accepted".into())
}

/// Say what a file holds
#[derive(Debug, Args)]
pub(crate) struct Info {
    /// A .y4m, .mp4, .mov or .264 file
    pub(crate) file: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Measure how far a video is from its reference
///
/// PSNR comes from the mean squared error; the average over frames is that of the errors, not of the decibels. SSIM is the
/// mean over windows of 8x8 samples, 4 apart, as video encoders and ffmpeg measure it; a plane smaller than a window is one window.
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The original, a .y4m file or - for standard input
    pub(crate) reference: PathBuf,
    /// What became of it, a .y4m file or - for standard input
    pub(crate) test: PathBuf,
    /// Print JSON, with one entry for each frame
    #[arg(long)]
    pub(crate) json: bool,
    /// Print one line for each frame before the averages
    #[arg(long, conflicts_with = "json")]
    pub(crate) per_frame: bool,
}

/// List the encoders
#[derive(Debug, Args)]
pub(crate) struct Encoders {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// List the properties that --set takes
#[derive(Debug, Args)]
pub(crate) struct Properties {
    /// Codec: a name or four-character code that `vitascope encoders` lists
    #[arg(long, value_name = "NAME", default_value = "h264")]
    pub(crate) codec: String,
    /// Whose properties: those of encode, of convert, or of a pixel rotation session
    #[arg(long, value_name = "KIND", default_value = "compression", conflicts_with = "markdown")]
    pub(crate) session: SessionKind,
    /// Those that encode has with --low-latency, and their defaults there
    #[arg(long, conflicts_with_all = ["session", "markdown"])]
    pub(crate) low_latency: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Print a page in Markdown
    #[arg(long, conflicts_with = "json")]
    pub(crate) markdown: bool,
}

/// Kinds of session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SessionKind {
    /// Compression, with the codec's own
    Compression,
    /// Pixel transfer
    Transfer,
    /// Pixel rotation
    Rotation,
}

/// Print a completion script for a shell
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// Which shell
    pub(crate) shell: clap_complete::Shell,
}

impl Arguments {
    /// Reads the command line; help, version and mistakes are printed here and end the program with the given code.
    pub(crate) fn from_command_line() -> Result<Self, ExitCode> {
        Arguments::try_parse().map_err(|error| {
            // Nobody is left to tell when standard output or error is closed.
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn sizes_are_two_sides() {
        assert_eq!("640x360".parse(), Ok(Size((640, 360))));
        for text in ["", "640", "640x", "x360", "0x1", "1x16385", "-1x5", "1x1x1", "1 x 1"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_argument_table_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_argument_is_documented() {
        for command in Arguments::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
        }
    }
}
