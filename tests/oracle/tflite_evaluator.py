# SPDX-License-Identifier: Apache-2.0
"""Evaluates quantized TFLite files by the integer rules of TFLite's reference kernels, as they are
written down there: doubling high multiply, rounding division by powers of two, left shifts of 20 in
additions. Reads the file by itself; shares nothing with the product, nor with the tests' writer."""

import math
import struct

import numpy as np

NAMES = {0: "ADD", 1: "AVERAGE_POOL_2D", 2: "CONCATENATION", 3: "CONV_2D", 4: "DEPTHWISE_CONV_2D",
         6: "DEQUANTIZE", 9: "FULLY_CONNECTED", 17: "MAX_POOL_2D", 22: "RESHAPE", 25: "SOFTMAX",
         34: "PAD", 40: "MEAN", 114: "QUANTIZE"}
DTYPES = {0: np.float32, 2: np.int32, 3: np.uint8, 9: np.int8}


class Table:
    def __init__(self, data, at):
        self.data, self.at = data, at
        self.vtable = at - struct.unpack_from("<i", data, at)[0]
        self.size = struct.unpack_from("<H", data, self.vtable)[0]

    def place(self, field):
        entry = 4 + 2 * field
        offset = struct.unpack_from("<H", self.data, self.vtable + entry)[0] if (
            entry < self.size) else 0
        return self.at + offset if offset else None

    def number(self, field, form, absent=0):
        place = self.place(field)
        return absent if place is None else struct.unpack_from("<" + form, self.data, place)[0]

    def pointed(self, field):
        place = self.place(field)
        return None if place is None else place + struct.unpack_from("<I", self.data, place)[0]

    def table(self, field):
        place = self.pointed(field)
        return None if place is None else Table(self.data, place)

    def list(self, field, form):
        place = self.pointed(field)
        if place is None:
            return ()
        count = struct.unpack_from("<I", self.data, place)[0]
        return struct.unpack_from(f"<{count}{form}", self.data, place + 4)

    def bytes(self, field):
        place = self.pointed(field)
        if place is None:
            return b""
        count = struct.unpack_from("<I", self.data, place)[0]
        return self.data[place + 4:place + 4 + count]

    def tables(self, field):
        place = self.pointed(field)
        offsets = self.list(field, "I")
        return [Table(self.data, place + 4 + 4 * i + n) for i, n in enumerate(offsets)]


def doubling_high_multiply(a, b):
    """(a * b * 2) >> 32 with the nudge that TFLite adds, divided towards zero."""
    product = a * b
    nudged = product + np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    return np.where(nudged >= 0, nudged >> 31, -(-nudged >> 31))


def divide_by_power_of_two(x, exponent):
    mask = (1 << exponent) - 1
    threshold = (mask >> 1) + np.where(x < 0, 1, 0)
    return (x >> exponent) + np.where((x & mask) > threshold, 1, 0)


def multiply(x, multiplier, shift):
    left, right = max(shift, 0), max(-shift, 0)
    high = doubling_high_multiply(np.asarray(x, np.int64) << left, np.asarray(multiplier, np.int64))
    return divide_by_power_of_two(high, right)


def half_away(x):
    return math.floor(x + 0.5) if x >= 0 else -math.floor(-x + 0.5)


def quantize_multiplier(real):
    if real == 0:
        return 0, 0
    fraction, shift = math.frexp(real)
    fixed = half_away(fraction * (1 << 31))
    if fixed == 1 << 31:
        fixed, shift = fixed // 2, shift + 1
    return (0, 0) if shift < -31 else (fixed, shift)


class Tensor:
    def __init__(self, table, buffers):
        self.shape = table.list(0, "i")
        self.type = DTYPES[table.number(1, "b")]
        self.name = table.bytes(3).decode()
        codes = table.table(4)
        self.scales = np.array(codes.list(2, "f") if codes else (), np.float32)
        self.zero = (codes.list(3, "q") or (0,))[0] if codes else 0
        data = buffers[table.number(2, "I")].bytes(0)
        self.data = np.frombuffer(data, self.type).reshape(self.shape) if data else None

    @property
    def scale(self):
        return self.scales[0]


