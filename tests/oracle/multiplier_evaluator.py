# SPDX-License-Identifier: Apache-2.0
"""Evaluates the same graphs as exact_evaluator does, as a machine computes them whose requantizer
multiplies by integers of a few bits: models/numeric/README.md, "Requantizing", from the operators
on. Shares nothing with the product.

What stands between two quantizers becomes one or two sums of codes, each with its step, and what is
to be done to them: nothing is rounded before the quantizer."""

from fractions import Fraction

import numpy as np
import onnx

import exact_evaluator as exact
from exact_evaluator import Exact, divided, fraction, wide
from onnx_evaluator import array, reshaped

FILE_BITS = 31  # what a file's ratios are rounded to before the machine rounds them
MAX_SHIFT = 63
ONE = Fraction(1)


def over(function, *values):
    """Element by element of arrays that broadcast."""
    return np.asarray(np.frompyfunc(function, len(values), 1)(*values), object)


class Sums:
    """Codes' sums times steps, added: what a map stands for, not yet rounded."""

    def __init__(self, terms, offset=Fraction(0), count=1, slopes=None):
        self.terms = terms    # (numbers, steps that broadcast to them), one or two
        self.offset = np.asarray(offset, object)  # added to them, as biases are
        self.count = count    # what the sums of an average are divided by
        self.slopes = slopes  # factors of negative ones
        self.bounds = []      # (bound, whether it is the low one)
        self.pools = []       # of a max pool, which may as well follow the rounding

    def codes(self):
        """Numbers and step of a map that is codes and nothing else."""
        (numbers, steps), = self.terms
        assert not self.offset.any() and self.slopes is None and np.all(self.count == 1)
        for bound, is_low in self.bounds:
            assert is_low and not bound
            numbers = np.maximum(numbers, 0)
        return pooled(numbers, self.pools), steps

    def moved(self, move):
        numbers, steps = self.codes()
        return Sums([(move(numbers), move(np.broadcast_to(steps, numbers.shape)))])

    def changed(self, factor, offset=Fraction(0)):
        """times `factor` plus `offset`."""
        assert not self.bounds and not self.pools and self.slopes is None
        sign = over(lambda f: -1 if f < 0 else 1, factor)
        terms = [(numbers * sign, steps * over(abs, factor)) for numbers, steps in self.terms]
        return Sums(terms, self.offset * factor + offset, self.count)


def pooled(numbers, pools):
    for attributes in pools:
        numbers = exact.pool(Exact(wide(numbers), ONE), attributes, False).numbers
    return numbers


def multiplier(ratio):
    """The nearest with FILE_BITS bits, and its shift."""
    shift = FILE_BITS
    while ratio * 2 ** shift >= 2 ** FILE_BITS:
        shift -= 1
    while shift < MAX_SHIFT and ratio * 2 ** (shift + 1) < 2 ** FILE_BITS:
        shift += 1
    at = lambda s: int(divided(2 * (ratio * 2 ** s).numerator + (ratio * 2 ** s).denominator,
                               2 * (ratio * 2 ** s).denominator, "FLOOR"))
    if at(shift) == 2 ** FILE_BITS:
        return at(shift) // 2, shift - 1
    return max(at(shift), 1), shift


def narrowed(values, shift, bits):
    """Multipliers of one shift with at most `bits` bits each, rounded half up."""
    drop = 0
    round_off = lambda v: (v + (1 << drop >> 1)) >> drop
    while round_off(max(values)) >= 2 ** bits:
        drop += 1
    if drop > shift:
        raise OverflowError("no multiplier is as large")
    return [round_off(v) for v in values], shift - drop


