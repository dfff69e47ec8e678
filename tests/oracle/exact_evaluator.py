# SPDX-License-Identifier: Apache-2.0
"""Evaluates quantized ONNX graphs in exact rational arithmetic, from the operators' definitions: QDQ,
QOperator (with the integer operators of com.microsoft) and QONNX with any scale and zero point.

Shares nothing with the product. Only batch normalization's square root is no rational number: its
factor is taken as the nearest number with 200 bits behind the point."""

import math
from fractions import Fraction
from functools import reduce
from math import gcd, isqrt

import numpy as np
import onnx

from onnx_evaluator import array, ceil_extra, pads_of, reshaped, sliced

CURVES = ("Elu", "Exp", "Gelu", "HardSigmoid", "HardSwish", "Mish", "Sigmoid", "Softplus", "Softsign",
          "Swish", "Tanh")
OF_TYPE = {np.dtype(np.uint8): (0, 255), np.dtype(np.int8): (-128, 127),
           np.dtype(np.uint16): (0, 65535), np.dtype(np.int16): (-32768, 32767)}


class Exact:
    """number * unit, element by element; numbers are integers, units fractions that broadcast."""

    def __init__(self, numbers, unit):
        self.numbers = numbers
        self.unit = np.asarray(unit, object)
        if self.unit.ndim != numbers.ndim:
            self.unit = self.unit.reshape([1] * numbers.ndim)

    @property
    def shape(self):
        return self.numbers.shape

    def along(self, axes):
        """With units that differ along `axes` only, of which finer ones are made where needed."""
        kept = [n if i in axes else 1 for i, n in enumerate(self.unit.shape)]
        if list(self.unit.shape) == kept:
            return self
        unit = np.empty(kept, object)
        for at in np.ndindex(*kept):
            of = self.unit[tuple(i if k > 1 else slice(None) for i, k in zip(at, kept))]
            unit[at] = reduce(common, np.asarray(of, object).reshape(-1))
        return self.in_units(unit)

    def in_units(self, unit):
        factor = np.vectorize(int, otypes=[object])(self.unit / unit)
        return Exact(wide(self.numbers) * factor, unit)

    def moved(self, move):
        """What `move` makes of it, which only moves elements."""
        if self.unit.size == 1:
            return Exact(move(self.numbers), self.unit.reshape(-1)[0])
        return Exact(move(self.numbers), move(np.broadcast_to(self.unit, self.shape)))

    def floats(self):
        return np.array(wide(self.numbers) * self.unit, np.float64)


def common(a, b):
    """The largest number of which both are multiples."""
    return Fraction(gcd(a.numerator * b.denominator, b.numerator * a.denominator),
                    a.denominator * b.denominator)


def wide(numbers):
    """As integers of any size, which numpy's own among objects are not."""
    return np.frompyfunc(int, 1, 1)(numbers)


def exact(x):
    """Of a constant's array."""
    if isinstance(x, Exact):
        return x
    x = np.asarray(x)
    if x.dtype.kind in "iub":
        return Exact(x.astype(np.int64), Fraction(1))
    values = [Fraction(float(v)) for v in x.reshape(-1)]
    unit = reduce(common, [v for v in values if v] or [Fraction(1)])
    numbers = np.array([int(v / unit) for v in values], object).reshape(x.shape)
    return Exact(numbers, unit)


def fraction(x):
    """Of a scalar or an array of floats: fractions of the same shape."""
    return np.vectorize(lambda v: v if isinstance(v, Fraction) else Fraction(float(v)),
                        otypes=[object])(np.asarray(x, object))


def beside(parameter, rank, axis):
    """A scale or zero point as it broadcasts: one, or one an element of `axis`."""
    parameter = np.asarray(parameter)
    if parameter.size == 1:
        return parameter.reshape([1] * rank)
    return parameter.reshape([-1 if i == axis % rank else 1 for i in range(rank)])


