//! Between the points of a grid over 0 to 1 in three directions. Points are numbered with the last direction varying
//! fastest; there are two in each direction at least.

/// The four points of the tetrahedron around a place, and their weights: of the cell's points, those that a path along its edges
/// passes from the lowest to the highest, the longest way first. Where grays are the diagonal, they lie between grays.
pub(super) fn tetrahedron(points: [usize; 3], place: [f64; 3]) -> [(usize, f64); 4] {
    let (index, mut ways) = cell(points, place);
    ways.sort_by(|a, b| b.0.total_cmp(&a.0));
    let [(longest, a), (middle, b), (shortest, c)] = ways;
    [
        (index, 1.0 - longest),
        (index + a, longest - middle),
        (index + a + b, middle - shortest),
        (index + a + b + c, shortest),
    ]
}

/// The eight points of the cell around a place, and their weights: straight lines in each direction.
pub(super) fn corners(points: [usize; 3], place: [f64; 3]) -> [(usize, f64); 8] {
    let (index, ways) = cell(points, place);
    std::array::from_fn(|corner| {
        let each = ways.iter().enumerate().map(|(axis, &(part, step))| match corner >> axis & 1 {
            1 => (step, part),
            _ => (0, 1.0 - part),
        });
        each.fold((index, 1.0), |(index, weight), (step, part)| (index + step, weight * part))
    })
}

/// The lowest point of the cell around a place, and for each direction how far beyond it the place lies and the step to the next
/// point.
fn cell(points: [usize; 3], place: [f64; 3]) -> (usize, [(f64, usize); 3]) {
    let steps = [points[1] * points[2], points[2], 1];
    let mut index = 0;
    let ways = std::array::from_fn(|axis| {
        let limited = if place[axis].is_nan() { 0.0 } else { place[axis].clamp(0.0, 1.0) };
        let position = limited * (points[axis] - 1) as f64;
        let first = (position as usize).min(points[axis] - 2);
        index += first * steps[axis];
        (position - first as f64, steps[axis])
    });
    (index, ways)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_those_of_the_place() {
        let points = [3, 2, 4];
        for place in [[0.0; 3], [1.0; 3], [0.3, 0.9, 0.5], [0.7, 0.1, 0.99], [0.5, 0.5, 0.5]] {
            let axes = |index: usize| [index / 8, index / 4 % 2, index % 4];
            for found in [&tetrahedron(points, place)[..], &corners(points, place)] {
                for axis in 0..3 {
                    let mean: f64 =
                        found.iter().map(|(index, weight)| axes(*index)[axis] as f64 * weight).sum();
                    let exact = place[axis] * (points[axis] - 1) as f64;
                    assert!((mean - exact).abs() < 1e-12, "{place:?} {found:?}");
                }
                let sum: f64 = found.iter().map(|(_, weight)| weight).sum();
                assert!((sum - 1.0).abs() < 1e-12 && found.iter().all(|(index, _)| *index < 24));
            }
        }
    }

    #[test]
    fn grays_lie_between_grays() {
        for gray in [0.0, 0.01, 0.4, 0.77, 1.0] {
            for (index, weight) in tetrahedron([5; 3], [gray; 3]) {
                assert!(weight == 0.0 || index % 31 == 0, "{gray}: {index} {weight}");
            }
        }
        // Half-way between all eight.
        assert!(corners([2; 3], [0.5; 3]).iter().all(|(_, weight)| *weight == 0.125));
    }
}
