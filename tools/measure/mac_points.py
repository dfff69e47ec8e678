# SPDX-License-Identifier: Apache-2.0
"""Points of the tables of bit-parallel MACs."""
from functools import partial

import numpy as np

import operands
from point import ACCUMULATOR_BITS, Point, Stimulus, accumulated, clears, masked
from synthesis import Unit

_BITS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 16)
_LATENCY = 2  # operand register, accumulator register


def _mac_stimulus(seed, cycles, weight_bits, activation_bits, data, zeros=0.5, shifts=(0, 0)):
    if data == "idle_clock_running":
        w = a = clear = np.zeros(cycles, int)
    else:
        rng = np.random.default_rng(seed)
        w, a = operands.pairs(rng, cycles, weight_bits, activation_bits, data, zeros)
        w, a, clear = w << shifts[0], a << shifts[1], clears(cycles)
    expected = accumulated(w * a, clear, ACCUMULATOR_BITS)
    return Stimulus({"w": w, "a": a, "clr": clear}, "acc", np.arange(_LATENCY, cycles),
                    expected[:-_LATENCY])


def _mac(weight_bits, activation_bits):
    return Unit("mac", (("W", weight_bits), ("A", activation_bits), ("ACC", ACCUMULATOR_BITS),
                        ("ASIGNED", 1), ("BOOTH", 0)))


def mac_points(cycles):
    for w in _BITS:
        for a in _BITS:
            for data in ("cnn", "cnn_wstat", "uniform"):
                # Held weights are few: twice the cycles.
                length = 2 * cycles if data == "cnn_wstat" else cycles
                yield Point(
                    _mac(w, a),
                    {"unit": "mac_parallel", "weight_bits": w, "act_bits": a,
                     "acc_bits": ACCUMULATOR_BITS, "act_signed": 1, "mult": "baugh_wooley_csa",
                     "data": data},
                    partial(_mac_stimulus, 1000 * w + a, length, w, a, data),
                    frozenset((w, a)), also_without_wires=data == "cnn")


def subword_points(cycles):
    for hardware in (8, 16):
        length = cycles // 2 if hardware == 16 else cycles
        for w in (2, 3, 4, 5, 6, 8, 12, 16):
            for a in (2, 4, 6, 8, 12, 16):
                if max(w, a) > hardware or (hardware == 16 and w in (3, 5, 6, 12) and w != a):
                    continue
                for alignment in ("lsb_sign_extended", "msb_aligned"):
                    top = alignment == "msb_aligned"
                    shifts = (hardware - w, hardware - a) if top else (0, 0)
                    for data in ("uniform", "cnn"):
                        yield Point(
                            _mac(hardware, hardware),
                            {"unit": "mac_parallel", "hw_weight_bits": hardware,
                             "hw_act_bits": hardware, "weight_bits": w, "act_bits": a,
                             "acc_bits": ACCUMULATOR_BITS, "alignment": alignment, "data": data},
                            partial(_mac_stimulus, 1000 * w + a, length, w, a, data,
                                    shifts=shifts),
                            frozenset((hardware, w, a)))


def zero_activity_points(cycles):
    for bits in (4, 8, 16):
        cases = [(zeros, data) for zeros in (0, 0.25, 0.5, 0.75, 0.9)
                 for data in ("cnn", "cnn_wstat")] + [(1, "idle_clock_running")]
        for zeros, data in cases:
            yield Point(
                _mac(bits, bits),
                {"unit": "mac_parallel", "weight_bits": bits, "act_bits": bits,
                 "acc_bits": ACCUMULATOR_BITS, "zero_fraction": zeros, "data": data},
                partial(_mac_stimulus, bits, cycles, bits, bits, data, zeros), frozenset((bits,)))


def _weight_stationary_stimulus(cycles, bits):
    rng = np.random.default_rng(bits)
    w, a = operands.pairs(rng, cycles, bits, bits, "cnn_wstat")
    sigma = 8 * max(1.0, np.std(w) * np.std(a))
    partial_sum = np.round(rng.normal(0, sigma, cycles)).astype(int)
    # The partial sum is not registered on its way in: it meets the product of the cycle before.
    expected = masked(partial_sum[1:-1] + (w * a)[:-2], ACCUMULATOR_BITS)
    return Stimulus({"w": w, "a": a, "psum": partial_sum}, "acc", np.arange(_LATENCY, cycles),
                    expected)


def weight_stationary_points(cycles):
    for bits in _BITS:
        yield Point(
            Unit("mac_ws", (("W", bits), ("A", bits), ("ACC", ACCUMULATOR_BITS))),
            {"unit": "mac_weight_stationary", "weight_bits": bits, "act_bits": bits,
             "acc_bits": ACCUMULATOR_BITS, "data": "cnn_wstat"},
            partial(_weight_stationary_stimulus, cycles, bits), frozenset((bits,)))
