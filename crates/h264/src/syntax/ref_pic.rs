//! Commands on reference pictures in slice headers: order of the lists (ITU-T H.264 7.3.3.1) and marking (7.3.3.3).

use vitascope_bits::{BitReader, BitWriter};

use super::error::{Error, Result, within};

/// One step of `ref_pic_list_modification()`: which picture takes the next place of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListModification {
    /// The picture whose number is `abs_diff_pic_num_minus1` + 1 below the last one's (idc 0).
    Subtract(u32),
    /// The picture whose number is `abs_diff_pic_num_minus1` + 1 above the last one's (idc 1).
    Add(u32),
    /// The long-term picture `long_term_pic_num` (idc 2).
    LongTerm(u32),
}

/// `dec_ref_pic_marking()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecRefPicMarking {
    /// Of an IDR picture.
    Idr {
        /// Whether earlier pictures are dropped without output.
        no_output_of_prior_pics_flag: bool,
        /// Whether the picture becomes a long-term reference.
        long_term_reference_flag: bool,
    },
    /// The oldest short-term picture goes when room is needed.
    SlidingWindow,
    /// Explicit commands.
    Adaptive(Vec<MemoryManagement>),
}

/// `memory_management_control_operation` with its operands (Table 7-9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryManagement {
    /// 1: a short-term picture is no reference any more.
    UnuseShortTerm {
        /// Difference of picture numbers.
        difference_of_pic_nums_minus1: u32,
    },
    /// 2: a long-term picture is no reference any more.
    UnuseLongTerm {
        /// Which one.
        long_term_pic_num: u32,
    },
    /// 3: a short-term picture becomes a long-term one.
    AssignLongTerm {
        /// Difference of picture numbers.
        difference_of_pic_nums_minus1: u32,
        /// Its index, 0..=15.
        long_term_frame_idx: u32,
    },
    /// 4: bound of the long-term indices.
    MaxLongTermIdx {
        /// Largest index plus one; 0 for none.
        max_long_term_frame_idx_plus1: u32,
    },
    /// 5: all references go.
    UnuseAll,
    /// 6: the current picture becomes a long-term one.
    CurrentLongTerm {
        /// Its index, 0..=15.
        long_term_frame_idx: u32,
    },
}

/// Largest picture number difference: MaxPicNum of fields with 16 bits of `frame_num`, minus one.
const MAX_PIC_NUM: u32 = (1 << 17) - 1;
/// Most commands that are read: each reference field twice, and those that come once.
const MAX_COMMANDS: usize = 68;

/// Writes the modification of one list; no flag and no steps when `steps` is empty.
pub(super) fn write_modifications(w: &mut BitWriter, steps: &[ListModification]) {
    w.flag(!steps.is_empty());
    for step in steps {
        let (idc, operand) = match *step {
            ListModification::Subtract(difference) => (0, difference),
            ListModification::Add(difference) => (1, difference),
            ListModification::LongTerm(number) => (2, number),
        };
        w.ue(idc);
        w.ue(operand);
    }
    if !steps.is_empty() {
        w.ue(3);
    }
}

/// Reads the modification of a list with `active` entries.
pub(super) fn parse_modifications(r: &mut BitReader<'_>, active: u8) -> Result<Vec<ListModification>> {
    let mut steps = Vec::new();
    if !r.flag()? {
        return Ok(steps);
    }
    loop {
        let idc = within("modification_of_pic_nums_idc", r.ue()?, 0..=3)?;
        if idc == 3 {
            break;
        }
        // One step a place at most (7.4.3.1).
        within("number of modification_of_pic_nums_idc", steps.len() as u32 + 1, 1..=u32::from(active))?;
        let operand = r.ue()?;
        let difference = || within("abs_diff_pic_num_minus1", operand, 0..=MAX_PIC_NUM);
        steps.push(match idc {
            0 => ListModification::Subtract(difference()?),
            1 => ListModification::Add(difference()?),
            _ => ListModification::LongTerm(within("long_term_pic_num", operand, 0..=31)?),
        });
    }
    if steps.is_empty() {
        return Err(Error::range("number of modification_of_pic_nums_idc", 0, format_args!("1..={active}")));
    }
    Ok(steps)
}

