//! Turning and converting a picture, in the order that its formats allow.

use vitascope::core::{FourCc, PixelBuffer, PixelFormat};
use vitascope::session::{Error, PixelRotationSession, PixelTransferSession};

use super::settings::{Target, Turn};
use crate::failure::Failure;
use crate::logger;

/// The sessions that make an output's pictures.
///
/// Pictures are turned after they have been converted, or before where the output's format cannot be turned: packed
/// 4:2:2 for one has pixels that do not stand alone. Where the input's cannot either, they are turned in a format in
/// between, with all chroma and 16 bits.
pub(super) struct Steps {
    transfer: PixelTransferSession,
    rotation: PixelRotationSession,
    /// Into the format in between, which changes nothing else.
    plain: PixelTransferSession,
    turn: Turn,
}

/// Why there is no picture.
pub(super) enum StepError {
    Buffer(Failure),
    Session(Error),
}

impl From<Error> for StepError {
    fn from(error: Error) -> StepError {
        StepError::Session(error)
    }
}

impl Steps {
    pub(super) fn new(transfer: PixelTransferSession, turn: Turn) -> Result<Steps, Failure> {
        let rotation = PixelRotationSession::new();
        turn.apply(&rotation)?;
        Ok(Steps { transfer, rotation, plain: PixelTransferSession::new(), turn })
    }

    /// What becomes of `picture`.
    pub(super) fn run(&self, picture: &PixelBuffer, target: &Target) -> Result<PixelBuffer, StepError> {
        let turned_size = self.turn.turned(picture.width(), picture.height());
        let (width, height) = target.size.unwrap_or(turned_size);
        if self.turn.is_none() {
            return convert(&self.transfer, picture, (width, height), target.format);
        }
        if self.rotation.accepts_format(target.format)? {
            let size = self.turn.turned(width, height);
            return self.turned(&convert(&self.transfer, picture, size, target.format)?);
        }
        let turned = if self.rotation.accepts_format(picture.format())? {
            self.turned(picture)?
        } else {
            let size = (picture.width(), picture.height());
            self.turned(&convert(&self.plain, picture, size, between(picture.format()))?)?
        };
        convert(&self.transfer, &turned, (width, height), target.format)
    }

    fn turned(&self, picture: &PixelBuffer) -> Result<PixelBuffer, StepError> {
        let size = self.turn.turned(picture.width(), picture.height());
        let turned = picture_of(size, picture.format())?;
        logger::without_echo(|| self.rotation.rotate_image(picture, &turned))?;
        Ok(turned)
    }
}

fn convert(
    session: &PixelTransferSession,
    picture: &PixelBuffer,
    size: (usize, usize),
    format: FourCc,
) -> Result<PixelBuffer, StepError> {
    let result = picture_of(size, format)?;
    logger::without_echo(|| session.transfer_image(picture, &result))?;
    Ok(result)
}

fn picture_of((width, height): (usize, usize), format: FourCc) -> Result<PixelBuffer, StepError> {
    PixelBuffer::new(width, height, format)
        .map_err(|error| StepError::Buffer(Failure::Usage(format!("{width}x{height} {format}: {error}"))))
}

/// A format of whole samples that holds what `format` does.
fn between(format: FourCc) -> FourCc {
    let is_ycbcr = PixelFormat::find(format).is_some_and(|row| row.is_ycbcr());
    FourCc::new(if is_ycbcr { *b"y416" } else { *b"b64a" })
}