def divided(number, by, mode):
    """number / by to an integer; `by` > 0."""
    floor = number // by
    rest = number - floor * by
    mode = mode.upper()
    if mode == "FLOOR":
        return floor
    if mode == "CEIL":
        return floor + (rest > 0)
    if mode == "DOWN":
        return floor + ((rest > 0) & (number < 0))
    above, tie = 2 * rest > by, 2 * rest == by
    if mode in ("ROUND", "HALF_EVEN"):
        return floor + (above | (tie & (floor % 2 == 1)))
    if mode == "HALF_UP":
        return floor + (above | (tie & (number >= 0)))
    raise ValueError(mode)


def rounded(x, scale, zero, low, high, mode, zero_is_rounded):
    """Codes of x; `zero_is_rounded`: the zero point is added before rounding, as QONNX does."""
    ratio = x.unit / scale
    above = np.vectorize(lambda r: r.numerator, otypes=[object])(ratio)
    below = np.vectorize(lambda r: r.denominator, otypes=[object])(ratio)
    number = wide(x.numbers) * above
    codes = (divided(number + zero * below, below, mode) if zero_is_rounded else
             divided(number, below, mode) + zero)
    return np.clip(codes, low, high).astype(np.int64)


def quantize_linear(x, scale, zero, axis):
    zero = np.uint8(0) if zero is None else np.asarray(zero)
    low, high = OF_TYPE[zero.dtype]
    at = lambda v: beside(v, len(x.shape), axis)
    return rounded(x, at(fraction(scale)), wide(at(zero)), low, high, "ROUND",
                   False).astype(zero.dtype)


def dequantize_linear(q, scale, zero, axis):
    at = lambda v: beside(v, q.ndim, axis)
    zero = 0 if zero is None else at(zero).astype(np.int64)
    unit = at(fraction(scale))
    return Exact(q.astype(np.int64) - zero, unit)


def quant(x, scale, zero, bits, attributes):
    bits, zero = int(np.reshape(bits, -1)[0]), np.asarray(zero)
    signed, narrow = attributes.get("signed", 1), attributes.get("narrow", 0)
    scale = fraction(scale).reshape(np.shape(scale) or [1] * len(x.shape))
    if signed and bits == 1:
        return bipolar(x, scale)
    low, high = (-(2 ** (bits - 1)) + narrow, 2 ** (bits - 1) - 1) if signed else (
        0, 2**bits - 1 - narrow)
    zero = np.vectorize(int, otypes=[object])(zero)
    if zero.ndim == 0:
        zero = zero.reshape([1] * len(x.shape))
    codes = rounded(x, scale, zero, low, high, attributes.get("rounding_mode", b"ROUND").decode(),
                    True)
    return Exact(codes - zero.astype(np.int64), scale)


def bipolar(x, scale):
    scale = fraction(scale)
    return Exact(np.where(x.numbers >= 0, 1, -1), scale)


def multi_threshold(x, thresholds, attributes):
    """out_scale * (how many of the channel's thresholds T have x >= T) + out_bias."""
    numbers, unit = wide(x.along([]).numbers), x.along([]).unit.reshape(-1)[0]
    axis = numbers.ndim - 1 if attributes.get("data_layout", b"NCHW") == b"NHWC" else 1
    counts = np.zeros(numbers.shape, np.int64)
    for column in np.asarray(thresholds, np.float64).T:
        least = [t if np.isinf(t) else math.ceil(Fraction(float(t)) / unit) for t in column]
        counts += (numbers >= beside(np.array(least, object), numbers.ndim, axis)).astype(np.int64)
    scale = Fraction(float(attributes.get("out_scale", 1.0)))
    bias = Fraction(float(attributes.get("out_bias", 0.0)))
    unit = common(scale, bias) if bias else scale
    return Exact(counts * int(scale / unit) + int(bias / unit), unit)


def trunc(x, scale, zero, in_bits, out_bits, mode):
    one = Fraction(float(scale))
    codes = rounded(x, fraction(one), 0, -(2**62), 2**62, "ROUND", True) + int(zero)
    return Exact(divided(codes, 2 ** int(in_bits - out_bits), mode) - int(zero), one)


