//! Tables of an ICC profile between three device channels and the connection space (ICC.1:2022, 10.10 to 10.13).

use moxcms::{LutDataType, LutMultidimensionalType, LutStore, LutType, LutWarehouse};

use super::grid::{corners, tetrahedron};
use super::tone::Tone;
use crate::color::math::{exp2, log2};
use crate::color::matrix::Matrix;

/// X, Y, Z of the connection space's white.
pub(crate) const D50: [f64; 3] = [0.9642, 1.0, 0.8249];

/// Where the curve of CIE L*a*b* becomes a straight line.
const DELTA: f64 = 6.0 / 29.0;

/// One table: a chain of curves, matrices and grids, and how the connection space is coded at its end.
#[derive(Clone, Debug)]
pub(crate) struct Lut {
    stages: Vec<Stage>,
    coding: Coding,
}

#[derive(Clone, Debug)]
enum Stage {
    Curves([Tone; 3]),
    Matrix {
        matrix: Matrix,
        bias: [f64; 3],
    },
    /// `of_lab`: its directions are L*, a* and b*, whose grays are no diagonal.
    Grid {
        points: [usize; 3],
        values: Vec<f64>,
        of_lab: bool,
    },
}

/// How numbers of 0 to 1 stand for the connection space.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Coding {
    /// Up to 1 + 32767/32768.
    Xyz,
    /// L* of 0 to 100, a* and b* of -128 to 127.
    Lab,
    /// The same with 0xff00 for the upper ends, as 16-bit tables of the older form have it.
    OldLab,
}

impl Lut {
    /// A table to the connection space or from it.
    pub(super) fn new(table: &LutWarehouse, to_pcs: bool, lab: bool) -> Result<Lut, String> {
        let coding = match table {
            _ if !lab => Coding::Xyz,
            LutWarehouse::Lut(table) if table.lut_type == LutType::Lut16 => Coding::OldLab,
            _ => Coding::Lab,
        };
        let stages = match table {
            LutWarehouse::Lut(table) => plain_stages(table, to_pcs, lab)?,
            LutWarehouse::Multidimensional(table) => curved_stages(table, to_pcs, lab)?,
        };
        Ok(Lut { stages, coding })
    }

    /// X, Y, Z of device codes.
    pub(super) fn to_xyz(&self, codes: [f64; 3]) -> [f64; 3] {
        self.coding.decode(self.run(codes))
    }

    /// Device codes of X, Y, Z.
    pub(super) fn to_codes(&self, xyz: [f64; 3]) -> [f64; 3] {
        self.run(self.coding.encode(xyz))
    }

    fn run(&self, values: [f64; 3]) -> [f64; 3] {
        let limited =
            |values: [f64; 3]| values.map(|value| if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) });
        self.stages.iter().fold(limited(values), |values, stage| limited(stage.apply(values)))
    }
}

impl Stage {
    fn apply(&self, values: [f64; 3]) -> [f64; 3] {
        match self {
            Stage::Curves(curves) => std::array::from_fn(|channel| curves[channel].value(values[channel])),
            Stage::Matrix { matrix, bias } => {
                let product = matrix.apply(values);
                std::array::from_fn(|channel| product[channel] + bias[channel])
            }
            Stage::Grid { points, values: grid, of_lab: true } => weighted(grid, &corners(*points, values)),
            Stage::Grid { points, values: grid, of_lab: false } => {
                weighted(grid, &tetrahedron(*points, values))
            }
        }
    }
}

/// The sum of a grid's values by weight.
fn weighted(grid: &[f64], points: &[(usize, f64)]) -> [f64; 3] {
    let mut sum = [0.0; 3];
    for (index, weight) in points {
        for (sum, value) in sum.iter_mut().zip(&grid[3 * index..]) {
            *sum += weight * value;
        }
    }
    sum
}

impl Coding {
    fn decode(self, values: [f64; 3]) -> [f64; 3] {
        const TOP: f64 = 1.0 + 32767.0 / 32768.0;
        let lab = |scale: f64| {
            let [l, a, b] = values.map(|value| value * scale);
            // CIE 15:2004, 8.2.1, backwards.
            let fy = (l * 100.0 + 16.0) / 116.0;
            let f = [fy + (a * 255.0 - 128.0) / 500.0, fy, fy - (b * 255.0 - 128.0) / 200.0];
            std::array::from_fn(|k| {
                let t = f[k];
                D50[k] * if t > DELTA { t * t * t } else { (t - 4.0 / 29.0) * 3.0 * DELTA * DELTA }
            })
        };
        match self {
            Coding::Xyz => values.map(|value| value * TOP),
            Coding::Lab => lab(1.0),
            Coding::OldLab => lab(65535.0 / 65280.0),
        }
    }

