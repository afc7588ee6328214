//! Which ICC profiles a conversion of colour goes through.

use crate::color::curve::Curve;
use crate::color::icc::Profile;
use crate::color::primaries::{Chromaticities, to_d50};
use crate::description::PictureDescription;
use crate::error::{Error, Result};
use crate::options::Options;

/// The profiles of both sides, where those are what says the colours.
#[derive(Debug, Default)]
pub(crate) struct Profiles {
    pub source: Option<Profile>,
    pub destination: Option<Profile>,
}

impl Profiles {
    /// Reads the profiles that are needed, refuses what cannot be converted for want of knowledge, and writes into `outcome` which
    /// profile describes the result.
    pub(crate) fn new(
        source: &PictureDescription,
        options: &Options,
        outcome: &mut PictureDescription,
    ) -> Result<Profiles> {
        let primaries = options.destination_color_primaries;
        let transfer = options.destination_transfer_function;
        let wanted = options.destination_icc_profile.as_deref();
        if primaries.is_none() && transfer.is_none() && wanted.is_none() {
            return Ok(Profiles::default());
        }
        let stated = source.color.primaries.is_some() || source.color.transfer.is_some();
        let own = source.icc_profile.as_deref().filter(|_| !stated);
        let destination = wanted.map(Profile::parse).transpose()?;
        if let Some(profile) = &destination {
            if profile.to_codes([0.5; 3]).is_none() {
                return Err(Error::ColorConversion(
                    "the ICC profile has no table to the device's codes".into(),
                ));
            }
            agree(profile, source, options)?;
            outcome.color.primaries = primaries;
            outcome.color.transfer = transfer;
            outcome.color.gamma = None;
        }
        outcome.icc_profile = options.destination_icc_profile.clone();
        if own.is_some() && own == wanted {
            return Ok(Profiles::default());
        }
        let Some(own) = own else {
            if (primaries.is_some() || wanted.is_some()) && source.color.primaries.is_none() {
                return Err(Error::InsufficientSourceColor("colour primaries"));
            }
            if source.color.transfer.is_none() {
                return Err(Error::InsufficientSourceColor("transfer function"));
            }
            return Ok(Profiles { source: None, destination });
        };
        if wanted.is_none() && (primaries.is_none() || transfer.is_none()) {
            return Err(Error::ColorConversion(
                "the source's colours are those of an ICC profile; both primaries and transfer function, or a profile, must say \
                 what they become"
                    .into(),
            ));
        }
        let own = Profile::parse(own)?;
        if own.to_xyz([0.5; 3]).is_none() {
            return Err(Error::ColorConversion(
                "the source's ICC profile has no table from the device's codes".into(),
            ));
        }
        Ok(Profiles { source: Some(own), destination })
    }
}

/// Codes at which a profile and a triplet are held against each other.
const PROBES: [[f64; 3]; 8] = [
    [1.0, 0.0, 0.0],
    [0.0, 1.0, 0.0],
    [0.0, 0.0, 1.0],
    [1.0, 1.0, 1.0],
    [0.25, 0.25, 0.25],
    [0.5, 0.5, 0.5],
    [0.75, 0.75, 0.75],
    [0.8, 0.3, 0.5],
];

/// How far X, Y and Z may differ; displays of one name differ as much.
const AGREEMENT: f64 = 0.03;

/// Whether primaries and transfer function that are asked for beside a profile say the same. A camera's curve may be that of the
/// camera or that of the display.
fn agree(profile: &Profile, source: &PictureDescription, options: &Options) -> Result<()> {
    if options.destination_color_primaries.is_none() && options.destination_transfer_function.is_none() {
        return Ok(());
    }
    let primaries = options.destination_color_primaries.or(source.color.primaries);
    let transfer = options.destination_transfer_function.or(source.color.transfer);
    let (Some(primaries), Some(transfer)) = (primaries, transfer) else { return Ok(()) };
    let curve = Curve::new(transfer, options.destination_gamma_level);
    let matrix = to_d50(Chromaticities::from(primaries));
    let close = |light: &dyn Fn(f64) -> f64| {
        PROBES.iter().all(|codes| match (&matrix, profile.to_xyz(*codes)) {
            (Some(matrix), Some(found)) => {
                let expected = matrix.apply(codes.map(light));
                found.iter().zip(expected).all(|(a, b)| (a - b).abs() < AGREEMENT)
            }
            _ => false,
        })
    };
    if close(&|code| curve.display_light(code)) || close(&|code| curve.decode(code)) {
        return Ok(());
    }
    Err(Error::ColorConversion(format!("the ICC profile is not that of {primaries:?} with {transfer:?}")))
}