def product(a, b):
    """Integer matrices, exactly."""
    if a.dtype != object and b.dtype != object:
        largest = int(np.abs(a).max(initial=0)) * int(np.abs(b).max(initial=0)) * a.shape[-1]
        if largest < 2**53:
            return (a.astype(np.float64) @ b.astype(np.float64)).astype(np.int64)
    return wide(a) @ wide(b)


def windows(numbers, kernel, strides, fill, pads, extra=(0, 0), dilations=(1, 1)):
    top, left, bottom, right = pads
    numbers = np.pad(numbers, [(0, 0), (0, 0), (top, bottom + extra[0]), (left, right + extra[1])],
                     constant_values=fill)
    span = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    view = np.lib.stride_tricks.sliding_window_view(numbers, span, (2, 3))
    return view[:, :, ::strides[0], ::strides[1], ::dilations[0], ::dilations[1]]


def conv(x, w, b, attributes):
    strides, groups = attributes.get("strides", [1, 1]), attributes.get("group", 1)
    dilations = attributes.get("dilations", [1, 1])
    span = [(k - 1) * d + 1 for k, d in zip(w.shape[2:], dilations)]
    pads = pads_of(x.shape[2:], span, strides, attributes)
    x, w = x.along([]), w.along([0])
    view = windows(x.numbers, w.shape[2:], strides, 0, pads, dilations=dilations)
    rows, columns = view.shape[2:4]
    inputs, outputs = x.shape[1] // groups, w.shape[0] // groups
    parts = []
    for g in range(groups):
        of_group = view[0, g * inputs:(g + 1) * inputs].transpose(1, 2, 0, 3, 4)
        sums = product(of_group.reshape(rows * columns, -1),
                       w.numbers[g * outputs:(g + 1) * outputs].reshape(outputs, -1).T)
        parts.append(sums.T.reshape(1, outputs, rows, columns))
    unit = x.unit.reshape(()) * np.broadcast_to(w.unit.reshape(-1), w.shape[:1])
    y = Exact(np.concatenate(parts, 1), unit.reshape(1, -1, 1, 1))
    return y if b is None else added(y, exact(b).moved(lambda v: v.reshape(1, -1, 1, 1)))


def matmul(x, w):
    x, w = x.along(range(len(x.shape) - 1)), w.along([1])
    return Exact(product(x.numbers, w.numbers), x.unit * w.unit)


def added(a, b):
    rank = max(len(a.shape), len(b.shape))
    grown = lambda t: t.moved(lambda v: v.reshape([1] * (rank - v.ndim) + list(v.shape)))
    a, b = grown(a), grown(b)
    unit = np.vectorize(common, otypes=[object])(a.unit, b.unit)
    return Exact(a.in_units(unit).numbers + b.in_units(unit).numbers, unit)


def multiplied(x, factor):
    """By fractions that broadcast."""
    factor = np.asarray(factor, object)
    rank = max(len(x.shape), factor.ndim)
    x = x.moved(lambda v: v.reshape([1] * (rank - v.ndim) + list(v.shape)))
    factor = factor.reshape([1] * (rank - factor.ndim) + list(factor.shape))
    sign = np.vectorize(lambda f: -1 if f < 0 else int(f != 0), otypes=[object])(factor)
    size = np.vectorize(lambda f: abs(f) or Fraction(1), otypes=[object])(factor)
    return Exact(wide(x.numbers) * sign, x.unit * size)


def multiplied_maps(a, b):
    return Exact(wide(a.numbers) * wide(b.numbers), a.unit * b.unit)


def leaky(x, slopes):
    below = Exact(np.minimum(x.numbers, 0), x.unit)
    return added(Exact(np.maximum(x.numbers, 0), x.unit), multiplied(below, slopes))


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def softplus(x):
    return max(x, 0) + math.log1p(math.exp(-abs(x)))


