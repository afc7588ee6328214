//! Context-adaptive variable-length codes of transform coefficient levels (ITU-T H.264 9.2), and the mapping of
//! `coded_block_pattern` (9.1.2).
//!
//! Blocks are given as levels in scan order: 16 for 4x4 blocks and Intra16x16 DC, 15 for AC blocks, 4 or 8 for
//! chroma DC; an 8x8 block is four blocks of every fourth level (7.3.5.3.2). `nc` is the standard's nC: -1 for
//! 4:2:0 chroma DC, -2 for 4:2:2 chroma DC, else the expected number of levels, 0..=16.

use vitascope_bits::{BitReader, BitWriter};

use super::cavlc_tables::{COEFF_TOKEN, Code, RUN_BEFORE, TOTAL_ZEROS, TOTAL_ZEROS_2X2, TOTAL_ZEROS_2X4};
use super::error::{Error, Result};

pub use super::cavlc_tables::{
    INTER_CBP, INTER_CBP_CODE, INTER_CBP_LUMA, INTER_CBP_LUMA_CODE, INTRA_CBP, INTRA_CBP_CODE,
    INTRA_CBP_LUMA, INTRA_CBP_LUMA_CODE,
};

/// Largest magnitude of a level that every context can code with `level_prefix` up to 15, the limit of the
/// Baseline, Constrained Baseline, Main and Extended profiles (9.2.2.1). High profiles go beyond.
pub const LEVEL_LIMIT: i16 = 2063;

/// Writes one block of levels, `residual_block_cavlc` (7.3.5.3.2), and returns TotalCoeff.
///
/// `max_num_coeff` is the block's number of levels (4, 8, 15 or 16), the length of `levels` at most that.
#[inline]
pub fn write_residual_block(writer: &mut BitWriter, levels: &[i16], nc: i32, max_num_coeff: usize) -> u8 {
    code_block(writer, levels, nc, max_num_coeff)
}

/// Number of bits that [`write_residual_block`] would write.
#[inline]
pub fn residual_block_bits(levels: &[i16], nc: i32, max_num_coeff: usize) -> u32 {
    let mut counter = Counter(0);
    code_block(&mut counter, levels, nc, max_num_coeff);
    counter.0
}

/// Where code words go.
trait Sink {
    fn put(&mut self, value: u32, bits: u32);
}

impl Sink for BitWriter {
    #[inline(always)]
    fn put(&mut self, value: u32, bits: u32) {
        BitWriter::put(self, value, bits);
    }
}

struct Counter(u32);

impl Sink for Counter {
    #[inline(always)]
    fn put(&mut self, _value: u32, bits: u32) {
        self.0 += bits;
    }
}

#[inline(always)]
fn put_code<S: Sink>(sink: &mut S, (length, value): Code) {
    debug_assert!(length > 0);
    sink.put(u32::from(value), u32::from(length));
}

/// Row of `COEFF_TOKEN` for nC.
#[inline(always)]
fn token_class(nc: i32) -> usize {
    const CLASSES: [u8; 19] = [5, 4, 0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3];
    debug_assert!((-2..=16).contains(&nc), "nC is {nc}");
    usize::from(CLASSES[(nc + 2).clamp(0, 18) as usize])
}

