use std::fmt::Write as _;

use vitascope_core::attachment::{self, FieldDetail};
use vitascope_core::{ChromaLocation, FourCc, PixelBuffer, Time};

use super::color_space::{self, ChromaSampling, ColorSpace};
use crate::{Error, Result};

/// Longest accepted header line in bytes, of the stream and of a frame.
pub const MAX_LINE_BYTES: usize = 4096;

/// Largest accepted width and height in pixels.
pub const MAX_SIDE: usize = 16384;

/// Largest accepted picture in bytes of the stream (1 GiB).
pub const MAX_FRAME_BYTES: u64 = 1 << 30;

/// What the header line of a y4m stream says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Width in pixels, 1 to [`MAX_SIDE`].
    pub width: usize,
    /// Height in pixels, 1 to [`MAX_SIDE`].
    pub height: usize,
    /// Pictures per second; `None` when the stream does not say or says `0:0`.
    pub frame_rate: Option<FrameRate>,
    /// Interlacing; `None` when the stream does not say or says `?`.
    pub interlacing: Option<Interlacing>,
    /// Width to height of a pixel; `None` when the stream does not say or says `0:0`.
    pub pixel_aspect: Option<(u32, u32)>,
    /// Chroma sampling, depth and siting.
    pub color_space: ColorSpace,
    /// `true`: full range, `false`: video range, `None`: the stream does not say, which readers take as video range.
    pub full_range: Option<bool>,
}

/// Pictures per second, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameRate {
    /// Numerator, 1 to 2147483647. It is the timescale of the pictures' times.
    pub numerator: i32,
    /// Denominator, 1 to 2147483647. It is the duration of a picture in the timescale.
    pub denominator: i32,
}

/// How the lines of a picture belong to fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interlacing {
    /// One field: the whole picture.
    Progressive,
    /// Two fields, the upper line first in time.
    TopFieldFirst,
    /// Two fields, the lower line first in time.
    BottomFieldFirst,
    /// Each frame says for itself.
    Mixed,
}

impl Header {
    /// Reads a header line without its line feed.
    ///
    /// Tags may stand in any order; the last one of a kind counts. A `C` tag outweighs the older `XYSCSS`. Comments
    /// and unknown `X` tags are skipped, as the format asks.
    ///
    /// # Errors
    /// A line that is not a y4m header, a missing `W` or `H`, a value that is out of range or a colour space that has
    /// no pixel format.
    pub fn parse(line: &[u8]) -> Result<Self> {
        let Some(tags) = line.strip_prefix(b"YUV4MPEG2") else {
            return Err(Error::Y4mSignature { found: printable(line) });
        };
        if tags.first().is_some_and(|&byte| byte != b' ') {
            return Err(Error::Y4mSignature { found: printable(line) });
        }
        let (mut width, mut height, mut color_space, mut legacy_color_space) = (None, None, None, None);
        let (mut frame_rate, mut interlacing, mut pixel_aspect, mut full_range) = (None, None, None, None);
        for token in tags.split(|&byte| byte == b' ').filter(|token| !token.is_empty()) {
            let value = &token[1..];
            match token[0] {
                b'W' => width = Some(side("W", value)?),
                b'H' => height = Some(side("H", value)?),
                b'F' => frame_rate = FrameRate::parse(value)?,
                b'A' => pixel_aspect = parse_aspect(value)?,
                b'I' => interlacing = Interlacing::parse(value)?,
                b'C' => color_space = Some(parse_color_space("C", value)?),
                b'X' => {
                    if let Some(value) = value.strip_prefix(b"YSCSS=") {
                        legacy_color_space = Some(value);
                    } else if let Some(value) = value.strip_prefix(b"COLORRANGE=") {
                        full_range = Some(parse_range(value)?);
                    }
                }
                // Letters to come are skipped, as the format asks of readers.
                _ => {}
            }
        }
        let color_space = match (color_space, legacy_color_space) {
            (Some(color_space), _) => color_space,
            (None, Some(value)) => parse_color_space("XYSCSS", value)?,
            (None, None) => ColorSpace::DEFAULT,
        };
        let header = Header {
            width: width.ok_or(Error::Y4mTagMissing { tag: "W" })?,
            height: height.ok_or(Error::Y4mTagMissing { tag: "H" })?,
            frame_rate,
            interlacing,
            pixel_aspect,
            color_space,
            full_range,
        };
        header.check()?;
        Ok(header)
    }

