//! Formats of `CFStringCreateWithFormat`: those of `printf` with `%@` for objects, read and filled in.

use std::ffi::{CStr, c_char, c_void};

use super::arguments::Arguments;
use super::number_text;
use crate::cf::base::describe;
use crate::object::Handle;

/// A width, a precision or a position above this is a mistake.
const LIMIT: usize = 1 << 16;

/// A format taken apart.
pub(super) struct Format {
    pieces: Vec<Piece>,
    /// What each argument is, in the order in which they come.
    arguments: Vec<Kind>,
}

enum Piece {
    Text(String),
    Field(Field),
}

/// One conversion.
struct Field {
    flags: Flags,
    width: Amount,
    precision: Amount,
    conversion: char,
    /// Which argument.
    argument: usize,
}

/// The flags of a conversion.
#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) left: bool,
    pub(super) plus: bool,
    pub(super) space: bool,
    pub(super) alternative: bool,
    pub(super) zero: bool,
}

#[derive(Clone, Copy)]
enum Amount {
    None,
    Fixed(usize),
    Argument(usize),
}

/// What an argument is in C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Object,
    /// A whole number: size in bytes.
    Signed(u8),
    Unsigned(u8),
    Double,
    LongDouble,
    Text,
    WideText,
    Pointer,
}

/// An argument that was read.
enum Argument {
    Integer(u64),
    Double(f64),
}

impl Format {
    /// Takes a format apart; the error says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Format, String> {
        let mut reader = Reader { characters: text.chars().collect(), place: 0, next: 0, kinds: Vec::new() };
        let mut pieces = Vec::new();
        let mut plain = String::new();
        while let Some(character) = reader.take() {
            if character != '%' {
                plain.push(character);
            } else if reader.accept('%') {
                plain.push('%');
            } else {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
                pieces.push(Piece::Field(reader.field()?));
            }
        }
        pieces.push(Piece::Text(plain));
        // An argument that a format with positions skips is taken for a pointer.
        let arguments = reader.kinds.into_iter().map(|kind| kind.unwrap_or(Kind::Pointer)).collect();
        Ok(Format { pieces, arguments })
    }

    /// Whether this takes nothing but the first arguments of another format, each for what it is there.
    pub(super) fn fits(&self, valid: &Format) -> bool {
        valid.arguments.starts_with(&self.arguments)
    }

    /// The text with arguments filled in.
    pub(super) fn fill(&self, arguments: &mut Arguments<'_>) -> String {
        let values: Vec<Argument> = self.arguments.iter().map(|kind| kind.read(arguments)).collect();
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Field(field) => field.fill(&values, self.arguments[field.argument], &mut text),
            }
        }
        text
    }
}

struct Reader {
    characters: Vec<char>,
    place: usize,
    /// The argument of the next conversion without a position.
    next: usize,
    kinds: Vec<Option<Kind>>,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.place).copied()
    }

    fn take(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.place += 1;
        Some(character)
    }

    fn accept(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.place += usize::from(found);
        found
    }

    fn number(&mut self) -> Result<Option<usize>, String> {
        let mut value = None;
        while let Some(digit) = self.peek().and_then(|character| character.to_digit(10)) {
            self.place += 1;
            let next = value.unwrap_or(0) * 10 + digit as usize;
            if next > LIMIT {
                return Err(format!("a number in the format is above {LIMIT}"));
            }
            value = Some(next);
        }
        Ok(value)
    }

    /// The argument number before a `$`, if one stands here.
    fn position(&mut self) -> Result<Option<usize>, String> {
        let start = self.place;
        if let Some(number) = self.number()?
            && self.accept('$')
        {
            return match number.checked_sub(1) {
                Some(index) => Ok(Some(index)),
                None => Err("positions of arguments count from 1".into()),
            };
        }
        self.place = start;
        Ok(None)
    }

    /// Notes what an argument is, and says which one it is.
    fn argument(&mut self, position: Option<usize>, kind: Kind) -> usize {
        let index = position.unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        });
        if self.kinds.len() <= index {
            self.kinds.resize(index + 1, None);
        }
        self.kinds[index] = Some(kind);
        index
    }

    fn amount(&mut self) -> Result<Amount, String> {
        if self.accept('*') {
            let position = self.position()?;
            return Ok(Amount::Argument(self.argument(position, Kind::Signed(4))));
        }
        Ok(self.number()?.map_or(Amount::None, Amount::Fixed))
    }

    fn field(&mut self) -> Result<Field, String> {
        let position = self.position()?;
        let mut flags = Flags::default();
        loop {
            match self.peek() {
                Some('-') => flags.left = true,
                Some('+') => flags.plus = true,
                Some(' ') => flags.space = true,
                Some('#') => flags.alternative = true,
                Some('0') => flags.zero = true,
                // Groups of digits are a matter of locales; without one there are none.
                Some('\'') => {}
                _ => break,
            }
            self.place += 1;
        }
        let width = self.amount()?;
        let precision = if self.accept('.') {
            match self.amount()? {
                Amount::None => Amount::Fixed(0),
                amount => amount,
            }
        } else {
            Amount::None
        };
        let mut size = 4;
        let mut long_double = false;
        while let Some(modifier) = self.peek() {
            match modifier {
                'h' => size = if size == 2 { 1 } else { 2 },
                'l' | 'q' | 'j' | 'z' | 't' => size = 8,
                'L' => long_double = true,
                _ => break,
            }
            self.place += 1;
        }
        let conversion = self.take().ok_or("the format ends within a conversion")?;
        let kind = match conversion {
            '@' => Kind::Object,
            'd' | 'i' | 'D' => Kind::Signed(size),
            'u' | 'U' | 'x' | 'X' | 'o' | 'O' => Kind::Unsigned(size),
            'c' | 'C' => Kind::Signed(4),
            'f' | 'F' | 'e' | 'E' | 'g' | 'G' | 'a' | 'A' if long_double => Kind::LongDouble,
            'f' | 'F' | 'e' | 'E' | 'g' | 'G' | 'a' | 'A' => Kind::Double,
            's' => Kind::Text,
            'S' => Kind::WideText,
            'p' => Kind::Pointer,
            other => {
                return Err(format!("%{other} is no conversion; @diuxXoDUOfFeEgGaAcCsSp and % are accepted"));
            }
        };
        Ok(Field { flags, width, precision, conversion, argument: self.argument(position, kind) })
    }
}