def curve(op, a):
    """An activation as a function of a fraction: exact where it is one of fractions."""
    of = lambda name, default: Fraction(float(a.get(name, default)))
    alpha = lambda default: of("alpha", default)
    if op == "HardSigmoid":
        slope, offset = alpha(np.float32(0.2)), of("beta", 0.5)
        return lambda x: max(Fraction(0), min(Fraction(1), slope * x + offset))
    if op == "HardSwish":
        return lambda x: x * max(Fraction(0), min(Fraction(1), x / 6 + Fraction(1, 2)))
    if op == "Softsign":
        return lambda x: x / (1 + abs(x))
    floats = {
        "Elu": lambda x: x if x >= 0 else float(alpha(1.0)) * math.expm1(x),
        "Exp": math.exp,
        "Gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
        "Mish": lambda x: x * math.tanh(softplus(x)),
        "Sigmoid": sigmoid,
        "Softplus": softplus,
        "Swish": lambda x: x * sigmoid(float(alpha(1.0)) * x),
        "Tanh": math.tanh,
    }[op]
    return lambda x: Fraction(floats(float(x)))


def of_each(x, function):
    x = x.along([])
    values, places = np.unique(wide(x.numbers).astype(np.int64), return_inverse=True)
    results = [function(int(v) * x.unit.reshape(-1)[0]) for v in values]
    unit = reduce(common, [r for r in results if r] or [Fraction(1)])
    numbers = np.array([int(r / unit) for r in results], object)
    return Exact(numbers[places].reshape(x.shape), unit)


def clipped(x, low, high):
    for bound, larger in ((low, True), (high, False)):
        if bound is None or not np.isfinite(bound):
            continue
        bound = Fraction(float(bound))
        unit = np.vectorize(lambda u: common(u, bound) if bound else u, otypes=[object])(x.unit)
        x = x.in_units(unit)
        at = np.vectorize(lambda u: int(bound / u), otypes=[object])(x.unit)
        x = Exact((np.maximum if larger else np.minimum)(x.numbers, at), x.unit)
    return x


