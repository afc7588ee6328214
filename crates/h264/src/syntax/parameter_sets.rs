//! The parameter sets of a stream, by identifier.

use std::sync::Arc;

use super::error::{Error, Result};
use super::pps::Pps;
use super::sps::Sps;

/// Parameter sets seen so far. A later one with the same identifier takes the place of an earlier one.
#[derive(Debug, Clone)]
pub struct ParameterSets {
    sps: [Option<Arc<Sps>>; 32],
    pps: Vec<Option<Arc<Pps>>>,
}

impl Default for ParameterSets {
    fn default() -> Self {
        Self { sps: [const { None }; 32], pps: vec![None; 256] }
    }
}

impl ParameterSets {
    /// No sets.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a sequence parameter set.
    pub fn insert_sps(&mut self, sps: Sps) {
        let slot = usize::from(sps.seq_parameter_set_id & 31);
        self.sps[slot] = Some(Arc::new(sps));
    }

    /// Adds a picture parameter set.
    pub fn insert_pps(&mut self, pps: Pps) {
        let slot = usize::from(pps.pic_parameter_set_id);
        self.pps[slot] = Some(Arc::new(pps));
    }

    /// Reads a sequence parameter set NAL unit and adds it.
    ///
    /// # Errors
    /// As [`Sps::from_nal_unit`].
    pub fn read_sps(&mut self, nal_unit: &[u8]) -> Result<Arc<Sps>> {
        let sps = Sps::from_nal_unit(nal_unit)?;
        let id = sps.seq_parameter_set_id;
        self.insert_sps(sps);
        self.sps(id)
    }

    /// Reads a picture parameter set NAL unit and adds it.
    ///
    /// # Errors
    /// As [`Pps::from_nal_unit`].
    pub fn read_pps(&mut self, nal_unit: &[u8]) -> Result<Arc<Pps>> {
        let pps = Pps::from_nal_unit(nal_unit, |id| self.sps(id).ok().map(|sps| sps.chroma_format_idc))?;
        let id = pps.pic_parameter_set_id;
        self.insert_pps(pps);
        self.pps(id)
    }

    /// The sequence parameter set with this `seq_parameter_set_id`.
    ///
    /// # Errors
    /// [`Error::MissingParameterSet`].
    pub fn sps(&self, id: u8) -> Result<Arc<Sps>> {
        let found = self.sps.get(usize::from(id)).cloned().flatten();
        found.ok_or(Error::MissingParameterSet { kind: "sequence", id })
    }

    /// The picture parameter set with this `pic_parameter_set_id`.
    ///
    /// # Errors
    /// [`Error::MissingParameterSet`].
    pub fn pps(&self, id: u8) -> Result<Arc<Pps>> {
        let found = self.pps.get(usize::from(id)).cloned().flatten();
        found.ok_or(Error::MissingParameterSet { kind: "picture", id })
    }
}