def quantized(x, scale, zero, low, high, mode, bits):
    """Codes of sums."""
    scale = fraction(scale).reshape(-1)[0]
    zero = int(np.reshape(zero, -1)[0])
    if len(x.terms) == 2:
        assert not x.offset.any() and x.slopes is None
        ratios = [np.asarray(steps, object).reshape(-1)[0] / scale for _, steps in x.terms]
        _, shift = multiplier(max(ratios))
        factors, shift = narrowed(
            [int(divided((r * 2 ** shift).numerator, (r * 2 ** shift).denominator, "ROUND"))
             for r in ratios], shift, bits)
        total = sum(wide(numbers) * m for (numbers, _), m in zip(x.terms, factors))
    else:
        (numbers, steps), = x.terms
        known = {}

        def factor(ratio):
            if ratio not in known:
                m, s = multiplier(ratio)
                (m,), s = narrowed([m], s, bits)
                known[ratio] = m if ratio else 0, s if ratio else 0
            return known[ratio]

        bias = over(lambda o, s: int(divided((o / s).numerator, (o / s).denominator, "ROUND")),
                    x.offset, steps)
        numbers = wide(numbers) + bias
        ratios = np.broadcast_to(steps / scale, numbers.shape)
        if x.slopes is not None:
            ratios = np.where(numbers < 0, ratios * x.slopes, ratios)
        total = over(lambda n, r: n * factor(r)[0], numbers, ratios)
        shift = over(lambda r: factor(r)[1], ratios)
    codes = zero + divided(total, x.count * over(lambda s: 1 << s, shift), mode)
    codes = np.clip(codes, low, high)
    for bound, is_low in x.bounds:
        of = divided((bound / scale).numerator, (bound / scale).denominator, mode)
        codes = (np.maximum if is_low else np.minimum)(codes, np.clip(zero + of, low, high))
    return pooled(codes, x.pools).astype(np.int64)


def of_codes(codes, scale, zero):
    return Sums([(codes.astype(np.int64) - int(np.reshape(zero, -1)[0]), fraction(scale))])


def with_offset(x, constant):
    value = exact.exact(constant)
    value = value.numbers * value.unit
    return x.changed(np.asarray(ONE), value)


def of_array(x, w, b, sums):
    """What the array computes of codes: `sums(codes, weights)` has integers, and units of the
    weights' steps."""
    numbers, steps = x.codes()
    step, = set(np.asarray(steps, object).reshape(-1))
    y = sums(Exact(numbers, ONE), exact.exact(w))
    made = Sums([(y.numbers, y.unit * step)])
    if b is None:
        return made
    b = exact.exact(b)
    return made.changed(np.asarray(ONE),
                        (b.numbers * b.unit).reshape([1, -1] + [1] * (y.numbers.ndim - 2)))


def average(x, attributes=None):
    """Sums of windows, or of all, and of how many each is."""
    numbers, steps = x.codes()
    attributes = attributes or {"kernel_shape": list(numbers.shape[2:])}
    ones = Exact(np.ones(numbers.shape, np.int64), ONE)
    # Where the window's size divides, the mean of ones is the share of real inputs.
    size = int(np.prod(attributes["kernel_shape"]))
    inside = exact.pool(ones, dict(attributes, count_include_pad=1), True)
    real = over(lambda n: int(n * inside.unit.reshape(-1)[0] * size), wide(inside.numbers))
    mean = exact.pool(Exact(numbers, ONE), dict(attributes, count_include_pad=1), True)
    total = over(lambda n: int(n * mean.unit.reshape(-1)[0] * size), wide(mean.numbers))
    return Sums([(total, steps)],
                count=np.asarray(size if attributes.get("count_include_pad", 0) else real, object))


def multiplied_maps(a, b):
    (numbers, steps), (others, other_steps) = a.codes(), b.codes()
    return Sums([(wide(numbers) * wide(others), steps * other_steps)])


def with_slopes(x, slopes):
    if x.bounds or x.pools:
        x = Sums([x.codes()])
    assert x.slopes is None
    return Sums(x.terms, x.offset, x.count, np.asarray(fraction(slopes), object))


def bounded(x, low, high):
    y = Sums(x.terms, x.offset, x.count, x.slopes)
    y.pools = list(x.pools)
    y.bounds = x.bounds + [(Fraction(float(b)), is_low)
                           for b, is_low in ((low, True), (high, False))
                           if b is not None and np.isfinite(b)]
    return y


