//! Parameter sets and slice headers: read, written again, compared.

use std::sync::Arc;

use vitascope_bits::{BitReader, BitWriter};

use super::nal::{NalHeader, nal_unit_type};
use super::parameter_sets::ParameterSets;
use super::pps::Pps;
use super::slice_header::SliceHeader;
use super::sps::Sps;

fn rewritten_slice(header: &SliceHeader, nal: NalHeader, sps: &Sps, pps: &Pps) -> (Vec<u8>, usize) {
    let mut w = BitWriter::new();
    header.write(&mut w, nal, sps, pps);
    let bits = w.bit_count();
    (w.into_bytes(), bits)
}

/// Every parameter set and slice header of the byte streams in `VITASCOPE_STREAMS` (a list of files, one a line)
/// is read and written again to the same bits.
#[test]
#[ignore = "needs VITASCOPE_STREAMS"]
fn streams_are_rewritten_exactly() {
    let list = std::env::var("VITASCOPE_STREAMS").expect("VITASCOPE_STREAMS names a list of files");
    for path in std::fs::read_to_string(list).unwrap().lines() {
        let stream = std::fs::read(path).unwrap();
        let mut sets = ParameterSets::new();
        let (mut slices, mut failures) = (0, Vec::new());
        for unit in vitascope_bits::annex_b::split(&stream) {
            if let Err(error) = rewrite(unit, &mut sets, &mut slices) {
                failures.push(error);
            }
        }
        println!("{path}: {slices} slices, {} failures {:?}", failures.len(), failures.first());
    }
}

fn rewrite(unit: &[u8], sets: &mut ParameterSets, slices: &mut u32) -> Result<(), String> {
    let (nal, rbsp) = NalHeader::split(unit).map_err(|e| e.to_string())?;
    match nal.nal_unit_type {
        nal_unit_type::SPS => {
            let sps = sets.read_sps(unit).map_err(|e| e.to_string())?;
            if std::env::var_os("VITASCOPE_DUMP").is_some() {
                println!("{sps:?}");
            }
            let again = Sps::nal_unit(&sps);
            if again[1..] != unit[1..] { Err(format!("SPS {unit:02x?} became {again:02x?}")) } else { Ok(()) }
        }
        nal_unit_type::PPS => {
            let pps = sets.read_pps(unit).map_err(|e| e.to_string())?;
            if std::env::var_os("VITASCOPE_DUMP").is_some() {
                println!("{pps:?}");
            }
            let again = Pps::nal_unit(&pps);
            if again[1..] != unit[1..] { Err(format!("PPS {unit:02x?} became {again:02x?}")) } else { Ok(()) }
        }
        1 | 2 | 5 | 19 => {
            let mut r = BitReader::new(&rbsp);
            let (header, sps, pps): (_, Arc<Sps>, Arc<Pps>) =
                SliceHeader::parse(&mut r, nal, sets).map_err(|e| e.to_string())?;
            *slices += 1;
            if std::env::var_os("VITASCOPE_DUMP").is_some() {
                println!("{header:?}");
            }
            let (again, bits) = rewritten_slice(&header, nal, &sps, &pps);
            let mask = 0xffu8 << ((8 - bits % 8) % 8);
            let end = bits.div_ceil(8) - 1;
            let equal = bits == r.position() && again[..end] == rbsp[..end] && again[end] == rbsp[end] & mask;
            if equal { Ok(()) } else { Err(format!("slice header changed: {header:?}")) }
        }
        _ => Ok(()),
    }
}
