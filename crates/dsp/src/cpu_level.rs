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
}

impl CpuLevel {
    /// Every level, lowest first.
    pub const ALL: [CpuLevel; 2] = [CpuLevel::Scalar, CpuLevel::Avx2];

    /// The best level of this machine, lowered (never raised) by the environment variable `VITASCOPE_CPU`
    /// (`scalar` or `avx2`; any other value is ignored). Read once per process.
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
        if is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt")
            && is_x86_feature_detected!("fma")
        {
            return CpuLevel::Avx2;
        }
        CpuLevel::Scalar
    }

    /// The level of this name (`scalar`, `avx2`; case does not matter).
    pub fn from_name(name: &str) -> Option<CpuLevel> {
        CpuLevel::ALL.into_iter().find(|level| level.name().eq_ignore_ascii_case(name))
    }

    /// The name, as `VITASCOPE_CPU` takes it.
    pub fn name(self) -> &'static str {
        match self {
            CpuLevel::Scalar => "scalar",
            CpuLevel::Avx2 => "avx2",
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
        assert!(CpuLevel::Scalar < CpuLevel::Avx2);
        assert!(CpuLevel::detected() <= CpuLevel::machine());
        assert_eq!(CpuLevel::Avx2.min(CpuLevel::Scalar), CpuLevel::Scalar);
    }
}