#[inline(always)]
fn code_block<S: Sink>(sink: &mut S, block: &[i16], nc: i32, max_num_coeff: usize) -> u8 {
    debug_assert!(block.len() <= max_num_coeff && max_num_coeff <= 16);
    let tokens = &COEFF_TOKEN[token_class(nc)];
    let mut mask =
        block.iter().take(16).enumerate().fold(0u32, |mask, (i, &level)| mask | u32::from(level != 0) << i);
    if mask == 0 {
        put_code(sink, tokens[0][0]);
        return 0;
    }
    let total = mask.count_ones() as usize;
    // Levels and the zeros before each, from the highest frequency down.
    let mut levels = [0i16; 16];
    let mut runs = [0u8; 16];
    let last = mask.ilog2() as usize;
    let mut position = last;
    for i in 0..total {
        levels[i & 15] = block[position];
        mask ^= 1 << position;
        // The zeros below the lowest level are not coded.
        let below = mask.checked_ilog2().map_or(position, |b| b as usize);
        runs[i & 15] = position.wrapping_sub(below + 1) as u8;
        position = below;
    }
    let ones = levels[..total.min(3)].iter().take_while(|l| l.unsigned_abs() == 1).count();
    put_code(sink, tokens[total][ones]);
    if ones > 0 {
        let signs = levels[..ones].iter().fold(0, |signs, &level| signs << 1 | u32::from(level < 0));
        sink.put(signs, ones as u32);
    }
    code_levels(sink, &levels[ones..total], ones, total);
    if total < max_num_coeff {
        let zeros = last + 1 - total;
        put_code(
            sink,
            match max_num_coeff {
                4 => TOTAL_ZEROS_2X2[total - 1][zeros],
                8 => TOTAL_ZEROS_2X4[total - 1][zeros],
                _ => TOTAL_ZEROS[total - 1][zeros],
            },
        );
        let mut zeros_left = zeros;
        for &run in &runs[..total - 1] {
            if zeros_left == 0 {
                break;
            }
            put_code(sink, RUN_BEFORE[zeros_left.min(7) - 1][usize::from(run)]);
            zeros_left -= usize::from(run);
        }
    }
    total as u8
}

/// Levels after the trailing ones (9.2.2).
#[inline(always)]
fn code_levels<S: Sink>(sink: &mut S, levels: &[i16], ones: usize, total: usize) {
    let mut suffix_length = u32::from(total > 10 && ones < 3);
    // After fewer than three trailing ones the next level is none: its magnitude is above 1.
    let mut known = if ones < 3 { 2 } else { 0 };
    for &level in levels {
        let magnitude = u32::from(level.unsigned_abs());
        let level_code = 2 * magnitude - 2 + u32::from(level < 0) - std::mem::take(&mut known);
        let escape = match suffix_length {
            0 if level_code < 14 => {
                sink.put(1, level_code + 1);
                None
            }
            0 if level_code < 30 => {
                sink.put(1 << 4 | (level_code - 14), 14 + 1 + 4);
                None
            }
            0 => Some(level_code - 30),
            _ if level_code < 15 << suffix_length => {
                let suffix = level_code & ((1 << suffix_length) - 1);
                sink.put(1 << suffix_length | suffix, (level_code >> suffix_length) + 1 + suffix_length);
                None
            }
            _ => Some(level_code - (15 << suffix_length)),
        };
        if let Some(rest) = escape {
            // level_prefix 15 has a suffix of 12 bits; each further one doubles the reach (9.2.2.1).
            let suffix_size = (rest + 4096).ilog2();
            sink.put(1, suffix_size + 3 + 1);
            sink.put(rest + 4096 - (1 << suffix_size), suffix_size);
        }
        suffix_length = suffix_length.max(1);
        if magnitude > 3 << (suffix_length - 1) && suffix_length < 6 {
            suffix_length += 1;
        }
    }
}

/// Reads one block of levels into `levels` (all of it is written, zeros included) and returns TotalCoeff.
/// The block's number of levels, `maxNumCoeff`, is `levels.len()`: 4, 8, 15 or 16.
///
/// # Errors
/// When the data ends, holds no code word, or states more levels or zeros than the block has room for.
pub fn read_residual_block(reader: &mut BitReader<'_>, nc: i32, levels: &mut [i16]) -> Result<u8> {
    let max_num_coeff = levels.len();
    debug_assert!(matches!(max_num_coeff, 4 | 8 | 15 | 16));
    levels.fill(0);
    let tokens = COEFF_TOKEN[token_class(nc)].as_flattened();
    let token = read_code(reader, "coeff_token", tokens)?;
    let (total, ones) = (token / 4, token % 4);
    if total > max_num_coeff {
        return Err(Error::range("TotalCoeff", total as i64, format_args!("0..={max_num_coeff}")));
    }
    if total == 0 {
        return Ok(0);
    }
    let mut found = [0i16; 16];
    read_levels(reader, &mut found[..total], ones)?;
    let mut zeros_left = 0;
    if total < max_num_coeff {
        let element = "total_zeros";
        zeros_left = match max_num_coeff {
            4 => read_code(reader, element, &TOTAL_ZEROS_2X2[total - 1])?,
            8 => read_code(reader, element, &TOTAL_ZEROS_2X4[total - 1])?,
            _ => read_code(reader, element, &TOTAL_ZEROS[total - 1])?,
        };
        if zeros_left > max_num_coeff - total {
            let accepted = format_args!("0..={}", max_num_coeff - total).to_string();
            return Err(Error::range(element, zeros_left as i64, accepted));
        }
    }
    let mut position = total + zeros_left;
    for (i, &level) in found[..total].iter().enumerate() {
        position -= 1;
        levels[position] = level;
        if zeros_left > 0 && i + 1 < total {
            let run = read_code(reader, "run_before", &RUN_BEFORE[zeros_left.min(7) - 1])?;
            if run > zeros_left {
                return Err(Error::range("run_before", run as i64, format_args!("0..={zeros_left}")));
            }
            zeros_left -= run;
            position -= run;
        }
    }
    Ok(total as u8)
}