def max_pooled(x, attributes):
    y = bounded(x, None, None)
    y.pools.append(attributes)
    return y


def joined(maps, axis):
    parts = [m.codes() for m in maps]
    steps = [np.broadcast_to(s, [*n.shape[:2], *[1] * (n.ndim - 2)]) for n, s in parts]
    return Sums([(np.concatenate([n for n, _ in parts], axis), np.concatenate(steps, axis))])


def truncated(x, scale, zero, in_bits, out_bits, mode):
    (numbers, steps), = x.terms
    step = np.asarray(steps, object).reshape(-1)[0]
    value = Exact(wide(numbers), step / int(x.count.reshape(-1)[0]))
    y = exact.trunc(value, scale, zero, in_bits, out_bits, mode)
    return Sums([(y.numbers, np.asarray(y.unit, object).reshape(-1)[0])])


def quantize_linear(x, scale, zero, bits):
    low, high = exact.OF_TYPE[np.asarray(zero).dtype]
    return quantized(x, scale, zero, low, high, "ROUND", bits).astype(np.asarray(zero).dtype)


def quant(x, scale, zero, width, a, bits):
    width = int(np.reshape(width, -1)[0])
    signed, narrow = a.get("signed", 1), a.get("narrow", 0)
    low, high = (-(2 ** (width - 1)) + narrow, 2 ** (width - 1) - 1) if signed else (
        0, 2 ** width - 1 - narrow)
    return of_codes(quantized(x, scale, zero, low, high, a.get("rounding_mode", b"ROUND").decode(),
                              bits), scale, zero)


def qgemm(x, a):
    matrix = exact.dequantize_linear(*x[3:6], 0 if a.get("transB", 0) else 1)
    if a.get("transB", 0):
        matrix = matrix.moved(np.transpose)
    bias = None if x[6] is None else Exact(
        x[6].astype(np.int64), fraction(x[1]).reshape(()) * fraction(x[4]).reshape(-1))
    return of_array(of_codes(*x[:3]), matrix, bias, exact.matmul)


def looked_up(node, x, a):
    """As exact_evaluator has it: nothing is rounded before a table's entries are."""
    def plain(value):
        if not isinstance(value, Sums):
            return value
        numbers, steps = value.codes()
        step, = set(np.asarray(steps, object).reshape(-1))
        return Exact(numbers, step)
    made = exact.compute(node, [plain(value) for value in x], a)
    return of_exact(made) if node.op_type == "Quant" else made


def of_exact(codes):
    return Sums([(codes.numbers, np.asarray(codes.unit, object))])