def pool(x, attributes, average):
    kernel, strides = attributes["kernel_shape"], attributes.get("strides", [1, 1])
    pads = pads_of(x.shape[2:], kernel, strides, attributes)
    extra = (0, 0)
    if attributes.get("ceil_mode", 0):
        extra = ceil_extra(x.shape[2:], kernel, strides, pads)
    x = x.along([1])
    if not average:
        view = windows(wide(x.numbers), kernel, strides, -(2**200), pads, extra)
        return Exact(view.max((4, 5)), x.unit)
    real = windows(np.ones(x.shape, np.int64), kernel, strides,
                   attributes.get("count_include_pad", 0), pads, extra).sum((4, 5))
    every = int(np.lcm.reduce(np.unique(real)))
    sums = windows(wide(x.numbers), kernel, strides, 0, pads, extra).sum((4, 5))
    return Exact(sums * wide(every // real), x.unit / every)


def global_pool(x, average):
    kernel = {"kernel_shape": list(x.shape[2:])}
    return pool(x, kernel, average)


def batch_norm_factors(gamma, beta, mean, variance, epsilon):
    """By what a batch normalization multiplies each channel, and what it adds."""
    def inverse_root(v):
        v = Fraction(float(v)) + Fraction(float(np.float32(epsilon)))
        return Fraction(1 << 200, isqrt((v.numerator << 400) // v.denominator))

    factor = fraction(gamma) * np.vectorize(inverse_root, otypes=[object])(variance)
    return factor, fraction(beta) - fraction(mean) * factor


def batch_norm(x, gamma, beta, mean, variance, epsilon):
    along = lambda v: v.reshape([1, -1] + [1] * (len(x.shape) - 2))
    factor, offset = batch_norm_factors(gamma, beta, mean, variance, epsilon)
    unit = np.vectorize(lambda o: abs(o) or Fraction(1), otypes=[object])(offset)
    sign = np.vectorize(lambda o: (o > 0) - (o < 0), otypes=[object])(offset)
    return added(multiplied(x, along(factor)), Exact(along(sign), along(unit)))


def joined(maps, axis):
    if all(isinstance(m, np.ndarray) for m in maps):
        return np.concatenate(maps, axis)
    whole = lambda m: np.broadcast_to(m.unit, m.shape)
    return Exact(np.concatenate([wide(m.numbers) for m in maps], axis),
                 np.concatenate([whole(m) for m in maps], axis))


def moved(x, move):
    return x.moved(move) if isinstance(x, Exact) else move(x)


def of_operator(compute, x, inputs, axis=1):
    """An integer operator: `compute` on what its operands stand for, quantized. `inputs`: which of
    x are (codes, scale, zero point); y's scale and zero point stand behind them."""
    operands = [dequantize_linear(x[i], x[i + 1], x[i + 2], axis) for i in inputs]
    y = compute(*operands)
    at = inputs[-1] + 3
    return quantize_linear(y, x[at], x[at + 1], 1)


def qlinear_conv(x, attributes):
    image = dequantize_linear(x[0], x[1], x[2], 1)
    weights = dequantize_linear(x[3], x[4], x[5], 0)
    bias = None
    if len(x) > 8 and x[8] is not None:
        bias = dequantize_linear(x[8], fraction(x[1]) * fraction(x[4]), None, 0)
    return quantize_linear(conv(image, weights, bias, attributes), x[6], x[7], 1)


def qgemm(x, attributes):
    matrix = dequantize_linear(x[3], x[4], x[5], 0 if attributes.get("transB", 0) else 1)
    if attributes.get("transB", 0):
        matrix = matrix.moved(np.transpose)
    alpha = fraction(attributes.get("alpha", 1.0))
    y = multiplied(matmul(dequantize_linear(x[0], x[1], x[2], 1), matrix), alpha)
    if x[6] is not None:
        scale = alpha * fraction(x[1]) * fraction(x[4])
        y = added(y, dequantize_linear(x[6].reshape(1, -1), scale, None, 1))
    return y if len(x) < 8 else quantize_linear(y, x[7], x[8], 1)


def compute(node, x, a):
    """Output of `node`; `x` its inputs (None where left out), `a` its attributes. Feature maps are
    Exact, or integer arrays where they are codes."""
    op = node.op_type
    given = lambda at: None if len(x) <= at else x[at]
    bound = lambda at, name: a.get(name) if given(at) is None else float(x[at])
    if op == "QuantizeLinear":
        return quantize_linear(exact(x[0]), x[1], given(2), a.get("axis", 1))
    if op == "DequantizeLinear":
        return dequantize_linear(x[0], x[1], given(2), a.get("axis", 1))
    if op in ("Quant", "IntQuant"):
        return quant(exact(x[0]), *x[1:4], a)
    if op == "BipolarQuant":
        return bipolar(exact(x[0]), np.reshape(x[1], np.shape(x[1]) or [1] * len(x[0].shape)))
    if op == "MultiThreshold":
        return multi_threshold(exact(x[0]), x[1], a)
    if op == "Trunc":
        return trunc(*x, a.get("rounding_mode", b"FLOOR").decode())
    if op == "QLinearConv":
        return qlinear_conv(x, a)
    if op == "QLinearMatMul":
        image, matrix = dequantize_linear(*x[0:3], 1), dequantize_linear(*x[3:6], 1)
        return quantize_linear(matmul(image, matrix), x[6], x[7], 1)
    if op == "QGemm":
        return qgemm(x, a)
    if op == "QLinearAdd":
        return of_operator(added, x, (0, 3))
    if op == "QLinearMul":
        return of_operator(multiplied_maps, x, (0, 3))
    if op == "QLinearLeakyRelu":
        return of_operator(lambda m: leaky(m, fraction(a.get("alpha", 0.01))), x, (0,))
    if op == "QLinearSigmoid":
        return of_operator(lambda m: of_each(m, curve("Sigmoid", a)), x, (0,))
    if op == "QLinearAveragePool":
        return of_operator(lambda m: pool(m, a, True), x, (0,))
    if op == "QLinearGlobalAveragePool":
        return of_operator(lambda m: global_pool(m, True), x, (0,))
    if op == "QLinearConcat":
        maps = [dequantize_linear(*x[i:i + 3], 1) for i in range(2, len(x), 3)]
        return quantize_linear(joined(maps, a["axis"]), x[0], x[1], 1)
    if op == "Conv":
        return conv(exact(x[0]), exact(x[1]), given(2), a)
    if op == "Gemm":
        w = exact(x[1]).moved(np.transpose) if a.get("transB", 0) else exact(x[1])
        y = matmul(x[0], w)
        return y if given(2) is None else added(y, exact(x[2]))
    if op == "MatMul":
        return matmul(x[0], exact(x[1]))
    if op == "Add":
        return added(exact(x[0]), exact(x[1]))
    if op == "Sub":
        return added(exact(x[0]), multiplied(exact(x[1]), fraction(-1)))
    if op == "Mul" and isinstance(x[0], Exact) and isinstance(x[1], Exact):
        return multiplied_maps(*x)
    if op in ("Mul", "Div"):
        if isinstance(x[0], Exact) or isinstance(x[1], Exact):
            first, second = (x[0], x[1]) if isinstance(x[0], Exact) else (x[1], x[0])
            factor = fraction(second)
            return multiplied(first, 1 / factor if op == "Div" else factor)
        return fraction(x[0]) * fraction(x[1]) if op == "Mul" else fraction(x[0]) / fraction(x[1])
    if op == "BatchNormalization":
        return batch_norm(*x[:5], a.get("epsilon", 1e-5))
    if op == "Relu":
        return clipped(x[0], 0, None)
    if op == "LeakyRelu":
        return leaky(x[0], fraction(a.get("alpha", 0.01)))
    if op == "PRelu":
        return leaky(x[0], fraction(x[1]))
    if op in CURVES:
        return of_each(x[0], curve(op, a))
    if op == "Clip":
        return clipped(x[0], bound(1, "min"), bound(2, "max"))
    if op == "MaxPool" and isinstance(x[0], np.ndarray):
        return pool(exact(x[0]), a, False).numbers.astype(x[0].dtype)
    if op in ("MaxPool", "AveragePool"):
        return pool(x[0], a, op == "AveragePool")
    if op in ("GlobalMaxPool", "GlobalAveragePool"):
        return global_pool(x[0], op == "GlobalAveragePool")
    if op == "Concat":
        return joined(x, a["axis"])
    if op == "Slice":
        return moved(x[0], lambda v: sliced(v, *x[1:3], given(3), given(4)))
    if op == "Flatten":
        return moved(x[0], lambda v: v.reshape(v.shape[0], -1))
    if op == "Reshape":
        return moved(x[0], lambda v: reshaped(v, x[1], a.get("allowzero", 0)))
    if op == "Transpose":
        return moved(x[0], lambda v: v.transpose(a.get("perm", range(v.ndim)[::-1])))
    if op == "Identity":
        return x[0]
    if op == "Constant":
        return array(a["value"]) if "value" in a else np.array(a["value_ints"])
    if op == "TopK":  # which of the scores before it are largest is the reader's affair
        return x[0]
    raise ValueError(op)


def evaluate(model, image, keep=()):
    """Every tensor named in `keep`, and the graph's first output (under ""), for one image in the
    shape of the graph's input: Exact, or integer arrays where they are codes."""
    graph = model.graph
    tensors = {t.name: array(t) for t in graph.initializer}
    tensors[next(i.name for i in graph.input if i.name not in tensors)] = image
    for node in graph.node:
        inputs = [tensors[name] if name else None for name in node.input]
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        tensors[node.output[0]] = compute(node, inputs, attributes)
    result = {name: tensors[name] for name in keep}
    result[""] = tensors[graph.output[0].name]
    return result