fn read_levels(reader: &mut BitReader<'_>, levels: &mut [i16], ones: usize) -> Result<()> {
    let total = levels.len();
    for level in &mut levels[..ones] {
        *level = if reader.flag()? { -1 } else { 1 };
    }
    let mut suffix_length = u32::from(total > 10 && ones < 3);
    for (i, level) in levels.iter_mut().enumerate().skip(ones) {
        let position = reader.position();
        let prefix = reader.look_padded(32).leading_zeros();
        if prefix > 25 {
            return Err(Error::Code { element: "level_prefix", position });
        }
        reader.skip(prefix as usize + 1)?;
        let suffix_size = match (prefix, suffix_length) {
            (14, 0) => 4,
            (15.., _) => prefix - 3,
            _ => suffix_length,
        };
        let mut level_code = (prefix.min(15) << suffix_length) + reader.bits(suffix_size)?;
        if prefix >= 15 && suffix_length == 0 {
            level_code += 15;
        }
        if prefix >= 16 {
            level_code += (1 << (prefix - 3)) - 4096;
        }
        if i == ones && ones < 3 {
            level_code += 2;
        }
        let magnitude = (level_code + 2) >> 1;
        let value = if level_code & 1 == 0 { magnitude as i32 } else { -(magnitude as i32) };
        *level = i16::try_from(value).map_err(|_| Error::range("levelVal", value, "-32768..=32767"))?;
        suffix_length = suffix_length.max(1);
        if magnitude > 3 << (suffix_length - 1) && suffix_length < 6 {
            suffix_length += 1;
        }
    }
    Ok(())
}