impl DecRefPicMarking {
    pub(super) fn write(&self, w: &mut BitWriter) {
        match self {
            Self::Idr { no_output_of_prior_pics_flag, long_term_reference_flag } => {
                w.flag(*no_output_of_prior_pics_flag);
                w.flag(*long_term_reference_flag);
            }
            Self::SlidingWindow => w.flag(false),
            Self::Adaptive(commands) => {
                w.flag(true);
                commands.iter().for_each(|command| command.write(w));
                w.ue(0);
            }
        }
    }

    pub(super) fn parse(r: &mut BitReader<'_>, idr: bool) -> Result<Self> {
        if idr {
            return Ok(Self::Idr {
                no_output_of_prior_pics_flag: r.flag()?,
                long_term_reference_flag: r.flag()?,
            });
        }
        if !r.flag()? {
            return Ok(Self::SlidingWindow);
        }
        let mut commands = Vec::new();
        while let Some(command) = MemoryManagement::parse(r)? {
            if commands.len() == MAX_COMMANDS {
                let accepted = format_args!("0..={MAX_COMMANDS}").to_string();
                return Err(Error::range("number of memory_management_control_operation", 69, accepted));
            }
            commands.push(command);
        }
        Ok(Self::Adaptive(commands))
    }
}

impl MemoryManagement {
    fn write(self, w: &mut BitWriter) {
        match self {
            Self::UnuseShortTerm { difference_of_pic_nums_minus1 } => {
                w.ue(1);
                w.ue(difference_of_pic_nums_minus1);
            }
            Self::UnuseLongTerm { long_term_pic_num } => {
                w.ue(2);
                w.ue(long_term_pic_num);
            }
            Self::AssignLongTerm { difference_of_pic_nums_minus1, long_term_frame_idx } => {
                w.ue(3);
                w.ue(difference_of_pic_nums_minus1);
                w.ue(long_term_frame_idx);
            }
            Self::MaxLongTermIdx { max_long_term_frame_idx_plus1 } => {
                w.ue(4);
                w.ue(max_long_term_frame_idx_plus1);
            }
            Self::UnuseAll => w.ue(5),
            Self::CurrentLongTerm { long_term_frame_idx } => {
                w.ue(6);
                w.ue(long_term_frame_idx);
            }
        }
    }

    /// The next command; `None` at the end of the list.
    fn parse(r: &mut BitReader<'_>) -> Result<Option<Self>> {
        let operation = within("memory_management_control_operation", r.ue()?, 0..=6)?;
        let difference =
            |r: &mut BitReader<'_>| within("difference_of_pic_nums_minus1", r.ue()?, 0..=MAX_PIC_NUM);
        let index = |r: &mut BitReader<'_>| within("long_term_frame_idx", r.ue()?, 0..=15);
        Ok(Some(match operation {
            0 => return Ok(None),
            1 => Self::UnuseShortTerm { difference_of_pic_nums_minus1: difference(r)? },
            2 => Self::UnuseLongTerm { long_term_pic_num: within("long_term_pic_num", r.ue()?, 0..=31)? },
            3 => Self::AssignLongTerm {
                difference_of_pic_nums_minus1: difference(r)?,
                long_term_frame_idx: index(r)?,
            },
            4 => Self::MaxLongTermIdx {
                max_long_term_frame_idx_plus1: within("max_long_term_frame_idx_plus1", r.ue()?, 0..=16)?,
            },
            5 => Self::UnuseAll,
            _ => Self::CurrentLongTerm { long_term_frame_idx: index(r)? },
        }))
    }
}