    /// The header of a stream of pictures like this one: size and format, and what its attachments say.
    ///
    /// # Errors
    /// The pixel format has no y4m colour space, or the size is out of range.
    pub fn of_picture(picture: &PixelBuffer, frame_rate: Option<FrameRate>) -> Result<Self> {
        let format = picture.format();
        let (mut color_space, full_range) =
            ColorSpace::of_pixel_format(format).ok_or(Error::Y4mPixelFormat(format))?;
        let string =
            |key: &str| picture.attachment(key).and_then(|(value, _)| value.as_str().map(str::to_owned));
        if color_space.sampling == ChromaSampling::Yuv420 && color_space.bits == 8 {
            let location = string(attachment::CHROMA_LOCATION_TOP_FIELD);
            color_space.siting = location.as_deref().and_then(ChromaLocation::from_string);
        }
        let fields = picture.attachment(attachment::FIELD_COUNT).and_then(|(value, _)| value.as_i64());
        let interlacing =
            match (fields, string(attachment::FIELD_DETAIL).as_deref().and_then(FieldDetail::from_string)) {
                (Some(2), Some(FieldDetail::TemporalTopFirst)) => Some(Interlacing::TopFieldFirst),
                (Some(2), Some(FieldDetail::TemporalBottomFirst)) => Some(Interlacing::BottomFieldFirst),
                (Some(1), _) => Some(Interlacing::Progressive),
                _ => None,
            };
        let ratio = picture.pixel_aspect_ratio();
        let header = Self {
            width: picture.width(),
            height: picture.height(),
            frame_rate,
            interlacing,
            pixel_aspect: ratio.map(|ratio| (ratio.horizontal_spacing, ratio.vertical_spacing)),
            color_space,
            full_range,
        };
        header.check()?;
        Ok(header)
    }

    /// The header line, with its line feed.
    pub fn line(&self) -> String {
        let mut line = format!("YUV4MPEG2 W{} H{}", self.width, self.height);
        let mut tag =
            |text: std::fmt::Arguments<'_>| line.write_fmt(text).expect("writing to a string cannot fail");
        if let Some(FrameRate { numerator, denominator }) = self.frame_rate {
            tag(format_args!(" F{numerator}:{denominator}"));
        }
        if let Some(interlacing) = self.interlacing {
            tag(format_args!(" I{}", interlacing.letter()));
        }
        if let Some((horizontal, vertical)) = self.pixel_aspect {
            tag(format_args!(" A{horizontal}:{vertical}"));
        }
        if let Some(name) = self.color_space.name() {
            tag(format_args!(" C{name}"));
        }
        if let Some(full) = self.full_range {
            tag(format_args!(" XCOLORRANGE={}", if full { "FULL" } else { "LIMITED" }));
        }
        line.push('\n');
        line
    }

    /// Bytes of one picture in the stream, without its header line.
    pub fn frame_bytes(&self) -> u64 {
        self.color_space.frame_bytes(self.width, self.height)
    }

    /// The pixel format of the pictures read from this stream.
    ///
    /// # Errors
    /// The colour space has no pixel format in this range.
    pub fn pixel_format(&self) -> Result<FourCc> {
        let full = self.full_range.unwrap_or(false);
        self.color_space.pixel_format(full).ok_or_else(|| Error::Y4mTag {
            tag: "C",
            value: self.color_space.name().unwrap_or("unnamed").to_owned(),
            accepted: "above 10 bits only with XCOLORRANGE=LIMITED, and not 4:2:0",
        })
    }

    /// Checks sides, size and colour space against the limits.
    pub(super) fn check(&self) -> Result<()> {
        for (tag, side) in [("W", self.width), ("H", self.height)] {
            if side == 0 || side > MAX_SIDE {
                return Err(Error::Y4mTag { tag, value: side.to_string(), accepted: SIDES });
            }
        }
        let bytes = self.frame_bytes();
        if bytes > MAX_FRAME_BYTES {
            let (width, height) = (self.width, self.height);
            return Err(Error::Y4mFrameTooLarge { width, height, bytes, limit: MAX_FRAME_BYTES });
        }
        self.pixel_format().map(|_| ())
    }
}

impl FrameRate {
    /// Taken when a stream does not give its frame rate: 25 pictures per second.
    pub const ASSUMED: Self = Self { numerator: 25, denominator: 1 };

    /// Pictures per second.
    pub fn frames_per_second(&self) -> f64 {
        f64::from(self.numerator) / f64::from(self.denominator)
    }

