# SPDX-License-Identifier: Apache-2.0
"""Points of requant_etc.csv: what follows the array, with registers at inputs and outputs, the
feeder before it, and what DMA and sequencer are made of."""
import numpy as np

import operands
from point import Point, Stimulus, masked
from synthesis import Unit

_SEED = 5
_SHIFT = 8
_BITS = (2, 4, 8, 16)
_ADDER_BITS = (8, 16, 24, 32, 48)
_MULTIPLIER_BITS = (8, 16, 31)
_COUNTED_BITS = (24, 32, 48)  # of sums that are compared
_LEVELS = (1, 2, 3, 4)
_FEEDER_LEVELS = (1, 2, 3, 4, 6, 8, 9)  # of as many lanes as they can turn
_FIFO_BITS = (8, 64, 512)
_ADDRESS_BITS = (16, 32, 64)
_COUNTER_BITS = 16
_LOOPS = {3: (8, 16, 8), 6: (4, 3, 3, 8, 8, 4)}  # turns of each, from the innermost
_REGISTER_BITS = 32
_TOGGLE_RATES = ((0.0, "hold"), (0.1, "toggle10pct"), (0.25, "toggle25pct"), (0.5, "uniform"),
                 (1.0, "toggle100pct"))


def _stimulus(inputs, values, bits, latency=2):
    cycles = len(values)
    return Stimulus(inputs, "q" if latency == 1 else "y", np.arange(latency, cycles),
                    masked(values, bits)[:-latency])


def _requantized(x, accumulator_bits, out_bits, half_even):
    x = ((x + (1 << (accumulator_bits - 1))) & ((1 << accumulator_bits) - 1)) - (
        1 << (accumulator_bits - 1))
    floor, rest, half = x >> _SHIFT, x & ((1 << _SHIFT) - 1), 1 << (_SHIFT - 1)
    up = rest >= half
    if half_even:
        up &= (rest != half) | (floor % 2 == 1)
    return np.clip(floor + up, -(1 << (out_bits - 1)), (1 << (out_bits - 1)) - 1)


def _twice(product, shift):
    """31 bits half up, the others half away from zero."""
    first = min(shift, 31)
    high = (product + (1 << first >> 1)) >> first
    left = shift - first
    size = (np.abs(high) + (1 << left >> 1)) >> left
    return np.where(high < 0, -size, size)


