//! Which rows of the pictures before took the bytes: what moves stays about where it is.

use vitascope_encode::math::exp2;

use super::row_budget::HALVING;

/// What the rows of the last pictures took, as if all had been coded with one quantiser; later pictures count more.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowHistory {
    efforts: Vec<f64>,
}

/// How much of it remains after another picture. With less, a picture that hardly changes would wipe it out.
const KEPT: f64 = 0.7;

impl RowHistory {
    /// The rows of a picture with this quantiser took so many bytes each, or would have. Without rows, nothing is learnt.
    pub(crate) fn learn(&mut self, efforts: &[f64], qp: f64) {
        if efforts.is_empty() {
            return;
        }
        self.efforts.resize(efforts.len(), 0.0);
        let scale = exp2(qp / HALVING);
        for (own, effort) in self.efforts.iter_mut().zip(efforts) {
            *own = KEPT * *own + effort * scale;
        }
    }

    /// The part that each row had; `None` while nothing is known.
    pub(crate) fn parts(&self) -> Option<impl Iterator<Item = f64>> {
        let all: f64 = self.efforts.iter().sum();
        (all > 0.0).then(|| self.efforts.iter().map(move |effort| effort / all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_counts_by_what_it_would_take_at_one_quantiser() {
        let mut history = RowHistory::default();
        assert!(history.parts().is_none());
        history.learn(&[30.0, 10.0], 24.0);
        assert_eq!(history.parts().unwrap().collect::<Vec<_>>(), [0.75, 0.25]);
        // Half as many bytes at twice the step weigh as much, and a little more for being later.
        history.learn(&[5.0, 15.0], 30.0);
        let parts: Vec<f64> = history.parts().unwrap().collect();
        assert!((parts[0] - (0.7 * 30.0 + 10.0) / (1.7 * 40.0)).abs() < 1e-9, "{parts:?}");
        // What took nothing says nothing, nor does a picture whose rows nobody counted.
        history.learn(&[], 40.0);
        history.learn(&[0.0, 0.0], 40.0);
        assert!(history.parts().unwrap().zip(parts).all(|(now, before)| (now - before).abs() < 1e-9));
    }
}
