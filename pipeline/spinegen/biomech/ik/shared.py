"""Frames that have parameters in common: damped Gauss-Newton over both, the frames eliminated one by one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...geometry.types import Array
from .band import solve_dense
from .limits import hold
from .residual import Dense, Objective

_EASIER, _HARDER, _LEAST, _HOPELESS = 0.3, 10.0, 1e-7, 1e4


class SharedProblem(Protocol):
    """Everything at one value of the parameters."""

    @property
    def parameters(self) -> Objective:
        """Of the parameters `(1, S)`."""
        ...

    def frames(self, widen: float) -> Objective:
        """Of the unknowns `(F, U)`, with robust losses `widen` times as wide as they are in the end.

        Its first residual, whose Jacobian is dense, is the one that depends on the parameters.
        """
        ...

    def parameter_slopes(self, x: Array) -> Array:
        """Derivatives `(F, N, S)` of the first residual's values by the parameters, at `x (F, U)`."""
        ...


@dataclass(frozen=True)
class _State:
    """One point of the search."""

    problem: SharedProblem
    parameters: Array
    """`(S,)`."""
    x: Array

    def cost(self, widen: float) -> float:
        """Of all frames and of the parameters."""
        frames = self.problem.frames(widen).cost(self.x).sum()
        return float(frames) + float(self.problem.parameters.cost(self.parameters[None])[0])


def solve_shared(
    problem_at: Callable[[Array], SharedProblem],
    parameters: Array,
    x: Array,
    *,
    rounds: int = 25,
    widen: Callable[[int], float] = lambda _: 1.0,
    tolerance: float = 1e-4,
) -> tuple[Array, Array]:
    """Parameters `(S,)` and unknowns `(F, U)` of least cost near a first guess. Time grows linearly with F.

    Args:
        problem_at: the problem at parameters `(S,)`.
        rounds: at most so many.
        widen: of the robust losses in each round: large at first, while all is still far away, and 1 in the last ones.
        tolerance: done when, with the losses as they are, the cost falls by less than this share.
    """

    def at(parameters: Array, x: Array) -> _State:
        problem = problem_at(parameters)
        return _State(problem, parameters, problem.frames(1.0).limits.clip(x))

    state, damping, previous = at(parameters, x), 1e-3, np.inf
    for number in range(rounds):
        wide = widen(number)
        step, parameter_step = _step(state, wide, damping)
        moved = state.problem.parameters.limits.clip(state.parameters + parameter_step)
        trial = at(moved, state.x + step)
        cost = trial.cost(wide)
        if cost >= state.cost(wide):
            damping *= _HARDER
            if damping > _HOPELESS:
                break
            continue
        state, damping = trial, max(damping * _EASIER, _LEAST)
        if wide == 1.0:
            if previous - cost < tolerance * cost:
                break
            previous = cost
    return state.parameters, state.x


def _step(state: _State, widen: float, damping: float) -> tuple[Array, Array]:
    """Steps of the unknowns `(F, U)` and of the parameters `(S,)` (Schur complement)."""
    problem, objective = state.problem, state.problem.frames(widen)
    point = objective.linear(state.x)
    blocks, right = point.normal_equations()
    held = objective.limits.held(state.x, right)
    right = hold(blocks, right, held)
    diagonal = np.einsum("fii->fi", blocks)
    diagonal += damping * (diagonal + 1.0)
    slopes = point.slopes[0]
    assert isinstance(slopes, Dense)
    root = np.sqrt(point.weights[0])[..., None]
    own, common = slopes.jacobian * root, problem.parameter_slopes(state.x) * root
    cross = np.where(held[..., None], 0.0, np.swapaxes(own, 1, 2) @ common)
    solved = solve_dense(blocks, np.concatenate([cross, right[..., None]], axis=-1))
    turned, turned_cross = np.swapaxes(common, 1, 2), np.swapaxes(cross, 1, 2)
    pull = -point.values[0][..., None] * root
    matrices, vectors = problem.parameters.linear(state.parameters[None]).normal_equations()
    matrix = matrices[0] + (turned @ common - turned_cross @ solved[..., :-1]).sum(0)
    vector = vectors[0] + (turned @ pull - turned_cross @ solved[..., -1:]).sum(0)[:, 0]
    matrix += damping * np.diag(np.diag(matrix))
    step = solve_dense(matrix, vector[:, None])[:, 0]
    return solved[..., -1] - solved[..., :-1] @ step, step
