"""The linear estimate of least mean square error.

`E[wanted | given] = m_wanted + C_wanted,given (C_given + ridge)^-1 (given - m_given)` (Kay, Fundamentals of Statistical Signal Processing,
volume I, 12.3), over those numbers that are given.
"""

from dataclasses import dataclass

import numpy as np

from ....geometry.types import Array

LEAST_VARIANCE = 1e-9
"""Added to every given number's, so that those which never vary can be solved for, too."""


@dataclass(frozen=True)
class LinearEstimate:
    """Of M wanted numbers from G given ones."""

    mean_given: Array
    """`(G,)`."""
    mean_wanted: Array
    """`(M,)`."""
    covariance_given: Array
    """`(G, G)`, with its ridge."""
    covariance_wanted_given: Array
    """`(M, G)`."""

    def estimated(self, given: Array) -> Array:
        """`(F, M)` of `(F, G)`, all rows of which lack the same numbers (NaN)."""
        known = np.isfinite(given[0])
        weights = np.linalg.solve(self.covariance_given[np.ix_(known, known)], self.covariance_wanted_given[:, known].T)
        return self.mean_wanted + (given[:, known] - self.mean_given[known]) @ weights


class Moments:
    """Sums over batches of given and wanted numbers."""

    def __init__(self, given: int, wanted: int) -> None:
        self.count, self._given = 0, given
        self._sum, self._products = np.zeros(given + wanted), np.zeros((given + wanted, given))

    def add(self, given: Array, wanted: Array) -> None:
        """`(F, G)` and `(F, M)`."""
        both = np.concatenate([given, wanted], axis=1)
        self.count += len(given)
        self._sum += both.sum(axis=0)
        self._products += both.T @ given

    def estimate(self, ridge: float) -> LinearEstimate:
        """With that share of its own variance added to each given number's."""
        mean, size = self._sum / self.count, self._given
        covariance = self._products / self.count - np.outer(mean, mean[:size])
        given = covariance[:size] + np.diag(ridge * np.diag(covariance[:size]) + LEAST_VARIANCE)
        return LinearEstimate(mean[:size], mean[size:], given, covariance[size:])
