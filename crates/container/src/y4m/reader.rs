use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use vitascope_core::{
    AttachmentMode, Dictionary, FieldDetail, FourCc, PixelAspectRatio, PixelBuffer, PixelBufferPool, Time,
    Value, attachment, attribute,
};

use super::header::printable;
use super::{FrameRate, Header, Interlacing, MAX_LINE_BYTES, picture};
use crate::{Error, Result};

/// Bytes of the buffer; planes that are larger are read past it.
const BUFFER_BYTES: usize = 64 << 10;

/// Reads a y4m stream picture by picture.
///
/// It reads forward only, so that any [`Read`] serves, standard input too. Memory is that of the pictures the caller
/// keeps plus one; nothing is allocated for a picture before the header was checked against the limits.
///
/// ```
/// use vitascope_container::y4m::Reader;
///
/// let stream = b"YUV4MPEG2 W2 H2 F25:1 Cmono\nFRAME\n\x10\x20\x30\x40";
/// let mut reader = Reader::new(&stream[..])?;
/// assert_eq!((reader.header().width, reader.header().height), (2, 2));
/// let picture = reader.next_frame()?.expect("there is one picture");
/// assert_eq!(picture.format(), vitascope_core::format::ONE_COMPONENT_8);
/// assert!(reader.next_frame()?.is_none());
/// # Ok::<(), vitascope_container::Error>(())
/// ```
#[derive(Debug)]
pub struct Reader<R: Read> {
    input: BufReader<R>,
    header: Header,
    format: FourCc,
    pool: PixelBufferPool,
    scratch: Vec<u8>,
    /// Pictures read.
    frames: u64,
    /// The end was reached or an error reported.
    finished: bool,
}

/// What every stream begins with.
const SIGNATURE: &[u8] = b"YUV4MPEG2";

impl<R: Read> Reader<R> {
    /// Reads the stream header.
    ///
    /// # Errors
    /// The stream is no y4m, its header is cut off or has a value that is not accepted, or reading fails.
    pub fn new(input: R) -> Result<Self> {
        let mut input = BufReader::with_capacity(BUFFER_BYTES, input);
        let mut line = Vec::new();
        let complete = read_line(&mut input, &mut line, "stream header");
        if complete.as_ref().is_ok_and(|complete| !complete)
            || matches!(complete, Err(Error::Y4mLineTooLong { .. }))
        {
            if !SIGNATURE.starts_with(&line[..line.len().min(SIGNATURE.len())]) {
                return Err(Error::Y4mSignature { found: printable(&line) });
            }
            complete?;
            return Err(Error::Y4mHeaderTruncated { length: line.len() });
        }
        complete?;
        let header = Header::parse(&line)?;
        let format = header.pixel_format()?;
        if header.frame_rate.is_none() {
            log::warn!("the y4m stream gives no frame rate; 25 pictures per second are assumed");
        }
        let attributes = Dictionary::new()
            .with(attribute::PIXEL_FORMAT_TYPE, i64::from(format.0))
            .with(attribute::WIDTH, header.width as i64)
            .with(attribute::HEIGHT, header.height as i64);
        let pool = PixelBufferPool::new(&Dictionary::new(), &attributes)?;
        Ok(Self { input, header, format, pool, scratch: Vec::new(), frames: 0, finished: false })
    }

    /// What the stream header says.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Pixel format of the pictures: 8-bit 4:2:0 is `y420` or `f420`, other chroma sampling is bi-planar (`422v`,
    /// `x420` ...), monochrome is `L008`, `L010` ...
    pub fn format(&self) -> FourCc {
        self.format
    }

    /// Pictures per second; [`FrameRate::ASSUMED`] when the stream does not say.
    pub fn frame_rate(&self) -> FrameRate {
        self.header.frame_rate.unwrap_or(FrameRate::ASSUMED)
    }

    /// When picture `index`, counted from 0, is shown: exactly, in the timescale of the frame rate's numerator.
    pub fn frame_time(&self, index: u64) -> Time {
        let rate = self.frame_rate();
        let index = i64::try_from(index).unwrap_or(i64::MAX);
        Time::new(index.saturating_mul(i64::from(rate.denominator)), rate.numerator)
    }

    /// How long each picture is shown.
    pub fn frame_duration(&self) -> Time {
        let rate = self.frame_rate();
        Time::new(i64::from(rate.denominator), rate.numerator)
    }

    /// Number of pictures read so far, which is the index of the next.
    pub fn frames_read(&self) -> u64 {
        self.frames
    }