/// Index of the code word that comes next.
fn read_code(reader: &mut BitReader<'_>, element: &'static str, codes: &[Code]) -> Result<usize> {
    let next = reader.look_padded(16);
    let matches = |&(length, value): &Code| length > 0 && next >> (16 - length) == u32::from(value);
    let index = codes.iter().position(matches).ok_or(Error::Code { element, position: reader.position() })?;
    reader.skip(usize::from(codes[index].0))?;
    Ok(index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::test_random::Random;

    fn write(levels: &[i16], nc: i32) -> (Vec<u8>, usize) {
        let mut writer = BitWriter::new();
        let total = write_residual_block(&mut writer, levels, nc, levels.len());
        assert_eq!(usize::from(total), levels.iter().filter(|&&l| l != 0).count());
        let bits = writer.bit_count();
        assert_eq!(residual_block_bits(levels, nc, levels.len()) as usize, bits);
        (writer.into_bytes(), bits)
    }

    fn check(levels: &[i16], nc: i32) {
        let (bytes, bits) = write(levels, nc);
        let mut reader = BitReader::new(&bytes);
        let mut read = vec![99; levels.len()];
        read_residual_block(&mut reader, nc, &mut read).unwrap_or_else(|e| panic!("{levels:?} nC {nc}: {e}"));
        assert_eq!(read, levels, "nC {nc}");
        assert_eq!(reader.position(), bits);
    }

    #[test]
    fn worked_blocks_have_their_known_bits() {
        let string = |levels: &[i16], nc| {
            let (bytes, bits) = write(levels, nc);
            bytes.iter().map(|b| format!("{b:08b}")).collect::<String>()[..bits].to_owned()
        };
        // 0, 3, 0, 1, -1, -1, 0, 1: token 5/3, signs + - -, levels 1 (prefix 0) and 3, zeros 3, runs 1 0 0 1.
        let block = [0, 3, 0, 1, -1, -1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(string(&block, 0), "000010001110010111101101");
        // -2, 4, 3, -3, 0, 0, -1: token 5/1.
        let block = [-2, 4, 3, -3, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(string(&block, 0), "000000011010001001000010111001100");
        assert_eq!(string(&[0; 16], 0), "1");
        assert_eq!(string(&[0; 16], 9), "000011");
        assert_eq!(string(&[0; 4], -1), "01");
        assert_eq!(string(&[1, 0, 0, 0], -1), "101");
    }

    #[test]
    fn blocks_of_every_size_class_and_density_are_read_back() {
        for seed in 0..40_000 {
            let mut random = Random::new(seed);
            let (length, nc) = match random.below(6) {
                0 => (4, -1),
                1 => (8, -2),
                2 => (15, random.below(17) as i32),
                _ => (16, random.below(17) as i32),
            };
            let density = random.below(9);
            let largest = [1, 1, 2, 4, 20, 100, 2063, 32767][random.below(8)];
            let levels: Vec<i16> = (0..length)
                .map(|_| {
                    let value =
                        if largest < 3 || random.below(3) == 0 { 1 + random.below(largest) } else { 1 };
                    let sign = if random.below(2) == 0 { 1 } else { -1 };
                    if random.below(8) < density { sign * value as i16 } else { 0 }
                })
                .collect();
            check(&levels, nc);
        }
    }

    #[test]
    fn the_limit_is_what_level_prefix_15_reaches() {
        // The prefix of a level is the longest run of zeros; one block for each suffix length at the escape.
        for before in [0i16, 1, 3, 4, 7, 13, 25, 49] {
            for level in [LEVEL_LIMIT, -LEVEL_LIMIT] {
                let mut levels = [0; 16];
                levels[0] = level;
                levels[1] = before;
                check(&levels, 0);
                let (bytes, bits) = write(&levels, 4);
                assert!(bits <= 4 + 2 * 28 + 9, "{bits} bits: {bytes:02x?}");
            }
        }
        let bits = |level| {
            let mut levels = [0; 16];
            levels[..4].copy_from_slice(&[level, 1, 1, 1]);
            write(&levels, 0).1
        };
        // After three trailing ones: 2063 is the last of prefix 15, and one more takes a longer escape.
        assert_eq!(bits(LEVEL_LIMIT), bits(17));
        assert_eq!(bits(LEVEL_LIMIT + 1), bits(LEVEL_LIMIT) + 2);
    }

    #[test]
    fn noise_never_panics() {
        for seed in 0..30_000 {
            let mut random = Random::new(seed);
            let data: Vec<u8> =
                (0..random.below(20)).map(|_| (random.next() & random.next()) as u8).collect();
            let mut reader = BitReader::new(&data);
            let mut levels = [0; 16];
            let (length, nc) = [(4, -1), (8, -2), (15, 3), (16, 0), (16, 5), (16, 16)][random.below(6)];
            while read_residual_block(&mut reader, nc, &mut levels[..length]).is_ok() {}
        }
    }

    #[test]
    fn patterns_map_both_ways() {
        for pattern in 0..48u8 {
            assert_eq!(INTRA_CBP[usize::from(INTRA_CBP_CODE[usize::from(pattern)])], pattern);
            assert_eq!(INTER_CBP[usize::from(INTER_CBP_CODE[usize::from(pattern)])], pattern);
        }
        for pattern in 0..16u8 {
            assert_eq!(INTRA_CBP_LUMA[usize::from(INTRA_CBP_LUMA_CODE[usize::from(pattern)])], pattern);
            assert_eq!(INTER_CBP_LUMA[usize::from(INTER_CBP_LUMA_CODE[usize::from(pattern)])], pattern);
        }
    }
}
