//! Tables of the binary arithmetic coder: ITU-T H.264 Tables 9-44 and 9-45, and what a bin costs.

/// `rangeTabLPS` (Table 9-44): width of the least probable symbol's interval by `pStateIdx` and `qCodIRangeIdx`.
pub(super) static RANGE_LPS: [[u8; 4]; 64] = [
    [128, 176, 208, 240], [128, 167, 197, 227], [128, 158, 187, 216], [123, 150, 178, 205],
    [116, 142, 169, 195], [111, 135, 160, 185], [105, 128, 152, 175], [100, 122, 144, 166],
    [95, 116, 137, 158], [90, 110, 130, 150], [85, 104, 123, 142], [81, 99, 117, 135], [77, 94, 111, 128],
    [73, 89, 105, 122], [69, 85, 100, 116], [66, 80, 95, 110], [62, 76, 90, 104], [59, 72, 86, 99],
    [56, 69, 81, 94], [53, 65, 77, 89], [51, 62, 73, 85], [48, 59, 69, 80], [46, 56, 66, 76],
    [43, 53, 63, 72], [41, 50, 59, 69], [39, 48, 56, 65], [37, 45, 54, 62], [35, 43, 51, 59],
    [33, 41, 48, 56], [32, 39, 46, 53], [30, 37, 43, 50], [29, 35, 41, 48], [27, 33, 39, 45],
    [26, 31, 37, 43], [24, 30, 35, 41], [23, 28, 33, 39], [22, 27, 32, 37], [21, 26, 30, 35],
    [20, 24, 29, 33], [19, 23, 27, 31], [18, 22, 26, 30], [17, 21, 25, 28], [16, 20, 23, 27],
    [15, 19, 22, 25], [14, 18, 21, 24], [14, 17, 20, 23], [13, 16, 19, 22], [12, 15, 18, 21],
    [12, 14, 17, 20], [11, 14, 16, 19], [11, 13, 15, 18], [10, 12, 15, 17], [10, 12, 14, 16], [9, 11, 13, 15],
    [9, 11, 12, 14], [8, 10, 12, 14], [8, 9, 11, 13], [7, 9, 11, 12], [7, 9, 10, 12], [7, 8, 10, 11],
    [6, 8, 9, 11], [6, 7, 9, 10], [6, 7, 8, 9], [2, 2, 2, 2],
];

/// `transIdxLPS` (Table 9-45): next `pStateIdx` after a least probable symbol.
const NEXT_LPS: [u8; 64] = [
    0, 0, 1, 2, 2, 4, 4, 5, 6, 7, 8, 9, 9, 11, 11, 12, 13, 13, 15, 15, 16, 16, 18, 18, 19, 19, 21, 21, 22, 22,
    23, 24, 24, 25, 26, 26, 27, 27, 28, 29, 29, 30, 30, 30, 31, 32, 32, 33, 33, 33, 34, 34, 35, 35, 35, 36,
    36, 36, 37, 37, 37, 38, 38, 63,
];

/// State after a bin, by packed state and bin (see [`super::cabac::State`]).
pub(super) static NEXT: [[u8; 2]; 128] = next_states();

const fn next_states() -> [[u8; 2]; 128] {
    let mut next = [[0; 2]; 128];
    let mut state = 0;
    while state < 128 {
        let (index, mps) = (state >> 1, state & 1);
        // `transIdxMPS` counts up to 62; 63 belongs to the terminating bin and stays.
        let after_mps = if index < 62 { index + 1 } else { index };
        next[state][mps] = (after_mps << 1 | mps) as u8;
        // In state 0 both symbols are equally probable, and the least probable one takes over.
        let other_mps = if index == 0 { 1 - mps } else { mps };
        next[state][1 - mps] = NEXT_LPS[index] << 1 | other_mps as u8;
        state += 1;
    }
    next
}

/// Cost of a bin in 1/256 bit: entry `pStateIdx << 1` for the most probable symbol, the odd entry after it for
/// the least probable one. From the probabilities that the states stand for, 0.5 * (0.0375)^(pStateIdx / 63).
pub static BIN_COST: [u16; 128] = [
    256, 256, 238, 275, 221, 294, 206, 314, 192, 333, 180, 352, 168, 371, 157, 391, 148, 410, 139, 429, 130,
    448, 122, 468, 115, 487, 108, 506, 102, 525, 96, 545, 90, 564, 85, 583, 80, 602, 76, 622, 72, 641, 68,
    660, 64, 679, 60, 699, 57, 718, 54, 737, 51, 756, 48, 776, 46, 795, 43, 814, 41, 833, 39, 853, 37, 872,
    35, 891, 33, 910, 31, 930, 29, 949, 28, 968, 26, 987, 25, 1007, 24, 1026, 22, 1045, 21, 1064, 20, 1084,
    19, 1103, 18, 1122, 17, 1141, 16, 1161, 15, 1180, 15, 1199, 14, 1218, 13, 1238, 12, 1257, 12, 1276, 11,
    1295, 11, 1315, 10, 1334, 10, 1353, 9, 1372, 9, 1392, 8, 1411, 8, 1430, 7, 1449, 7, 1469,
];

/// What follows from a bin, by packed state and bin: its cost in 1/256 bit, and in the low byte the state after it.
pub(super) static STEPS: [[u32; 2]; 128] = steps();

const fn steps() -> [[u32; 2]; 128] {
    let mut steps = [[0; 2]; 128];
    let mut state = 0;
    while state < 128 {
        steps[state] = [
            (BIN_COST[state] as u32) << 8 | NEXT[state][0] as u32,
            (BIN_COST[state ^ 1] as u32) << 8 | NEXT[state][1] as u32,
        ];
        state += 1;
    }
    steps
}
