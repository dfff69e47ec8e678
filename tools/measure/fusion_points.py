# SPDX-License-Identifier: Apache-2.0
"""Points of fusion.csv: sixteen 2-bit bricks at every pair of widths they fuse to."""
from functools import partial

import numpy as np

import operands
from point import ACCUMULATOR_BITS, Point, Stimulus, accumulated, clears
from synthesis import Unit

_BRICKS = 16
_MODES = {2: 0, 4: 1, 8: 2}


def _digits(bits, own, other, other_bits):
    """Where the digits of one operand stand: digit position -> (pair of operands, digit). A brick's
    number has the bits {weight 2, activation 2, weight 1, activation 1}; `own` and `other` are the
    masks (high, low) of this operand's and the other's."""
    # A digit that several bricks share stands where the other operand's digit bits are 0.
    shared = (other[0] if other_bits == 8 else 0) | (other[1] if other_bits >= 4 else 0)
    digit_bits = (own[0] if bits == 8 else 0) | (own[1] if bits >= 4 else 0)
    positions, pairs = {}, {}
    for brick in range(_BRICKS):
        pair = pairs.setdefault(brick & ~shared & ~digit_bits, len(pairs))
        digit = (bits >= 4 and bool(brick & own[1])) + 2 * (bits == 8 and bool(brick & own[0]))
        positions[brick & ~shared] = (pair, digit)
    return positions


def _packed(codes, positions):
    words = np.zeros(len(codes), int)
    for position, (pair, digit) in positions.items():
        words |= ((codes[:, pair] >> (2 * digit)) & 3) << (2 * position)
    return words


def _stimulus(cycles, weight_bits, activation_bits, data, latency):
    rng = np.random.default_rng(weight_bits * 100 + activation_bits)
    count = _pairs(weight_bits, activation_bits)
    w, a = operands.dot_products(rng, cycles, count, weight_bits, activation_bits, data)
    clear = clears(cycles)
    weight_masks, activation_masks = (8, 2), (4, 1)
    inputs = {
        "w": _packed(w, _digits(weight_bits, weight_masks, activation_masks, activation_bits)),
        "a": _packed(a, _digits(activation_bits, activation_masks, weight_masks, weight_bits)),
        "clr": clear, "wm": np.full(cycles, _MODES[weight_bits]),
        "am": np.full(cycles, _MODES[activation_bits])}
    expected = accumulated((w * a).sum(1), clear, ACCUMULATOR_BITS)
    return Stimulus(inputs, "acc", np.arange(latency, cycles), expected[:-latency])


def _pairs(weight_bits, activation_bits):
    return 4 * _BRICKS // (weight_bits * activation_bits)


def fusion_points(cycles):
    for pipelined in (0, 1):
        for w in _MODES:
            for a in _MODES:
                for data in ("uniform", "cnn", "cnn_wstat"):
                    macs = _pairs(w, a)
                    yield Point(
                        Unit("fusion", (("ACC", ACCUMULATOR_BITS), ("PIPE", pipelined))),
                        {"unit": "fusion_16_bricks_pipe%d" % pipelined, "weight_bits": w,
                         "act_bits": a, "acc_bits": ACCUMULATOR_BITS, "data": data},
                        partial(_stimulus, cycles, w, a, data, 2 + 2 * pipelined),
                        frozenset((w, a)), 1 / macs, {"macs_per_cycle": macs})