def _scaled(rng, cycles, accumulator, multiplier_bits, out, leaky=False, twice=False):
    """Sums with the multiplier, shift and zero point of a channel, which stay for some outputs; of
    `leaky` with those of negative sums as well, an eighth as large."""
    x = np.round(rng.normal(0, 2 ** (out + 6), cycles)).astype(int)
    x = np.clip(x, -(1 << (accumulator - 1)), (1 << (accumulator - 1)) - 1)
    held = lambda low, high: np.repeat(rng.integers(low, high, -(-cycles // operands.HOLD)),
                                       operands.HOLD)[:cycles]
    m = held(1 << (multiplier_bits - 1), 1 << multiplier_bits)
    z = held(-(1 << (out - 2)), 1 << (out - 2))
    shift = _SHIFT + multiplier_bits - 1
    inputs = {"x": x, "m": m, "sh": np.full(cycles, shift), "z": z}
    if leaky:
        inputs["m2"] = held(1 << (multiplier_bits - 1), 1 << multiplier_bits)
        inputs["sh2"] = inputs["sh"] + 3
        m, shift = (np.where(x < 0, inputs[n + "2"], inputs[n]).astype(object) for n in ("m", "sh"))
    product = x.astype(object) * m
    rounded = _twice(product, shift) if twice else (product + (1 << (shift - 1))) >> shift
    y = np.clip(rounded + z, -(1 << (out - 1)), (1 << (out - 1)) - 1)
    return _stimulus(inputs, y, out, latency=3)


def _counted(rng, cycles, accumulator, levels):
    """Sums against thresholds of one channel, as many as there may be, spread as the sums are."""
    spread = 2 ** (levels + 6)
    x = np.round(rng.normal(0, spread, cycles)).astype(int)
    thresholds = np.sort(np.round(rng.normal(0, spread, (1 << levels) - 1)).astype(int))
    least = -(1 << (levels - 1))
    packed = sum((int(t) & ((1 << accumulator) - 1)) << (i * accumulator)
                 for i, t in enumerate(thresholds))
    held = lambda value: np.full(cycles, value, object)
    inputs = {"x": x, "t": held(packed), "used": held(len(thresholds)), "z": held(least)}
    y = least + (x[:, None] >= thresholds).sum(1)
    return _stimulus(inputs, y, levels, latency=levels + 1)


def _register(rng, cycles, rate):
    flips = rng.random((cycles, _REGISTER_BITS)) < rate
    d = ((np.cumsum(flips, 0) & 1) << np.arange(_REGISTER_BITS)).sum(1)
    return _stimulus({"d": d}, d, _REGISTER_BITS, latency=1)


def _feeder(rng, cycles, levels):
    """A bit of every lane of half-zero activations, turned anew and packed whole every cycle."""
    lanes = 1 << levels
    set_bits = rng.random((cycles, lanes)) < 0.25
    by = rng.integers(0, lanes, cycles)
    turned = [np.roll(row, n) for row, n in zip(set_bits, by)]
    every = (1 << lanes) - 1
    return Stimulus({"d": _words(set_bits), "by": by, "take": np.full(cycles, every, object)},
                    "q", np.arange(1, cycles), _words(turned)[:-1])


def _words(rows):
    return np.array([sum(1 << int(i) for i in np.flatnonzero(row)) for row in rows], object)


def _fifo(rng, cycles, bits):
    d = _words(rng.random((cycles, bits)) < 0.5)
    return Stimulus({"d": d, "at": np.arange(cycles) % 2}, "y", np.arange(1, cycles), d[:-1])


def _addresses(cycles, bits, turns):
    """Of a map without gaps between its innermost rows, over and over."""
    pitches = [3 * int(np.prod(turns[:i])) + 5 * i for i in range(len(turns))]
    steps = [p - sum((n - 1) * q for n, q in zip(turns[:i], pitches))
             for i, p in enumerate(pitches)]
    base, every = 12345, int(np.prod(turns))
    walk = np.zeros(every, int)
    for i, (n, pitch) in enumerate(zip(turns, pitches)):
        walk += np.arange(every) // int(np.prod(turns[:i])) % n * pitch
    held = lambda value: np.full(cycles, value, object)
    packed = lambda values, width: held(sum((v % (1 << width)) << (i * width)
                                            for i, v in enumerate(values)))
    now = np.arange(cycles)
    inputs = {"start": (now % every == 0).astype(int), "base": held(base),
              "last": packed([n - 1 for n in turns], _COUNTER_BITS), "step": packed(steps, bits)}
    return Stimulus(inputs, "q", now[1:], masked(base + walk[(now[1:] - 1) % every], bits))


def _products(rng, cycles, bits):
    """Of two maps without zero points."""
    a, b = (operands.activations(rng, cycles, bits) for _ in range(2))
    held = lambda value: np.full(cycles, value)
    inputs = {"a": a, "b": b, "za": held(0), "zb": held(0), "sa": held(1), "sb": held(1)}
    return _stimulus(inputs, a * b, 2 * bits + 2)


def _point(top, parameters, name, in_bits, out_bits, stimulus, widths=(), mode="", data="cnn",
           uses_full_adders=False):
    return Point(Unit(top, tuple(parameters.items()), uses_full_adders),
                 {"unit": name, "in_bits": in_bits, "out_bits": out_bits, "mode": mode,
                  "data": data},
                 lambda: stimulus, frozenset(widths))


def post_points(cycles):
    """All draw from one sequence. Adders and registers are measured whatever widths are asked
    for."""
    rng = np.random.default_rng(_SEED)
    for accumulator in (24, 32):
        for out in _BITS:
            for half_even, mode in ((1, "half_even"), (0, "half_up")):
                x = np.round(rng.normal(0, 2 ** (out + 6), cycles)).astype(int)
                y = _requantized(x, accumulator, out, half_even)
                common = {"ACC": accumulator, "OUT": out, "MODE": half_even}
                yield _point("requant", common, "requant_var_shift", accumulator, out,
                             _stimulus({"x": x, "sh": np.full(cycles, _SHIFT)}, y, out), (out,),
                             mode)
                fixed = {"ACC": accumulator, "OUT": out, "SH": _SHIFT, "MODE": half_even}
                yield _point("requant_fixed", fixed, "requant_fixed_shift%d" % _SHIFT, accumulator,
                             out, _stimulus({"x": x}, y, out), (out,), mode)
    for bits in _BITS:
        x = operands.weights(rng, cycles, bits)
        yield _point("relu", {"N": bits}, "relu", bits, bits,
                     _stimulus({"x": x}, np.maximum(x, 0), bits), (bits,))
        a, b = (operands.activations(rng, cycles, bits) for _ in range(2))
        yield _point("maxpool", {"N": bits}, "maxpool2", bits, bits,
                     _stimulus({"a": a, "b": b}, np.maximum(a, b), bits), (bits,))
    for bits in _ADDER_BITS:
        a, b = (operands.uniform(rng, cycles, bits) for _ in range(2))
        yield _point("adder", {"N": bits}, "adder", bits, bits,
                     _stimulus({"a": a, "b": b}, a + b, bits), data="uniform")
    for rate, data in _TOGGLE_RATES:
        yield _point("dreg", {"N": _REGISTER_BITS}, "register32", _REGISTER_BITS, _REGISTER_BITS,
                     _register(rng, cycles, rate), mode="toggle_rate_%g" % rate, data=data)
    for levels in _FEEDER_LEVELS:
        lanes = 1 << levels
        yield _point("feeder", {"LANES": lanes, "LEVELS": levels}, "feeder", lanes, lanes,
                     _feeder(rng, cycles, levels))
    for multiplier in _MULTIPLIER_BITS:
        for out in _BITS:
            yield _point("requant_mul", {"ACC": 32, "MUL": multiplier, "OUT": out},
                         "requant_mul%d" % multiplier, 32, out,
                         _scaled(rng, cycles, 32, multiplier, out), (out,), "half_up",
                         uses_full_adders=True)
    for bits in _FIFO_BITS:
        yield _point("fifo", {"N": bits}, "fifo2", bits, bits, _fifo(rng, cycles, bits),
                     data="uniform")
    for loops, turns in _LOOPS.items():
        for bits in _ADDRESS_BITS:
            yield _point("address_generator", {"LOOPS": loops, "N": bits}, "address_generator",
                         loops * _COUNTER_BITS, bits, _addresses(cycles, bits, turns), data="walk")
    for multiplier in _MULTIPLIER_BITS:
        for out in _BITS:
            yield _point("requant_leaky", {"ACC": 32, "MUL": multiplier, "OUT": out},
                         "requant_leaky%d" % multiplier, 32, out,
                         _scaled(rng, cycles, 32, multiplier, out, leaky=True), (out,), "half_up",
                         uses_full_adders=True)
    for bits in _BITS:
        yield _point("product", {"N": bits}, "product", bits, 2 * bits + 2,
                     _products(rng, cycles, bits), (bits,), uses_full_adders=True)
    widest = _MULTIPLIER_BITS[-1]
    for out in _BITS:
        yield _point("requant_twice", {"ACC": 32, "MUL": widest, "OUT": out},
                     "requant_twice%d" % widest, 32, out,
                     _scaled(rng, cycles, 32, widest, out, twice=True), (out,), "twice",
                     uses_full_adders=True)
    for accumulator in _COUNTED_BITS:
        for levels in _LEVELS:
            yield _point("threshold_tree", {"ACC": accumulator, "LEVELS": levels}, "threshold_tree",
                         accumulator, levels, _counted(rng, cycles, accumulator, levels),
                         (2 if levels <= 2 else 4,))
