//! 3x3 matrices in double precision.

/// Rows of a 3x3 matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Matrix(pub [[f64; 3]; 3]);

impl Matrix {
    /// The matrix that changes nothing.
    pub(crate) const IDENTITY: Matrix = Matrix([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);

    /// `self` after `first`.
    pub(crate) fn after(&self, first: &Matrix) -> Matrix {
        let mut product = [[0.0; 3]; 3];
        for (row, out) in self.0.iter().zip(&mut product) {
            for (column, out) in out.iter_mut().enumerate() {
                *out = (0..3).map(|k| row[k] * first.0[k][column]).sum();
            }
        }
        Matrix(product)
    }

    /// `self` times a column.
    pub(crate) fn apply(&self, column: [f64; 3]) -> [f64; 3] {
        self.0.map(|row| row[0] * column[0] + row[1] * column[1] + row[2] * column[2])
    }

    /// The inverse; `None` when there is none.
    pub(crate) fn inverse(&self) -> Option<Matrix> {
        let m = &self.0;
        let cofactor = |row: usize, column: usize| {
            let (r, s) = ((row + 1) % 3, (row + 2) % 3);
            let (c, d) = ((column + 1) % 3, (column + 2) % 3);
            m[r][c] * m[s][d] - m[r][d] * m[s][c]
        };
        let determinant: f64 = (0..3).map(|column| m[0][column] * cofactor(0, column)).sum();
        if determinant.abs() < 1e-12 {
            return None;
        }
        let mut inverse = [[0.0; 3]; 3];
        for (row, out) in inverse.iter_mut().enumerate() {
            for (column, out) in out.iter_mut().enumerate() {
                *out = cofactor(column, row) / determinant;
            }
        }
        Some(Matrix(inverse))
    }

    /// Whether all elements differ from the identity's by less than 1e-9.
    pub(crate) fn is_identity(&self) -> bool {
        let pairs = self.0.iter().flatten().zip(Matrix::IDENTITY.0.iter().flatten());
        pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverse_undoes() {
        let matrix = Matrix([[0.64, 0.3, 0.15], [0.33, 0.6, 0.06], [0.03, 0.1, 0.79]]);
        assert!(matrix.after(&matrix.inverse().unwrap()).is_identity());
        assert!(Matrix([[1.0, 2.0, 3.0]; 3]).inverse().is_none());
    }
}