    /// The rate of pictures that last `duration`, `None` when it is not a number above zero.
    pub fn of_duration(duration: Time) -> Option<Self> {
        let denominator = i32::try_from(duration.value).ok().filter(|&value| value > 0)?;
        (duration.is_numeric() && duration.timescale > 0)
            .then_some(Self { numerator: duration.timescale, denominator })
    }

    /// Reads `30000:1001`, or `0:0` for unknown.
    fn parse(value: &[u8]) -> Result<Option<Self>> {
        let error = || Error::Y4mTag {
            tag: "F",
            value: printable(value),
            accepted: "accepted: numerator:denominator, each 1 to 2147483647, or 0:0 for unknown",
        };
        let (mut numerator, mut denominator) = ratio(value).ok_or_else(error)?;
        if (numerator, denominator) == (0, 0) {
            return Ok(None);
        }
        if numerator == 0 || denominator == 0 {
            return Err(error());
        }
        if numerator > i32::MAX as u32 || denominator > i32::MAX as u32 {
            let divisor = greatest_common_divisor(numerator, denominator);
            (numerator, denominator) = (numerator / divisor, denominator / divisor);
        }
        match (i32::try_from(numerator), i32::try_from(denominator)) {
            (Ok(numerator), Ok(denominator)) => Ok(Some(Self { numerator, denominator })),
            _ => Err(error()),
        }
    }
}

impl Interlacing {
    /// Reads the value of an `I` tag.
    fn parse(value: &[u8]) -> Result<Option<Self>> {
        Ok(Some(match value {
            b"?" => return Ok(None),
            b"p" => Self::Progressive,
            b"t" => Self::TopFieldFirst,
            b"b" => Self::BottomFieldFirst,
            b"m" => Self::Mixed,
            _ => {
                let accepted = "accepted: p t b m ?";
                return Err(Error::Y4mTag { tag: "I", value: printable(value), accepted });
            }
        }))
    }

    /// Reads the `I` tag of a frame: presentation, temporal sampling and chroma sampling, one letter each. Only the
    /// first says how the lines belong to fields.
    pub(super) fn parse_frame(value: &[u8]) -> Option<Self> {
        match value.first()? {
            b't' | b'T' => Some(Self::TopFieldFirst),
            b'b' | b'B' => Some(Self::BottomFieldFirst),
            b'1' | b'2' | b'3' => Some(Self::Progressive),
            _ => None,
        }
    }

    fn letter(self) -> char {
        match self {
            Self::Progressive => 'p',
            Self::TopFieldFirst => 't',
            Self::BottomFieldFirst => 'b',
            Self::Mixed => 'm',
        }
    }
}

const SIDES: &str = "accepted: 1 to 16384";

fn side(tag: &'static str, value: &[u8]) -> Result<usize> {
    number(value)
        .map(|side| side as usize)
        .filter(|side| (1..=MAX_SIDE).contains(side))
        .ok_or_else(|| Error::Y4mTag { tag, value: printable(value), accepted: SIDES })
}

fn parse_aspect(value: &[u8]) -> Result<Option<(u32, u32)>> {
    match ratio(value) {
        Some((0, 0)) => Ok(None),
        Some((horizontal, vertical)) if horizontal > 0 && vertical > 0 => Ok(Some((horizontal, vertical))),
        _ => Err(Error::Y4mTag {
            tag: "A",
            value: printable(value),
            accepted: "accepted: horizontal:vertical, each 1 to 4294967295, or 0:0 for unknown",
        }),
    }
}

fn parse_color_space(tag: &'static str, value: &[u8]) -> Result<ColorSpace> {
    std::str::from_utf8(value).ok().and_then(ColorSpace::from_name).ok_or_else(|| Error::Y4mTag {
        tag,
        value: printable(value),
        accepted: color_space::ACCEPTED,
    })
}

fn parse_range(value: &[u8]) -> Result<bool> {
    match value {
        b"FULL" => Ok(true),
        b"LIMITED" => Ok(false),
        _ => Err(Error::Y4mTag {
            tag: "XCOLORRANGE",
            value: printable(value),
            accepted: "accepted: FULL LIMITED",
        }),
    }
}

fn ratio(value: &[u8]) -> Option<(u32, u32)> {
    let colon = value.iter().position(|&byte| byte == b':')?;
    Some((number(&value[..colon])?, number(&value[colon + 1..])?))
}

/// A decimal number of nothing but digits.
fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn greatest_common_divisor(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The start of some bytes as text for a message.
pub(super) fn printable(bytes: &[u8]) -> String {
    const SHOWN: usize = 40;
    let mut text = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]).into_owned();
    if bytes.len() > SHOWN {
        text.push_str("...");
    }
    text
}
