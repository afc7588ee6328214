//! PNG files as pixel buffers and back, with 8 and 16 bits.

use std::io::{BufRead, Seek, Write};

use vitascope::core::{FourCc, PixelBuffer, Value, attachment, format};

use super::png_color;

/// Longest side that is read; what lies within also fits the memory limit below.
const SIDE_LIMIT: u32 = 16384;
/// Memory for the decoder and for a picture, in bytes.
const MEMORY_LIMIT: usize = 1 << 30;

/// Reads a picture. Alpha is straight; for colour see [`png_color::attach`].
pub(super) fn read(input: impl BufRead + Seek) -> Result<PixelBuffer, String> {
    let mut decoder = png::Decoder::new_with_limits(input, png::Limits { bytes: MEMORY_LIMIT });
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
    let (width, height) = (reader.info().width, reader.info().height);
    if width > SIDE_LIMIT || height > SIDE_LIMIT {
        return Err(format!("{width}x{height} pixels; sides up to {SIDE_LIMIT} are accepted"));
    }
    let size = reader.output_buffer_size().filter(|size| *size <= MEMORY_LIMIT);
    let size =
        size.ok_or_else(|| format!("{width}x{height} pixels; up to {MEMORY_LIMIT} bytes are accepted"))?;
    let mut bytes = vec![0; size];
    let frame = reader.next_frame(&mut bytes).map_err(|error| error.to_string())?;
    let deep = frame.bit_depth == png::BitDepth::Sixteen;
    let (format, samples, gray_alpha) = match (frame.color_type, deep) {
        (png::ColorType::Grayscale, false) => (format::ONE_COMPONENT_8, 1, false),
        (png::ColorType::Grayscale, true) => (format::ONE_COMPONENT_16, 1, false),
        (png::ColorType::GrayscaleAlpha, false) => (format::RGBA32, 2, true),
        (png::ColorType::GrayscaleAlpha, true) => (format::RGBA64_LE, 2, true),
        (png::ColorType::Rgba, false) => (format::RGBA32, 4, false),
        (png::ColorType::Rgba, true) => (format::RGBA64_LE, 4, false),
        (_, false) => (format::RGB24, 3, false),
        (_, true) => (format::RGB48_BE, 3, false),
    };
    let picture =
        PixelBuffer::new(width as usize, height as usize, format).map_err(|error| error.to_string())?;
    let row_bytes = width as usize * samples * if deep { 2 } else { 1 };
    {
        let mut pixels = picture.write().map_err(|error| error.to_string())?;
        for (y, line) in bytes.chunks_exact(frame.line_size).take(height as usize).enumerate() {
            let (line, row) = (&line[..row_bytes], pixels.row_mut(0, y));
            match (gray_alpha, deep) {
                (false, _) => row.copy_from_slice(line),
                (true, false) => {
                    for (pixel, &[gray, alpha]) in
                        row.as_chunks_mut::<4>().0.iter_mut().zip(line.as_chunks().0)
                    {
                        *pixel = [gray, gray, gray, alpha];
                    }
                }
                (true, true) => {
                    for (pixel, &[a, b, c, d]) in
                        row.as_chunks_mut::<8>().0.iter_mut().zip(line.as_chunks().0)
                    {
                        *pixel = [a, b, a, b, a, b, c, d];
                    }
                }
            }
            swap_words(format, row);
        }
    }
    png_color::attach(&picture, reader.info());
    Ok(picture)
}

/// Writes a picture of one of the formats that [`super::format::OutputKind::Png`] holds.
pub(super) fn write(output: impl Write, picture: &PixelBuffer) -> Result<(), String> {
    let (color, deep) = match picture.format() {
        format::RGB24 => (png::ColorType::Rgb, false),
        format::RGBA32 => (png::ColorType::Rgba, false),
        format::ONE_COMPONENT_8 => (png::ColorType::Grayscale, false),
        format::RGB48_BE => (png::ColorType::Rgb, true),
        format::RGBA64_LE => (png::ColorType::Rgba, true),
        format::ONE_COMPONENT_16 => (png::ColorType::Grayscale, true),
        other => return Err(format!("pixel format {other} cannot be written as PNG")),
    };
    let side = |side: usize| u32::try_from(side).map_err(|error| error.to_string());
    let mut info = png::Info::with_size(side(picture.width())?, side(picture.height())?);
    info.color_type = color;
    info.bit_depth = if deep { png::BitDepth::Sixteen } else { png::BitDepth::Eight };
    png_color::describe(picture, &mut info);
    let encoder = png::Encoder::with_info(output, info).map_err(|error| error.to_string())?;
    let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
    if let Some(chunk) = png_color::code_points(picture) {
        writer.write_chunk(png::chunk::ChunkType(*b"cICP"), &chunk).map_err(|error| error.to_string())?;
    }
    let mut bytes = Vec::new();
    {
        let pixels = picture.read().map_err(|error| error.to_string())?;
        for y in 0..picture.height() {
            let start = bytes.len();
            bytes.extend_from_slice(pixels.row(0, y));
            swap_words(picture.format(), &mut bytes[start..]);
        }
    }
    let straight = picture.attachment(attachment::ALPHA_CHANNEL_MODE).map(|(mode, _)| mode);
    if color == png::ColorType::Rgba
        && straight.as_ref().and_then(Value::as_str) != Some(attachment::STRAIGHT_ALPHA)
    {
        log::debug!(
            "PNG holds straight alpha; the picture's colour counts as multiplied and is written as it is"
        );
    }
    writer.write_image_data(&bytes).map_err(|error| error.to_string())?;
    writer.finish().map_err(|error| error.to_string())
}

/// PNG's words are big-endian.
fn swap_words(format: FourCc, row: &mut [u8]) {
    if matches!(format, format::RGBA64_LE | format::ONE_COMPONENT_16) {
        row.as_chunks_mut::<2>().0.iter_mut().for_each(|word| word.reverse());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use vitascope::core::ColorInfo;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for name in [
            format::RGB24,
            format::RGBA32,
            format::ONE_COMPONENT_8,
            format::RGB48_BE,
            format::RGBA64_LE,
            format::ONE_COMPONENT_16,
        ] {
            let picture = PixelBuffer::new(7, 5, name).expect("a known format");
            let mut value = 3u8;
            for y in 0..5 {
                for byte in picture.write().expect("free").row_mut(0, y) {
                    value = value.wrapping_mul(29).wrapping_add(17);
                    *byte = value;
                }
            }
            let color = ColorInfo::from_code_points(9, 16, 2);
            color.write_to(&picture);
            let mut file = Vec::new();
            write(&mut file, &picture).expect("a vector takes all");
            let back = read(Cursor::new(&file)).expect("our own file");
            assert_eq!(back.format(), name);
            for y in 0..5 {
                let (ours, theirs) = (picture.read().expect("free"), back.read().expect("free"));
                assert_eq!(ours.row(0, y), theirs.row(0, y), "{name} row {y}");
            }
            assert_eq!(ColorInfo::from_attachments(&back).code_points().0, 9);
            for length in 0..file.len() {
                assert!(read(Cursor::new(&file[..length])).is_err() || length > file.len() - 13, "{length}");
            }
        }
    }
}