impl Kind {
    fn read(self, arguments: &mut Arguments<'_>) -> Argument {
        match self {
            Kind::Double => Argument::Double(arguments.double()),
            Kind::LongDouble => Argument::Double(arguments.long_double()),
            _ => Argument::Integer(arguments.integer()),
        }
    }
}

impl Field {
    fn fill(&self, values: &[Argument], kind: Kind, out: &mut String) {
        let mut flags = self.flags;
        let chosen = |amount: Amount| match amount {
            Amount::None => None,
            Amount::Fixed(amount) => Some(amount as i64),
            Amount::Argument(index) => match values.get(index) {
                Some(Argument::Integer(bits)) => {
                    Some(i64::from(*bits as i32).clamp(-(LIMIT as i64), LIMIT as i64))
                }
                _ => None,
            },
        };
        let width = chosen(self.width).unwrap_or(0);
        flags.left |= width < 0;
        let width = width.unsigned_abs() as usize;
        let precision = chosen(self.precision).and_then(|precision| usize::try_from(precision).ok());
        let text = match &values[self.argument] {
            Argument::Double(value) => {
                let text = number_text::float(*value, self.conversion, flags, precision);
                number_text::padded(text, flags, width, value.is_finite() && flags.zero)
            }
            Argument::Integer(bits) => match kind {
                Kind::Signed(_) if matches!(self.conversion, 'c' | 'C') => {
                    number_text::padded(character(*bits, self.conversion).into(), flags, width, false)
                }
                Kind::Signed(size) => {
                    let unused = 64 - 8 * u32::from(size);
                    let value = (*bits as i64) << unused >> unused;
                    let text = number_text::signed(value, flags, precision);
                    number_text::padded(text, flags, width, flags.zero && precision.is_none())
                }
                Kind::Unsigned(size) => {
                    let unused = 64 - 8 * u32::from(size);
                    let value = bits << unused >> unused;
                    let text = number_text::unsigned(value, self.conversion, flags, precision);
                    number_text::padded(text, flags, width, flags.zero && precision.is_none())
                }
                _ => {
                    let text = words(*bits as usize as *const c_void, kind, precision);
                    number_text::padded(text, flags, width, false)
                }
            },
        };
        out.push_str(&text);
    }
}

/// A character: a byte for `%c`, a UTF-16 unit for `%C`.
fn character(bits: u64, conversion: char) -> char {
    let code = if conversion == 'c' { bits as u8 as u32 } else { u32::from(bits as u16) };
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The text of an object, a C string, a UTF-16 string or an address.
fn words(address: *const c_void, kind: Kind, precision: Option<usize>) -> String {
    let shortened = |text: String| match precision {
        Some(most) => text.chars().take(most).collect(),
        None => text,
    };
    match kind {
        Kind::Pointer => format!("{:#x}", address as usize),
        Kind::Object => shortened(describe(Handle(address.cast()))),
        _ if address.is_null() => shortened("(null)".into()),
        Kind::WideText => {
            let units = address.cast::<u16>();
            let most = precision.unwrap_or(usize::MAX);
            // SAFETY: by C's promise UTF-16 text up to a zero unit or as long as the precision.
            let unit = |index: usize| unsafe { units.add(index).read_unaligned() };
            let text = (0..most).map(unit).take_while(|unit| *unit != 0).collect::<Vec<_>>();
            String::from_utf16_lossy(&text)
        }
        _ => match precision {
            Some(most) => {
                let bytes = address.cast::<u8>();
                // SAFETY: by C's promise text up to a zero byte or as long as the precision.
                let byte = |index: usize| unsafe { bytes.add(index).read() };
                let text = (0..most).map(byte).take_while(|byte| *byte != 0).collect::<Vec<_>>();
                String::from_utf8_lossy(&text).into_owned()
            }
            // SAFETY: by C's promise a zero-terminated string.
            None => unsafe { CStr::from_ptr(address.cast::<c_char>()) }.to_string_lossy().into_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_compared_by_what_they_take() {
        let parse = |text| Format::parse(text).expect(text);
        assert!(parse("%@ and %ld").fits(&parse("%@%ld")));
        assert!(parse("%2$ld").arguments[0] == Kind::Pointer);
        assert!(parse("%2$ld %1$@").fits(&parse("%@ %ld")));
        assert!(parse("%@").fits(&parse("%@ %d")));
        assert!(!parse("%d").fits(&parse("%@")));
        assert!(!parse("%ld").fits(&parse("%d")));
        assert!(!parse("%d %d").fits(&parse("%d")));
    }

    #[test]
    fn broken_formats_are_refused() {
        for text in ["%", "%5", "%k", "%0$d", "%99999999d", "%.99999999999999999999f", "%l"] {
            assert!(Format::parse(text).is_err(), "{text}");
        }
        assert!(Format::parse("100%% of %s").is_ok());
    }
}