def activation_range(kind, out):
    low, high = -128, 127
    bound = lambda number: out.zero + half_away(float(np.float32(number) / out.scale))
    if kind in (1, 3):
        low = max(low, bound(0.0))
    if kind == 3:
        high = min(high, bound(6.0))
    assert kind in (0, 1, 3)
    return low, high


def windows(x, kernel, strides, dilations, padding, fill):
    """Values of each window, [rows, columns, kernel rows, kernel columns, channels]; what lies
    outside of the map is `fill`."""
    before, outputs = [], []
    for extent, k, s, d in zip(x.shape[1:3], kernel, strides, dilations):
        span = (k - 1) * d + 1
        out = -(-extent // s) if padding == 0 else -(-(extent - span + 1) // s)
        outputs.append(out)
        before.append(max((out - 1) * s + span - extent, 0) // 2 if padding == 0 else 0)
    rows, columns, channels = x.shape[1:]
    result = np.full((*outputs, *kernel, channels), fill, np.int64)
    for oy in range(outputs[0]):
        for ky in range(kernel[0]):
            y = oy * strides[0] - before[0] + ky * dilations[0]
            if not 0 <= y < rows:
                continue
            for kx in range(kernel[1]):
                xs = np.arange(outputs[1]) * strides[1] - before[1] + kx * dilations[1]
                inside = (xs >= 0) & (xs < columns)
                result[oy, inside, ky, kx] = x[0, y, xs[inside]]
    return result


def requantized(sums, scales, out, activation):
    """Sums whose last axis are channels, each with its ratio of scales."""
    codes = np.empty(sums.shape, np.int64)
    for c in range(sums.shape[-1]):
        m, shift = quantize_multiplier(scales[c % len(scales)])
        codes[..., c] = multiply(sums[..., c], m, shift)
    return np.clip(codes + out.zero, *activation_range(activation, out)).astype(np.int8)


def bias_of(tensors, channels):
    return tensors[2].data.astype(np.int64) if len(tensors) > 2 and tensors[2] else np.zeros(
        channels, np.int64)


def channel_ratios(a, w, out):
    return [float(a.scale) * float(s) / float(out.scale) for s in w.scales]


def conv(values, tensors, out, options):
    a, w = tensors[:2]
    x = values[0].astype(np.int64) - a.zero
    kernel = w.data.astype(np.int64)
    seen = windows(x, kernel.shape[1:3], (options.number(2, "i"), options.number(1, "i")),
                   (options.number(5, "i", 1), options.number(4, "i", 1)),
                   options.number(0, "b"), 0)
    groups = x.shape[3] // kernel.shape[3]
    each = kernel.shape[0] // groups
    sums = np.concatenate([
        np.einsum("yxklc,oklc->yxo", seen[..., g * kernel.shape[3]:(g + 1) * kernel.shape[3]],
                  kernel[g * each:(g + 1) * each], optimize=True) for g in range(groups)], -1)
    return requantized(sums + bias_of(tensors, kernel.shape[0]), channel_ratios(a, w, out), out,
                       options.number(3, "b"))


def depthwise(values, tensors, out, options):
    a, w = tensors[:2]
    x = values[0].astype(np.int64) - a.zero
    kernel = w.data.astype(np.int64)[0]
    seen = windows(x, kernel.shape[:2], (options.number(2, "i"), options.number(1, "i")),
                   (options.number(6, "i", 1), options.number(5, "i", 1)),
                   options.number(0, "b"), 0)
    sums = np.einsum("yxklo,klo->yxo", np.repeat(seen, kernel.shape[2] // x.shape[3], -1), kernel)
    return requantized(sums + bias_of(tensors, kernel.shape[2]), channel_ratios(a, w, out), out,
                       options.number(4, "b"))


def fully_connected(values, tensors, out, options):
    a, w = tensors[:2]
    x = values[0].astype(np.int64).reshape(-1) - a.zero
    ratios = channel_ratios(a, w, out)
    if len(w.scales) == 1:  # the product is one of single precision
        ratios = [float(np.float32(a.scale * w.scale)) / float(out.scale)]
    sums = w.data.astype(np.int64) @ x + bias_of(tensors, w.shape[0])
    return requantized(sums, ratios, out, options.number(0, "b") if options else 0)


def pool(values, tensors, out, options, is_max):
    seen = windows(values[0], (options.number(4, "i"), options.number(3, "i")),
                   (options.number(2, "i"), options.number(1, "i")), (1, 1),
                   options.number(0, "b"), 1000)
    real = seen != 1000
    low, high = activation_range(options.number(5, "b"), out)
    if is_max:
        codes = np.where(real, seen, -1000).max((2, 3))
    else:
        sums, counts = np.where(real, seen, 0).sum((2, 3)), real.sum((2, 3))
        signed = sums + np.where(sums > 0, counts // 2, -(counts // 2))
        codes = np.where(signed >= 0, signed // counts, -(-signed // counts))
    return np.clip(codes, low, high).astype(np.int8)


def add(values, tensors, out, options):
    a, b = tensors
    common = 2 * max(float(a.scale), float(b.scale))
    raised = [multiply((v.astype(np.int64) - t.zero) << 20,
                       *quantize_multiplier(float(t.scale) / common))
              for v, t in zip(values, tensors)]
    m, shift = quantize_multiplier(common / ((1 << 20) * float(out.scale)))
    codes = multiply(raised[0] + raised[1], m, shift) + out.zero
    return np.clip(codes, *activation_range(options.number(0, "b"), out)).astype(np.int8)


def mean(values, tensors, out):
    axes = tuple(int(n) % 4 for n in tensors[1].data.reshape(-1))
    count = int(np.prod([values[0].shape[n] for n in axes]))
    sums = values[0].astype(np.int64).sum(axes) - tensors[0].zero * count
    m, shift = quantize_multiplier(float(tensors[0].scale) / float(out.scale))
    room = min(count.bit_length() - 1, 32, 31 + shift)
    codes = multiply(sums, (m << room) // count, shift - room) + out.zero
    return np.clip(codes, -128, 127).astype(np.int8)


def requantize(values, tensors, out):
    if tensors[0].type == np.uint8:
        return (values[0].astype(np.int64) - 128).astype(np.int8)
    if out.type == np.uint8:
        return (values[0].astype(np.int64) + 128).astype(np.uint8)
    m, shift = quantize_multiplier(float(tensors[0].scale) / float(out.scale))
    codes = multiply(values[0].astype(np.int64) - tensors[0].zero, m, shift) + out.zero
    return np.clip(codes, -128, 127).astype(np.int8)


def evaluate(data, image):
    """`image`: int8 codes in the shape of the graph's input, whatever that takes. Returns the int8
    codes of every tensor, by its name."""
    root = Table(data, struct.unpack_from("<I", data, 0)[0])
    buffers = root.tables(4)
    codes = [max(t.number(0, "b"), t.number(3, "i")) for t in root.tables(1)]
    graph = root.tables(2)[0]
    tensors = [Tensor(t, buffers) for t in graph.tables(0)]
    first = graph.list(1, "i")[0]
    made = {first: image.reshape(tensors[first].shape)}
    for operator in graph.tables(3):
        name = NAMES[codes[operator.number(0, "I")]]
        read, (to,) = operator.list(1, "i"), operator.list(2, "i")
        of = [tensors[i] if i >= 0 else None for i in read]
        values = [made.get(i) for i in read]
        out, options = tensors[to], operator.table(4)
        if name == "CONV_2D":
            result = conv(values, of, out, options)
        elif name == "DEPTHWISE_CONV_2D":
            result = depthwise(values, of, out, options)
        elif name == "FULLY_CONNECTED":
            result = fully_connected(values, of, out, options)
        elif name in ("MAX_POOL_2D", "AVERAGE_POOL_2D"):
            result = pool(values, of, out, options, name == "MAX_POOL_2D")
        elif name == "ADD":
            result = add(values, of, out, options)
        elif name == "MEAN":
            result = mean(values, of, out)
        elif name == "CONCATENATION":
            result = np.concatenate(values, options.number(0, "i"))
        elif name == "PAD":
            result = np.pad(values[0], of[1].data, constant_values=out.zero)
        elif name == "QUANTIZE":
            is_image = read[0] == first and of[0].type != np.int8
            result = values[0] if is_image else requantize(values, of, out)
        elif name == "RESHAPE":
            result = values[0]
        else:  # SOFTMAX, DEQUANTIZE: behind the scores
            continue
        made[to] = result.reshape(out.shape)
    return {tensors[i].name: codes for i, codes in made.items() if codes is not None}
