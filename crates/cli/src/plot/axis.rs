//! Round numbers along an axis.

/// An axis whose ends are ticks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    start: f64,
    step: f64,
    steps: u32,
}

impl Axis {
    /// From `least` to `greatest` or a little beyond, in steps of 1, 2 or 5 times a power of ten, about `wanted` of them.
    pub(super) fn covering(least: f64, greatest: f64, wanted: u32) -> Self {
        let extent = if greatest > least { greatest - least } else { 1.0 };
        let rough = extent / f64::from(wanted);
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .map(|factor| factor * power)
            .into_iter()
            .find(|step| *step >= rough * (1.0 - 1e-9))
            .unwrap_or(10.0 * power);
        let start = (least / step).floor() * step;
        let steps = ((least + extent - start) / step - 1e-9).ceil().max(1.0) as u32;
        Axis { start, step, steps }
    }

    /// Where a value lies: 0 at the start, 1 at the end.
    pub(super) fn place(&self, value: f64) -> f64 {
        (value - self.start) / (self.step * f64::from(self.steps))
    }

    /// Values and labels.
    pub(super) fn ticks(&self) -> impl Iterator<Item = (f64, String)> {
        let Axis { start, step, steps } = *self;
        let decimals = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
        (0..=steps).map(move |i| {
            let value = start + step * f64::from(i);
            (value, format!("{value:.decimals$}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        let labels = |least, greatest, wanted| -> Vec<String> {
            Axis::covering(least, greatest, wanted).ticks().map(|(_, label)| label).collect()
        };
        assert_eq!(labels(0.0, 10.0, 5), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(labels(0.0, 1.92, 4), ["0.0", "0.5", "1.0", "1.5", "2.0"]);
        assert_eq!(labels(23.0, 31.0, 4), ["22", "24", "26", "28", "30", "32"]);
        assert_eq!(labels(0.0, 0.0, 2), ["0.0", "0.5", "1.0"]);
        let axis = Axis::covering(0.0, 10.0, 5);
        assert_eq!((axis.place(0.0), axis.place(5.0), axis.place(10.0)), (0.0, 0.5, 1.0));
    }
}
