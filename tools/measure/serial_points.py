# SPDX-License-Identifier: Apache-2.0
"""Points of serial.csv: groups of lanes that add up one dot product, activations bit by bit, most
significant bit first."""
from functools import partial

import numpy as np

import operands
from point import ACCUMULATOR_BITS, Point, Stimulus, masked
from synthesis import Unit

_LANES = 16
_BITS = (2, 4, 8, 16)
_WIDE_ACCUMULATOR_BITS = 40  # of 16-bit weights
_CLEAR_EVERY = 16  # dot products
_LATENCY = 2


def _bit(codes, index):
    """Of each row's lanes, packed into one integer."""
    return (((codes >> index) & 1) << np.arange(_LANES)).sum(1)


def _packed(codes, bits):
    """Lanes of a row side by side, as Python integers."""
    mask = (1 << bits) - 1
    return [sum((int(c) & mask) << (lane * bits) for lane, c in enumerate(row)) for row in codes]


def _dot_products(w, a, cycles_each, accumulator_bits):
    """The cycles in which each dot product has arrived, and the accumulator's value then."""
    total, totals = 0, []
    for k, product in enumerate((w * a).sum(1).tolist()):
        total = (0 if k % _CLEAR_EVERY == 0 else total) + product
        totals.append(total)
    arrived = (np.arange(len(totals)) + 1) * cycles_each - 1 + _LATENCY
    inside = arrived < len(totals) * cycles_each
    return arrived[inside], masked(np.array(totals, object)[inside], accumulator_bits)


def _activation_serial_stimulus(cycles, register_bits, weight_bits, activation_bits,
                                accumulator_bits, data):
    rng = np.random.default_rng(register_bits * 100 + activation_bits)
    count = max(cycles // activation_bits, 60)
    w, a = operands.dot_products(rng, count, _LANES, weight_bits, activation_bits, data)
    step = np.tile(np.arange(activation_bits), count)
    dot = np.repeat(np.arange(count), activation_bits)
    first = (step == 0).astype(int)
    bits = np.stack([_bit(a, activation_bits - 1 - b) for b in range(activation_bits)], 1)
    inputs = {"w": np.repeat(np.array(_packed(w, register_bits), object), activation_bits),
              "a": bits.ravel(), "first": first, "neg": first,
              "last": (step == activation_bits - 1).astype(int),
              "clr": first * (dot % _CLEAR_EVERY == 0)}
    return Stimulus(inputs, "acc", *_dot_products(w, a, activation_bits, accumulator_bits))


def _fully_serial_stimulus(cycles, weight_bits, activation_bits, data):
    rng = np.random.default_rng(weight_bits * 100 + activation_bits)
    each = weight_bits * activation_bits
    count = max(cycles // each, 20)
    w, a = operands.dot_products(rng, count, _LANES, weight_bits, activation_bits, data)
    outer = np.tile(np.repeat(np.arange(activation_bits), weight_bits), count)
    inner = np.tile(np.arange(weight_bits), count * activation_bits)
    dot = np.repeat(np.arange(count), each)
    w_bits = np.stack([_bit(w, weight_bits - 1 - c) for c in range(weight_bits)], 1)
    a_bits = np.stack([_bit(a, activation_bits - 1 - b) for b in range(activation_bits)], 1)
    flags = {"ifirst": inner == 0, "ilast": inner == weight_bits - 1, "ofirst": outer == 0,
             "olast": outer == activation_bits - 1, "neg": (inner == 0) != (outer == 0),
             "clr": (dot % _CLEAR_EVERY == 0) & (outer == 0) & (inner == 0)}
    inputs = {name: flag.astype(int) for name, flag in flags.items()}
    inputs.update(w=w_bits[dot, inner], a=a_bits[dot, outer])
    return Stimulus(inputs, "acc", *_dot_products(w, a, each, _WIDE_ACCUMULATOR_BITS))


def _point(unit, name, register_bits, weight_bits, activation_bits, accumulator_bits, data, cycles,
           stimulus, widths):
    return Point(
        unit,
        {"unit": name, "hw_weight_bits": register_bits, "lanes": _LANES,
         "weight_bits": weight_bits, "act_bits": activation_bits, "acc_bits": accumulator_bits,
         "data": data},
        stimulus, frozenset(widths), cycles / _LANES, {"cycles_per_16_macs": cycles})


def serial_points(cycles):
    for register in _BITS:
        accumulator = _WIDE_ACCUMULATOR_BITS if register == 16 else ACCUMULATOR_BITS
        unit = Unit("sip", (("W", register), ("AMAX", 16), ("LANES", _LANES),
                            ("ACC", accumulator)))
        for a in _BITS:
            for w in (bits for bits in _BITS if bits <= register):
                for data in ("uniform", "cnn", "cnn_wstat"):
                    yield _point(unit, "serial_act_parallel_weight", register, w, a, accumulator,
                                 data, a,
                                 partial(_activation_serial_stimulus, cycles, register, w, a,
                                         accumulator, data),
                                 (register, w, a))
    unit = Unit("loom", (("WMAX", 16), ("AMAX", 16), ("LANES", _LANES),
                         ("ACC", _WIDE_ACCUMULATOR_BITS)))
    for w in _BITS:
        for a in _BITS:
            for data in ("uniform", "cnn"):
                yield _point(unit, "serial_both", 1, w, a, _WIDE_ACCUMULATOR_BITS, data, a * w,
                             partial(_fully_serial_stimulus, cycles, w, a, data), (w, a))