def compute_map(node, x, a, bits):
    """Of a node that reads a map, as exact_evaluator.compute: codes, or what these stand for."""
    op = node.op_type
    given = lambda at: None if len(x) <= at else x[at]
    bound = lambda at, name: a.get(name) if given(at) is None else float(x[at])
    conv = lambda image, w: exact.conv(image, w, None, a)
    quantize = lambda y, at: quantize_linear(y, x[at], x[at + 1], bits)
    if op in (*exact.CURVES, "QLinearSigmoid") or isinstance(x[0], Exact) or (
            op == "Mul" and isinstance(x[1], Exact)):
        return looked_up(node, x, a)
    if op == "QuantizeLinear":
        return quantize(x[0], 1)
    if op == "DequantizeLinear":
        return of_codes(*x)
    if op == "Quant":
        return quant(*x, a, bits)
    if op == "Trunc":
        return truncated(*x, a.get("rounding_mode", b"FLOOR").decode())
    if op == "QLinearConv":
        w = exact.dequantize_linear(*x[3:6], 0)
        bias = None if given(8) is None else exact.dequantize_linear(
            x[8], fraction(x[1]) * fraction(x[4]), None, 0)
        return quantize(of_array(of_codes(*x[:3]), w, bias, conv), 6)
    if op == "QLinearMatMul":
        matrix = exact.dequantize_linear(*x[3:6], 1)
        return quantize(of_array(of_codes(*x[:3]), matrix, None, exact.matmul), 6)
    if op == "QGemm":
        return quantize(qgemm(x, a), 7)
    if op == "QLinearAdd":
        return quantize(Sums(of_codes(*x[:3]).terms + of_codes(*x[3:6]).terms), 6)
    if op == "QLinearMul":
        return quantize(multiplied_maps(of_codes(*x[:3]), of_codes(*x[3:6])), 6)
    if op == "QLinearLeakyRelu":
        return quantize(with_slopes(of_codes(*x[:3]), a.get("alpha", 0.01)), 3)
    if op == "QLinearAveragePool":
        return quantize(average(of_codes(*x[:3]), a), 3)
    if op == "QLinearGlobalAveragePool":
        return quantize(average(of_codes(*x[:3])), 3)
    if op == "QLinearConcat":
        maps = [of_codes(*x[i:i + 3]) for i in range(2, len(x), 3)]
        return quantize(joined(maps, a["axis"]), 0)
    if op == "Conv":
        return of_array(x[0], x[1], given(2), conv)
    if op == "Gemm":
        w = exact.exact(x[1]).moved(np.transpose) if a.get("transB", 0) else x[1]
        return of_array(x[0], w, given(2), exact.matmul)
    if op == "MatMul":
        return of_array(x[0], x[1], None, exact.matmul)
    if op == "Add" and isinstance(x[1], Sums):
        return Sums([(n, s) for m in x for n, s in [m.codes()]])
    if op == "Add":
        return with_offset(x[0], x[1])
    if op == "Mul" and isinstance(x[1], Sums):
        return multiplied_maps(*x)
    if op in ("Mul", "Div"):
        factor = np.asarray(fraction(x[1]), object)
        return x[0].changed(1 / factor if op == "Div" else factor)
    if op == "BatchNormalization":
        along = lambda v: v.reshape([1, -1, 1, 1])
        return x[0].changed(*map(along, exact.batch_norm_factors(*x[1:5], a.get("epsilon", 1e-5))))
    if op == "Relu":
        return bounded(x[0], 0, None)
    if op == "LeakyRelu":
        return with_slopes(x[0], a.get("alpha", 0.01))
    if op == "PRelu":
        return with_slopes(x[0], x[1])
    if op == "Clip":
        return bounded(x[0], bound(1, "min"), bound(2, "max"))
    if op == "MaxPool" and isinstance(x[0], np.ndarray):
        return pooled(x[0], [a]).astype(x[0].dtype)
    if op == "MaxPool":
        return max_pooled(x[0], a)
    if op == "AveragePool":
        return average(x[0], a)
    if op == "GlobalAveragePool":
        return average(x[0])
    if op == "Concat":
        return joined(x, a["axis"])
    if op in ("Flatten", "Reshape"):
        move = lambda v: (v.reshape(v.shape[0], -1) if op == "Flatten" else
                          reshaped(v, x[1], a.get("allowzero", 0)))
        return move(x[0]) if isinstance(x[0], np.ndarray) else x[0].moved(move)
    raise ValueError(op)


def evaluate(model, image, bits):
    """What the graph's first output stands for, for one image in the shape of the graph's input,
    on a machine with multipliers of `bits`. What first quantizes the image is no layer: it is
    exact."""
    graph = model.graph
    tensors = {t.name: array(t) for t in graph.initializer}
    source = next(i.name for i in graph.input if i.name not in tensors)
    tensors[source] = image
    pixels, maps = {source}, set()
    for node in graph.node:
        inputs = [tensors[name] if name else None for name in node.input]
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        output = node.output[0]
        if maps & set(node.input):
            tensors[output] = compute_map(node, inputs, attributes, bits)
            maps.add(output)
            continue
        tensors[output] = exact.compute(node, inputs, attributes)
        if not pixels & set(node.input):
            continue
        if node.op_type in ("QuantizeLinear", "Quant"):
            maps.add(output)
            if node.op_type == "Quant":
                tensors[output] = of_exact(tensors[output])
        else:
            pixels.add(output)
    numbers, steps = tensors[graph.output[0].name].codes()
    return np.array(wide(numbers) * steps, np.float64)
