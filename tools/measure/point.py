# SPDX-License-Identifier: Apache-2.0
"""A point of a table: one unit with one sequence of operands."""
from dataclasses import dataclass, field
from typing import Callable

import numpy as np

from synthesis import Unit

ACCUMULATOR_BITS = 32
CLEAR_EVERY = 256  # cycles that a MAC accumulates for


@dataclass(frozen=True)
class Stimulus:
    inputs: dict  # port -> integers, one a cycle
    output: str  # port that is checked
    cycles: object  # when it is
    expected: object  # what the integer model says, modulo the port's width


@dataclass(frozen=True)
class Point:
    unit: Unit
    columns: dict  # that identify the row
    make_stimulus: Callable
    widths: frozenset  # that --widths must name
    cycles_per_mac: float = 1.0
    also: dict = field(default_factory=dict)  # columns that follow from the others
    also_without_wires: bool = False


def masked(values, bits):
    return np.array([int(v) & ((1 << bits) - 1) for v in values], object)


def accumulated(products, clears, bits):
    """Value of an accumulator after each cycle."""
    total, all_totals = 0, []
    for product, clear in zip(products.tolist(), clears.tolist()):
        total = (0 if clear else total) + product
        all_totals.append(total)
    return masked(all_totals, bits)


def clears(cycles):
    return (np.arange(cycles) % CLEAR_EVERY == 0).astype(int)