    fn encode(self, xyz: [f64; 3]) -> [f64; 3] {
        const TOP: f64 = 1.0 + 32767.0 / 32768.0;
        let lab = |scale: f64| {
            let f: [f64; 3] = std::array::from_fn(|k| {
                let t = (xyz[k] / D50[k]).max(0.0);
                if t > DELTA * DELTA * DELTA {
                    exp2(log2(t) / 3.0)
                } else {
                    t / (3.0 * DELTA * DELTA) + 4.0 / 29.0
                }
            });
            let (l, a, b) = (116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2]));
            [l / 100.0, (a + 128.0) / 255.0, (b + 128.0) / 255.0].map(|value| value / scale)
        };
        match self {
            Coding::Xyz => xyz.map(|value| value / TOP),
            Coding::Lab => lab(1.0),
            Coding::OldLab => lab(65535.0 / 65280.0),
        }
    }
}

/// lut8 and lut16: a matrix in front of X, Y, Z, curves, grid, curves.
fn plain_stages(table: &LutDataType, to_pcs: bool, lab: bool) -> Result<Vec<Stage>, String> {
    three_channels(table.num_input_channels, table.num_output_channels)?;
    let mut stages = Vec::new();
    if !to_pcs && !lab {
        stages.push(Stage::Matrix { matrix: Matrix(table.matrix.v), bias: [0.0; 3] });
    }
    let points = [usize::from(table.num_clut_grid_points); 3];
    stages.push(Stage::Curves(tables(&table.input_table, table.num_input_table_entries)?));
    stages.push(grid(&table.clut_table, points, lab && !to_pcs)?);
    stages.push(Stage::Curves(tables(&table.output_table, table.num_output_table_entries)?));
    Ok(stages)
}

/// lutAToB and lutBToA: A curves, grid, M curves, matrix, B curves, or the other way round; all but B may lack.
fn curved_stages(table: &LutMultidimensionalType, to_pcs: bool, lab: bool) -> Result<Vec<Stage>, String> {
    three_channels(table.num_input_channels, table.num_output_channels)?;
    let curves = |curves: &[moxcms::ToneReprCurve], name: &str| -> Result<Option<Stage>, String> {
        let tones: Result<Vec<Tone>, String> = curves.iter().map(Tone::any).collect();
        let tones = tones.map_err(|why| format!("a curve of set {name} {why}"))?;
        match <[Tone; 3]>::try_from(tones) {
            Ok(tones) => Ok(Some(Stage::Curves(tones))),
            Err(tones) if tones.is_empty() => Ok(None),
            Err(tones) => Err(format!("set {name} has {} curves; 3 are accepted", tones.len())),
        }
    };
    let points = [0, 1, 2].map(|axis| usize::from(table.grid_points[axis]));
    let clut = table.clut.as_ref().map(|clut| grid(clut, points, lab && !to_pcs)).transpose()?;
    let finite = table.matrix.v.iter().flatten().chain(&table.bias.v).all(|value| value.is_finite());
    if !finite {
        return Err("its matrix is not finite".into());
    }
    let m = curves(&table.m_curves, "M")?;
    let matrix = m.is_some().then_some(Stage::Matrix { matrix: Matrix(table.matrix.v), bias: table.bias.v });
    let mut stages = vec![curves(&table.a_curves, "A")?, clut, m, matrix, curves(&table.b_curves, "B")?];
    if !to_pcs {
        stages.reverse();
    }
    Ok(stages.into_iter().flatten().collect())
}

fn three_channels(inputs: u8, outputs: u8) -> Result<(), String> {
    match (inputs, outputs) {
        (3, 3) => Ok(()),
        _ => Err(format!("a table has {inputs} and {outputs} channels; 3 and 3 are accepted")),
    }
}

fn numbers(store: &LutStore) -> Vec<f64> {
    match store {
        LutStore::Store8(values) => values.iter().map(|value| f64::from(*value) / 255.0).collect(),
        LutStore::Store16(values) => values.iter().map(|value| f64::from(*value) / 65535.0).collect(),
    }
}

fn tables(store: &LutStore, entries: u16) -> Result<[Tone; 3], String> {
    let (values, entries) = (numbers(store), usize::from(entries));
    if entries < 2 || values.len() != 3 * entries {
        return Err(format!("three curves of {entries} entries cannot have {} numbers", values.len()));
    }
    Ok(std::array::from_fn(|channel| Tone::Table(values[channel * entries..][..entries].to_vec())))
}

