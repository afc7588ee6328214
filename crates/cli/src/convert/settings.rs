//! What the options ask of the sessions and of the output.

use vitascope::core::{ColorInfo, ColorPrimaries, FourCc, PixelBuffer, TransferFunction, YCbCrMatrix};
use vitascope::session::property::PropertyTable;
use vitascope::session::{PIXEL_TRANSFER_ROWS, PixelRotationSession, PixelTransferSession};

use super::format::OutputKind;
use crate::arguments::{Convert, Flip};
use crate::failure::Failure;
use crate::logger;
use crate::setting;

/// Sets the transfer session's properties. Chroma is averaged unless the arguments say otherwise: nothing of it is left out,
/// and it lies where the formats of y4m say.
pub(super) fn apply(session: &PixelTransferSession, arguments: &Convert) -> Result<(), Failure> {
    session
        .set_property("DownsamplingMode", "Average")
        .map_err(|error| Failure::failed("pixel transfer", error))?;
    let table = PropertyTable::new(PIXEL_TRANSFER_ROWS);
    let listed = "`vitascope properties --session transfer`";
    for setting in &arguments.settings {
        let (key, value) = setting::parse(setting, &table, "kVTPixelTransferPropertyKey_", listed)?;
        logger::without_echo(|| session.set_property(key, value))
            .map_err(|error| Failure::Usage(format!("--set {setting}: {error}")))?;
    }
    Ok(())
}

/// A turn and a mirroring after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Turn {
    degrees: u32,
    flip: Option<Flip>,
}

pub(super) fn turn(arguments: &Convert) -> Turn {
    Turn { degrees: arguments.rotate, flip: arguments.flip }
}

impl Turn {
    /// Whether nothing moves.
    pub(super) fn is_none(self) -> bool {
        self.degrees == 0 && self.flip.is_none()
    }

    /// The size of a turned picture.
    pub(super) fn turned(self, width: usize, height: usize) -> (usize, usize) {
        if self.degrees % 180 == 90 { (height, width) } else { (width, height) }
    }

    /// Tells the session.
    pub(super) fn apply(self, session: &PixelRotationSession) -> Result<(), Failure> {
        let rotation = match self.degrees {
            90 => "RotationCW90",
            180 => "Rotation180",
            270 => "RotationCCW90",
            _ => "Rotation0",
        };
        let horizontal = matches!(self.flip, Some(Flip::H | Flip::Hv));
        let vertical = matches!(self.flip, Some(Flip::V | Flip::Hv));
        session
            .set_property("Rotation", rotation)
            .and_then(|()| session.set_property("FlipHorizontalOrientation", horizontal))
            .and_then(|()| session.set_property("FlipVerticalOrientation", vertical))
            .map_err(|error| Failure::failed("rotation", error))
    }
}

/// Size and format of the output's pictures.
pub(super) struct Target {
    /// As asked for; what the turn makes of the input's, if left out.
    pub(super) size: Option<(usize, usize)>,
    pub(super) format: FourCc,
}

/// What becomes of `picture`.
pub(super) fn target(
    arguments: &Convert,
    kind: OutputKind,
    picture: &PixelBuffer,
) -> Result<Target, Failure> {
    let format = arguments.format.unwrap_or_else(|| kind.nearest(picture.format()));
    if !kind.holds(format) {
        let name = arguments.output.display();
        return Err(Failure::Usage(format!(
            "{name} cannot hold pixel format {format}; accepted: {}",
            kind.accepted()
        )));
    }
    let size = arguments.size.map(|size| size.0);
    Ok(Target { size, format })
}

/// `PRIMARIES,TRANSFER,MATRIX` by the platform's names, each of which may be left empty.
pub(super) fn input_color(arguments: &Convert) -> Result<ColorInfo, Failure> {
    let Some(text) = &arguments.input_color else { return Ok(ColorInfo::default()) };
    let wrong = |part: &str| {
        Failure::Usage(format!(
            "--input-color {text}: '{part}' is unknown; accepted: PRIMARIES,TRANSFER,MATRIX as in \
             ITU_R_2020,SMPTE_ST_2084_PQ,ITU_R_2020, each of which may be empty"
        ))
    };
    let parts: Vec<&str> = text.split(',').collect();
    let &[primaries, transfer, matrix] = parts.as_slice() else { return Err(wrong(text)) };
    let known =
        |part: &str, is_known: bool| if part.is_empty() || is_known { Ok(()) } else { Err(wrong(part)) };
    let color = ColorInfo {
        primaries: ColorPrimaries::from_string(primaries),
        transfer: TransferFunction::from_string(transfer),
        matrix: YCbCrMatrix::from_string(matrix),
        gamma: None,
    };
    known(primaries, color.primaries.is_some())?;
    known(transfer, color.transfer.is_some())?;
    known(matrix, color.matrix.is_some())?;
    Ok(color)
}
