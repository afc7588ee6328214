//! The instruction sets kernels are written for.

use std::sync::OnceLock;

/// A rung of instruction sets; a higher one includes the lower ones.
///
/// Kernels fall through from the reference to the best variant at or below the level asked for, and never
/// above what the machine has: asking for too much is the same as asking for [`CpuLevel::machine`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CpuLevel {
    /// The scalar references only.
    Scalar,
    /// x86-64 with AVX2, BMI1, BMI2, LZCNT, POPCNT and FMA, as every processor with AVX2 has them.
    Avx2,
    /// AVX-512 as Intel's Ice Lake and AMD's Zen 4 have it: F, BW, CD, DQ, VL, IFMA, VBMI, VBMI2, VNNI, BITALG and
    /// VPOPCNTDQ. Their forerunners, whose clocks fall under it, stay at [`Avx2`](CpuLevel::Avx2). The
    /// kernels of [`video`](crate::video) stay there, too: on Sapphire Rapids multiplications of 512 bits now and then lower
    /// the clock by 6 % for all that runs between them, and with 256 bits there is little to gain.
    Avx512,
}

impl CpuLevel {
    /// Every level, lowest first.
    pub const ALL: [CpuLevel; 3] = [CpuLevel::Scalar, CpuLevel::Avx2, CpuLevel::Avx512];

    /// The best level of this machine, lowered (never raised) by the environment variable `VITASCOPE_CPU`
    /// (`scalar`, `avx2` or `avx512`; any other value is ignored). Read once per process.
    pub fn detected() -> CpuLevel {
        static DETECTED: OnceLock<CpuLevel> = OnceLock::new();
        *DETECTED.get_or_init(|| {
            let machine = CpuLevel::machine();
            match std::env::var("VITASCOPE_CPU") {
                Ok(name) => CpuLevel::from_name(&name).map_or(machine, |level| level.min(machine)),
                Err(_) => machine,
            }
        })
    }

    /// The best level of this machine, whatever the environment says.
    pub fn machine() -> CpuLevel {
        #[cfg(target_arch = "x86_64")]
        {
            macro_rules! all {
                ($($feature:tt)+) => { $(is_x86_feature_detected!($feature))&&+ };
            }
            let avx2 = all!("avx2" "bmi1" "bmi2" "lzcnt" "popcnt" "fma");
            let avx512 = all!("avx512f" "avx512bw" "avx512cd" "avx512dq" "avx512vl" "avx512ifma")
                && all!("avx512vbmi" "avx512vbmi2" "avx512vnni" "avx512bitalg" "avx512vpopcntdq");
            match (avx2, avx512) {
                (true, true) => return CpuLevel::Avx512,
                (true, false) => return CpuLevel::Avx2,
                (false, _) => {}
            }
        }
        CpuLevel::Scalar
    }

    /// The level of this name (`scalar`, `avx2`, `avx512`; case does not matter).
    pub fn from_name(name: &str) -> Option<CpuLevel> {
        CpuLevel::ALL.into_iter().find(|level| level.name().eq_ignore_ascii_case(name))
    }

    /// The name, as `VITASCOPE_CPU` takes it.
    pub fn name(self) -> &'static str {
        match self {
            CpuLevel::Scalar => "scalar",
            CpuLevel::Avx2 => "avx2",
            CpuLevel::Avx512 => "avx512",
        }
    }
}

impl Default for CpuLevel {
    /// [`CpuLevel::detected`].
    fn default() -> Self {
        CpuLevel::detected()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_order() {
        for level in CpuLevel::ALL {
            assert_eq!(CpuLevel::from_name(level.name()), Some(level));
        }
        assert_eq!(CpuLevel::from_name("AVX2"), Some(CpuLevel::Avx2));
        assert_eq!(CpuLevel::from_name("sse9"), None);
        assert!(CpuLevel::ALL.is_sorted());
        assert!(CpuLevel::detected() <= CpuLevel::machine());
        assert_eq!(CpuLevel::Avx2.min(CpuLevel::Scalar), CpuLevel::Scalar);
    }
}