    /// The next picture, `None` at the end of the stream.
    ///
    /// It carries what the header says as attachments that propagate: pixel aspect ratio, fields and, for 8-bit
    /// 4:2:0, the chroma location.
    ///
    /// # Errors
    /// The stream is cut off inside a picture, something else than a picture follows, or reading fails. The pictures
    /// before are good; after an error the stream counts as ended.
    pub fn next_frame(&mut self) -> Result<Option<PixelBuffer>> {
        let Some(interlacing) = self.begin_frame()? else { return Ok(None) };
        let expected = self.header.frame_bytes();
        let (frame, mut found) = (self.frames, 0);
        self.finished = true;
        let picture = self.pool.create_pixel_buffer()?;
        picture::read(&self.header, &picture, &mut self.scratch, |bytes| {
            let length = read_full(&mut self.input, bytes)?;
            found += length as u64;
            match length == bytes.len() {
                true => Ok(()),
                false => Err(Error::Y4mFrameTruncated { frame, found, expected }),
            }
        })?;
        self.attach(&picture, interlacing);
        self.frames += 1;
        self.finished = false;
        Ok(Some(picture))
    }

    /// Passes over the next picture without keeping it. `false` at the end of the stream.
    ///
    /// # Errors
    /// As [`Reader::next_frame`].
    pub fn skip_frame(&mut self) -> Result<bool> {
        if self.begin_frame()?.is_none() {
            return Ok(false);
        }
        let expected = self.header.frame_bytes();
        let found =
            io::copy(&mut self.input.by_ref().take(expected), &mut io::sink()).map_err(Error::Read)?;
        if found < expected {
            self.finished = true;
            return Err(Error::Y4mFrameTruncated { frame: self.frames, found, expected });
        }
        self.frames += 1;
        Ok(true)
    }

    /// Reads the line in front of a picture. `None` at the end of the stream.
    fn begin_frame(&mut self) -> Result<Option<Option<Interlacing>>> {
        if self.finished {
            return Ok(None);
        }
        self.finished = true;
        let mut line = Vec::new();
        let ended = read_line(&mut self.input, &mut line, "frame header")?;
        if line.is_empty() && !ended {
            return Ok(None);
        }
        let parameters = match line.strip_prefix(b"FRAME") {
            Some(parameters) if ended && matches!(parameters.first(), None | Some(b' ')) => parameters,
            _ => return Err(Error::Y4mFrameHeader { frame: self.frames, found: printable(&line) }),
        };
        self.finished = false;
        let tags = parameters.split(|&byte| byte == b' ').filter_map(|token| token.split_first());
        let mut own = tags
            .filter(|(letter, _)| **letter == b'I')
            .filter_map(|(_, value)| Interlacing::parse_frame(value));
        Ok(Some(match self.header.interlacing {
            Some(Interlacing::Mixed) => own.next(),
            interlacing => interlacing,
        }))
    }

    fn attach(&self, picture: &PixelBuffer, interlacing: Option<Interlacing>) {
        let set =
            |key: &str, value: Value| picture.set_attachment(key, value, AttachmentMode::ShouldPropagate);
        if let Some(siting) = self.header.color_space.siting {
            set(attachment::CHROMA_LOCATION_TOP_FIELD, siting.string().into());
        }
        if let Some((horizontal_spacing, vertical_spacing)) = self.header.pixel_aspect {
            picture.set_pixel_aspect_ratio(&PixelAspectRatio { horizontal_spacing, vertical_spacing });
        }
        match interlacing {
            Some(Interlacing::Progressive) => set(attachment::FIELD_COUNT, Value::from(1)),
            Some(Interlacing::TopFieldFirst) => {
                set(attachment::FIELD_COUNT, Value::from(2));
                set(attachment::FIELD_DETAIL, FieldDetail::TemporalTopFirst.string().into());
            }
            Some(Interlacing::BottomFieldFirst) => {
                set(attachment::FIELD_COUNT, Value::from(2));
                set(attachment::FIELD_DETAIL, FieldDetail::TemporalBottomFirst.string().into());
            }
            Some(Interlacing::Mixed) | None => {}
        }
    }
}

/// Reads a line without its line feed. `false`: the stream ended before the line feed.
fn read_line<R: Read>(input: &mut BufReader<R>, line: &mut Vec<u8>, what: &'static str) -> Result<bool> {
    let limit = MAX_LINE_BYTES as u64 + 1;
    input.by_ref().take(limit).read_until(b'\n', line).map_err(Error::Read)?;
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(true);
    }
    match line.len() > MAX_LINE_BYTES {
        true => Err(Error::Y4mLineTooLong { line: what, limit: MAX_LINE_BYTES }),
        false => Ok(false),
    }
}

/// Fills `bytes` as far as the stream goes.
fn read_full(input: &mut impl Read, bytes: &mut [u8]) -> Result<usize> {
    let mut length = 0;
    while length < bytes.len() {
        match input.read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::Read(error)),
        }
    }
    Ok(length)
}