fn grid(store: &LutStore, points: [usize; 3], of_lab: bool) -> Result<Stage, String> {
    let values = numbers(store);
    let needed = 3 * points.iter().product::<usize>();
    if points.iter().any(|count| *count < 2) || values.len() != needed {
        return Err(format!("a grid of {points:?} points cannot have {} numbers", values.len()));
    }
    Ok(Stage::Grid { points, values, of_lab })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table that changes nothing but its coding.
    fn identity(lut_type: LutType) -> LutWarehouse {
        let ramp = LutStore::Store16(vec![0, 65535, 0, 65535, 0, 65535]);
        let corners = (0..8u32).flat_map(|index| [index >> 2 & 1, index >> 1 & 1, index & 1]);
        LutWarehouse::Lut(LutDataType {
            num_input_channels: 3,
            num_output_channels: 3,
            num_clut_grid_points: 2,
            matrix: moxcms::Matrix3d { v: Matrix::IDENTITY.0 },
            num_input_table_entries: 2,
            num_output_table_entries: 2,
            input_table: ramp.clone(),
            clut_table: LutStore::Store16(corners.map(|bit| bit as u16 * 65535).collect()),
            output_table: ramp,
            lut_type,
        })
    }

    #[test]
    fn lab_is_coded_as_the_standard_says() {
        // White is L* = 100, a* = b* = 0: 0xff00 and 0x8000 in the older tables, 1 and 128/255 in the newer.
        let old = Lut::new(&identity(LutType::Lut16), true, true).unwrap();
        let white = old.to_xyz([65280.0 / 65535.0, 32768.0 / 65535.0, 32768.0 / 65535.0]);
        assert!(white.iter().zip(D50).all(|(a, b)| (a - b).abs() < 1e-9), "{white:?}");
        let new = Lut::new(&identity(LutType::Lut8), true, true).unwrap();
        let white = new.to_xyz([1.0, 128.0 / 255.0, 128.0 / 255.0]);
        assert!(white.iter().zip(D50).all(|(a, b)| (a - b).abs() < 1e-9), "{white:?}");
        // CIE L* of 18 % grey is 49.5.
        let back = Lut::new(&identity(LutType::Lut8), false, true).unwrap();
        let grey = back.to_codes(D50.map(|value| value * 0.18));
        assert!((grey[0] - 0.49496).abs() < 1e-4 && (grey[1] - 128.0 / 255.0).abs() < 1e-9, "{grey:?}");
    }

    #[test]
    fn there_and_back() {
        for lab in [false, true] {
            let to = Lut::new(&identity(LutType::Lut16), true, lab).unwrap();
            let from = Lut::new(&identity(LutType::Lut16), false, lab).unwrap();
            for values in [[0.1, 0.5, 0.4], [0.7, 0.52, 0.45], [0.9, 0.5, 0.5]] {
                let back = from.to_codes(to.to_xyz(values));
                assert!(
                    back.iter().zip(values).all(|(a, b)| (a - b).abs() < 1e-9),
                    "{lab} {values:?} {back:?}"
                );
            }
        }
    }

    #[test]
    fn grays_of_device_codes_stay_gray() {
        let LutWarehouse::Lut(mut table) = identity(LutType::Lut8) else { unreachable!("made above") };
        // Black, white, and colours that show.
        let corners =
            [[0, 0, 0], [9000, 0, 50000], [0, 40000, 0], [65535, 0, 0], [7, 7, 60000], [0, 65535, 0]];
        let rest = [[0, 60000, 60000], [65535, 65535, 65535]];
        table.clut_table = LutStore::Store16([corners.as_flattened(), rest.as_flattened()].concat());
        let table = LutWarehouse::Lut(table);
        let to = Lut::new(&table, true, false).unwrap();
        let top = 1.0 + 32767.0 / 32768.0;
        for gray in [0.2, 0.5, 0.9] {
            let xyz = to.to_xyz([gray; 3]);
            assert!(xyz.iter().all(|value| (value - gray * top).abs() < 1e-9), "{gray}: {xyz:?}");
        }
        // The grays of L*a*b* lie elsewhere, and all corners count alike half-way between them.
        let from = Lut::new(&table, false, true).unwrap();
        let sums: [u32; 3] = std::array::from_fn(|channel| {
            corners.iter().chain(&rest).map(|corner| u32::from(corner[channel])).sum()
        });
        let found = from.run([0.5; 3]);
        let mean = sums.map(|sum| f64::from(sum) / 8.0 / 65535.0);
        assert!(found.iter().zip(mean).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?} {mean:?}");
    }

    #[test]
    fn wrong_shapes_are_refused() {
        let LutWarehouse::Lut(good) = identity(LutType::Lut16) else { unreachable!("made above") };
        for table in [
            LutDataType { num_input_channels: 4, ..good.clone() },
            LutDataType { num_clut_grid_points: 3, ..good.clone() },
            LutDataType { num_clut_grid_points: 1, ..good.clone() },
            LutDataType { num_input_table_entries: 3, ..good.clone() },
            LutDataType { output_table: LutStore::Store8(vec![]), ..good },
        ] {
            assert!(Lut::new(&LutWarehouse::Lut(table), true, true).is_err());
        }
    }
}
