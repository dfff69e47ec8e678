# SPDX-License-Identifier: Apache-2.0
"""Random networks with free scales and zero points: QDQ as PyTorch and onnxruntime write it, integer
operators (QOperator), and QONNX. Scales are chosen from what a random image makes of the graph."""

import numpy as np
from onnx import helper, numpy_helper

from exact_evaluator import CURVES, Exact, compute
from graph_maker import GraphMaker

FORMS = ("QDQ", "QOperator", "QONNX")
TYPES = {"uint8": np.uint8, "int8": np.int8, "uint16": np.uint16, "int16": np.int16}
CLASSES = FORMS + tuple(TYPES) + (
    "weights a tensor", "weights a channel", "unsigned weights", "weight zero point", "int32 bias",
    "float bias", "computed weights", "transposed weights", "4-bit weights", "weights of -1 and +1",
    "padding", "stride", "depthwise", "groups", "relu", "relu behind its pair", "clip", "batch norm",
    "negative batch norm", "max pool", "max pool behind its pair", "average pool", "global pool",
    "padded average", "add", "add of equal scales", "concat", "concat of equal scales", "gemm",
    "matmul", "second quantizer", "normalised image", "power-of-two scales", "trunc", "FLOOR",
    "HALF_UP", "DOWN", "leaky relu", "prelu",
    "leaky relu behind its pair", "table", "function times its input",
    "sigmoid of codes", "product", "squeeze and excite", "quantizer between function and product")
MICROSOFT, QONNX = "com.microsoft", "qonnx.custom_op.general"


class Net(GraphMaker):
    """Keeps the map that comes next, `x`: as codes in QOperator, else as what these stand for."""

    def __init__(self, random, form):
        super().__init__(random, int(random.integers(13, 18)))
        self.form = form
        self.met(form)
        self.values = {}
        self.domains = set()
        self.type = self.pick("uint8", "uint8", "int8", "int8", "uint16", "int16")
        self.shifts_only = self.chance(0.1)  # scales of powers of two, zero points of 0
        if self.shifts_only:
            self.met("power-of-two scales")
        self.c, self.h, self.w = int(self.pick(1, 2, 3)), *map(int, random.integers(6, 11, 2))
        self.values["x"] = random.integers(0, 256, (1, self.c, self.h, self.w)).astype(np.uint8)
        self.x = "x"

    def node(self, op, inputs, domain="", **attributes):
        output = super().node(op, inputs, domain, **attributes)
        made = self.nodes[-1]
        if domain:
            self.domains.add(domain)
        if op != "Constant":
            read = [self.values[name] if name else None for name in inputs]
            attributes = {a.name: helper.get_attribute_value(a) for a in made.attribute}
            self.values[output] = compute(made, read, attributes)
        return output

    def typed(self, values, dtype):
        name = self.fresh("c")
        values = np.asarray(values).astype(dtype)
        self.constants.append(numpy_helper.from_array(values, name))
        self.values[name] = values
        return name

    def real(self, values):
        return self.typed(values, np.float32)

    def range(self, tensor):
        value = self.values[tensor]
        floats = value.floats() if isinstance(value, Exact) else value.astype(np.float64)
        return min(floats.min(), 0.0), max(floats.max(), 0.0)

    # Quantizers.

    def parameters(self, tensor, dtype):
        """Scale and zero point for what `tensor` holds, at times too narrow, at times too wide."""
        low, high = self.range(tensor)
        spread = self.random.uniform(0.6, 1.3)
        info = np.iinfo(dtype)
        if self.shifts_only or self.chance(0.2):
            scale = max(abs(low), high, 1e-3) * spread / info.max
            zero = 0 if info.min < 0 or low == 0 or self.shifts_only else (info.max + 1) // 2
        else:
            scale = max(high - low, 1e-3) * spread / (info.max - info.min)
            zero = int(np.clip(np.rint(info.min - low / scale), info.min, info.max))
        if self.shifts_only:
            scale = 2.0 ** np.rint(np.log2(scale))
        return np.float32(scale), zero

    def pair(self, x, scale, zero, dtype):
        """QuantizeLinear and DequantizeLinear, or Quant."""
        self.scale, self.zero, self.kind = scale, zero, dtype
        if self.form == "QONNX":
            return self.quant(x, scale, zero, np.iinfo(dtype).bits, np.iinfo(dtype).min < 0)
        domain = MICROSOFT if np.iinfo(dtype).bits == 16 else ""
        parameters = [self.real(scale), self.typed(zero, dtype)]
        codes = self.node("QuantizeLinear", [x, *parameters], domain)
        return self.node("DequantizeLinear", [codes, *parameters], domain)

    def quant(self, x, scale, zero, bits, signed, mode="ROUND", narrow=0):
        parameters = [self.real(v) for v in (scale, zero, bits)]
        return self.node("Quant", [x, *parameters], QONNX, signed=int(signed), narrow=narrow,
                         rounding_mode=mode)

    def finish(self, tensor, scale_zero=None):
        """Quantizes what an operator delivers; the map that comes next."""
        dtype = TYPES[self.type]
        self.met(self.type)
        scale, zero = scale_zero or self.parameters(tensor, dtype)
        if not scale_zero and self.form == "QONNX" and np.iinfo(dtype).min < 0 and (
                self.chance(0.3)):
            zero = 0
        mode = "ROUND"
        if self.form == "QONNX" and not zero and np.iinfo(dtype).min == 0 and self.chance(0.7):
            mode = self.pick("FLOOR", "HALF_UP", "DOWN")
            self.met(mode)
            self.scale, self.zero, self.kind = scale, zero, dtype
            self.x = self.quant(tensor, scale, zero, np.iinfo(dtype).bits, False, mode)
            return
        if self.form == "QONNX" and zero % 2 and np.log2(scale) % 1 == 0:
            zero -= 1  # ties are rounded before the zero point is added, elsewhere behind it
        self.x = self.pair(tensor, scale, zero, dtype)

    # Constants.

    def weight_codes(self, dims, axis):
        """Codes, scales, zero points and their type."""
        bits = 8
        if self.chance(0.2):
            self.met("4-bit weights")
            bits = 4
        count = dims[axis]
        is_channel = self.chance(0.7) and not self.shifts_only
        self.met("weights a channel" if is_channel else "weights a tensor")
        scales = self.random.uniform(0.5, 2.0, count if is_channel else 1) * 2.0 ** (1 - bits)
        if self.shifts_only:
            scales = 2.0 ** np.rint(np.log2(scales))
        codes = np.clip(np.rint(self.random.normal(0, 2.0 ** (bits - 2), dims)),
                        -(2 ** (bits - 1)) + 1, 2 ** (bits - 1) - 1).astype(np.int64)
        dtype, zero = np.int8, 0
        if self.form != "QONNX" and not self.shifts_only and self.chance(0.3):
            self.met("unsigned weights")
            dtype, zero = np.uint8, 128
            if self.chance(0.5):
                self.met("weight zero point")
                zero = int(self.random.integers(100, 156))
            codes = np.clip(codes + zero, 0, 255)
        scales = scales.astype(np.float32)
        return codes, scales, np.full(scales.shape, zero), dtype, bits

    def weights(self, dims, axis):
        """Quantized weights as a tensor; their scales."""
        if self.form == "QONNX" and self.chance(0.15):
            self.met("weights of -1 and +1")
            count = dims[axis] if self.chance(0.5) else 1
            scales = self.random.uniform(0.1, 0.3, count).astype(np.float32)
            inputs = [self.real(self.random.normal(0, 1, dims)), self.beside(scales, dims, axis)]
            return self.node("BipolarQuant", inputs, QONNX), scales
        codes, scales, zeros, dtype, bits = self.weight_codes(dims, axis)
        if self.form == "QONNX":
            at = self.beside_values(scales, dims, axis)
            parameters = [self.beside(scales, dims, axis), self.real(0.0), self.real(float(bits))]
            values = codes * at.astype(np.float64)
            return self.node("Quant", [self.real(values), *parameters], QONNX, signed=1,
                             narrow=int(self.chance(0.5)), rounding_mode="ROUND"), scales
        if scales.size == 1:
            scales, zeros = scales.reshape(()), zeros.reshape(())
        turned = len(dims) == 2 and self.chance(0.4)
        if turned:
            self.met("transposed weights")
            codes, axis = codes.T, 1 - axis
        parameters = [self.real(scales), self.typed(zeros, dtype)]
        tensor = self.typed(codes, dtype)
        if self.chance(0.2):
            self.met("computed weights")
            at = lambda v: self.beside_values(v, codes.shape, axis)
            tensor = self.real((codes - at(zeros)) * at(scales).astype(np.float64))
            tensor = self.node("QuantizeLinear", [tensor, *parameters], axis=axis)
        tensor = self.node("DequantizeLinear", [tensor, *parameters], axis=axis)
        if turned:
            tensor = self.node("Transpose", [tensor], perm=[1, 0])
        return tensor, scales

    def beside_values(self, values, dims, axis):
        return values.reshape([-1 if i == axis else 1 for i in range(len(dims))])

    def beside(self, scales, dims, axis):
        return self.real(scales.reshape(()) if scales.size == 1 else
                         self.beside_values(scales, dims, axis))

    def bias(self, count, scales):
        """On the grid of the sums, as near as float32 comes to it."""
        grid = (np.float32(self.scale) * scales.astype(np.float32)).astype(np.float32)
        codes = np.rint(self.random.normal(0, 1500, count)).astype(np.int64)
        if self.form != "QONNX" and self.chance(0.7):
            self.met("int32 bias")
            zeros = self.typed(np.zeros(grid.shape), np.int32)
            return self.node("DequantizeLinear",
                             [self.typed(codes, np.int32), self.real(grid), zeros], axis=0)
        self.met("float bias")
        return self.real(codes * grid.astype(np.float64))

    # Layers.

    def window(self, k):
        pads = [0] * 4
        if self.chance(0.6):
            self.met("padding")
            pads = [int(v) for v in self.random.integers(0, k // 2 + 1, 4)]
        stride = 1
        if self.chance(0.3) and min(self.h, self.w) >= k + 2:
            self.met("stride")
            stride = 2
        self.h = (self.h + pads[0] + pads[2] - k) // stride + 1
        self.w = (self.w + pads[1] + pads[3] - k) // stride + 1
        return {"pads": pads, "strides": [stride, stride]}

    def conv(self, then=True):
        k, groups = int(self.pick(1, 3, 3)), 1
        k = min(k, self.h, self.w)
        out = int(self.random.integers(2, 6))
        if self.c > 1 and self.chance(0.25):
            self.met("depthwise")
            groups, out = self.c, self.c
        elif self.c % 2 == 0 and self.chance(0.3):
            self.met("groups")
            groups, out = 2, 4
        window = self.window(k)
        dims = (out, self.c // groups, k, k)
        self.c = out
        if self.form == "QOperator":
            return self.integer_conv(dims, groups, window)
        w, scales = self.weights(dims, 0)
        inputs = [self.x, w] + ([self.bias(out, scales)] if self.chance(0.6) else [])
        y = self.node("Conv", inputs, group=groups, **window)
        if self.chance(0.25) and not self.shifts_only:
            y = self.batch_norm(y, scales)
        self.x = y
        self.activation()

    def activation(self, may_leak=True):
        """ReLU, Clip and max pool in front of the quantizer or behind it."""
        relu, behind = self.chance(0.5), self.chance(0.2)
        if may_leak and self.chance(0.2):
            relu = False
            self.x = self.leaky_node()
        if relu and not behind:
            self.met("relu")
            self.x = self.node("Relu", [self.x])
        if self.chance(0.2):
            self.met("clip")
            low, high = self.range(self.x)
            bounds = [self.real(low * self.random.uniform(0, 0.8)), self.real(high * 0.7)]
            self.x = self.node("Clip", [self.x, *bounds])
        if self.chance(0.2) and min(self.h, self.w) >= 2:
            self.max_pool_node()
        self.finish(self.x)
        if relu and behind:
            self.met("relu behind its pair")
            self.x = self.node("Relu", [self.x])
            self.x = self.pair(self.x, self.scale, self.zero, self.kind)

    def leaky_node(self):
        if self.chance(0.5):
            self.met("leaky relu")
            return self.node("LeakyRelu", [self.x], alpha=float(self.pick(0.01, 0.1, 0.25, 1.5)))
        self.met("prelu")
        return self.node("PRelu", [self.x, self.real(self.random.uniform(0, 0.5, (self.c, 1, 1)))])

    def leaky(self):
        self.met("leaky relu behind its pair")
        if self.form == "QOperator":
            return self.integer_node("QLinearLeakyRelu", self.operand(), domain=MICROSOFT,
                                     alpha=0.1)
        self.finish(self.leaky_node())

    def curve(self):
        """A function that is looked up."""
        if np.iinfo(self.kind).bits > 8:
            return
        if self.form == "QOperator":
            self.met("sigmoid of codes")
            return self.integer_node("QLinearSigmoid", self.operand(), domain=MICROSOFT)
        self.met("table")
        leaves_float32 = self.range(self.x)[1] > 20
        op = self.pick(*[op for op in CURVES if op != "Exp" or not leaves_float32])
        value = self.node(op, [self.x])
        if op in ("HardSigmoid", "Sigmoid", "Tanh"):
            self.met("function times its input")
            value = self.node("Mul", [self.x, value] if self.chance(0.5) else [value, self.x])
        self.finish(value)

    def batch_norm(self, y, scales):
        """Whose offset lies on the grid of the sums, as near as float32 comes to it."""
        self.met("batch norm")
        gamma = self.random.uniform(0.5, 2.0, self.c)
        if self.chance(0.4):
            self.met("negative batch norm")
            gamma *= self.random.choice([-1.0, 1.0], self.c)
        gamma = gamma.astype(np.float32)
        variance = self.random.uniform(0.5, 2.0, self.c).astype(np.float32)
        factor = gamma / np.sqrt(variance.astype(np.float64) + np.float64(np.float32(1e-5)))
        grid = np.float64(self.scale) * scales.astype(np.float64) * factor
        mean = (np.rint(self.random.normal(0, 500, self.c)) * (grid / factor)).astype(np.float32)
        beta = mean * factor + np.rint(self.random.normal(0, 500, self.c)) * grid
        return self.node("BatchNormalization",
                         [y] + [self.real(v) for v in (gamma, beta, mean, variance)],
                         epsilon=1e-5)

    def integer_conv(self, dims, groups, window):
        codes, scales, zeros, dtype, _ = self.weight_codes(dims, 0)
        if scales.size == 1:
            scales, zeros = scales.reshape(()), zeros.reshape(())
        inputs = [*self.operand(), self.typed(codes, dtype), self.real(scales),
                  self.typed(zeros, dtype)]
        bias = []
        if self.chance(0.6):
            self.met("int32 bias")
            bias = [self.typed(np.rint(self.random.normal(0, 1500, dims[0])), np.int32)]
        self.integer_node("QLinearConv", inputs, bias, group=groups, **window)

    def operand(self):
        return [self.x, self.real(self.scale), self.typed(self.zero, self.kind)]

    def integer_node(self, op, inputs, more=(), domain="", **attributes):
        """An integer operator: its output's scale from tries with wider and wider ones."""
        self.met(self.type)
        before = len(self.nodes), len(self.constants)

        def attempt(scale, zero, dtype):
            del self.nodes[before[0]:], self.constants[before[1]:]
            parameters = [self.real(scale), self.typed(zero, dtype)]
            return self.node(op, [*inputs, *parameters, *more], domain, **attributes)

        wide = 2.0**-4 * float(self.scale)
        while np.abs(self.values[attempt(wide, 0, np.int16)].astype(np.int64)).max() > 30000:
            wide *= 16
        name = self.fresh("tried")
        self.values[name] = self.values[self.nodes[-1].output[0]] * np.float64(np.float32(wide))
        scale, zero = self.parameters(name, TYPES[self.type])
        self.x = attempt(scale, zero, TYPES[self.type])
        self.scale, self.zero, self.kind = scale, zero, TYPES[self.type]

    def max_pool_node(self):
        k = int(self.pick(2, 2, 3))
        if min(self.h, self.w) < k:
            return
        self.met("max pool")
        stride = k if self.chance(0.7) else 1
        self.x = self.node("MaxPool", [self.x], kernel_shape=[k, k], strides=[stride, stride])
        self.h, self.w = (self.h - k) // stride + 1, (self.w - k) // stride + 1

    def max_pool(self):
        self.met("max pool behind its pair")
        self.max_pool_node()
        if self.form == "QDQ":
            self.x = self.pair(self.x, self.scale, self.zero, self.kind)

    def average_pool(self):
        if min(self.h, self.w) < 3:
            return
        self.met("average pool")
        truncates = self.form == "QONNX" and not self.zero
        k = 2 if truncates else int(self.pick(2, 3))
        pads = [0] * 4
        if self.chance(0.4) and not truncates:
            self.met("padded average")
            pads = [1] * 4
        attributes = {"kernel_shape": [k, k], "strides": [k, k], "pads": pads,
                      "count_include_pad": int(self.chance(0.5))}
        self.h, self.w = ((n + 2 * pads[0] - k) // k + 1 for n in (self.h, self.w))
        if self.form == "QOperator":
            return self.integer_node("QLinearAveragePool", self.operand(), domain=MICROSOFT,
                                     **attributes)
        y = self.node("AveragePool", [self.x], **attributes)
        if truncates:
            self.met("trunc")
            y = self.node("Mul", [y, self.real(4.0)])
            bits = np.iinfo(self.kind).bits
            parameters = [self.real(v) for v in (self.scale, 0.0, bits + 2, bits)]
            self.x = self.node("Trunc", [y, *parameters], QONNX, rounding_mode="FLOOR")
            return
        self.finish(y)

    def global_pool(self):
        self.met("global pool")
        self.h = self.w = 1
        if self.form == "QOperator":
            return self.integer_node("QLinearGlobalAveragePool", self.operand(), domain=MICROSOFT,
                                     channels_last=0)
        self.finish(self.node("GlobalAveragePool", [self.x]))

    def aside(self, make):
        """The parameters of what `make` makes of the map that comes next, which then does so
        again."""
        kept = self.x, self.c, self.h, self.w, self.scale, self.zero, self.kind
        make()
        made = self.operand()
        self.x, self.c, self.h, self.w, self.scale, self.zero, self.kind = kept
        return made

    def branch(self, channels, scale_zero=None):
        """Of the map that comes next, in the same rows and columns; its parameters. `scale_zero`:
        those it is to have."""
        return self.aside(lambda: self.pointwise(channels, scale_zero))

    def pointwise(self, channels, scale_zero=None):
        dims = (channels, self.c, 1, 1)
        self.c = channels
        if self.form == "QOperator":
            return self.integer_conv(dims, 1, {})
        w, _ = self.weights(dims, 0)
        self.finish(self.node("Conv", [self.x, w]), scale_zero)

    def add(self):
        self.met("add")
        same = self.form != "QOperator" and self.kind == TYPES[self.type] and self.chance(0.3)
        if same:
            self.met("add of equal scales")
        other = self.branch(self.c, (self.scale, self.zero) if same else None)
        if self.form == "QOperator":
            return self.integer_node("QLinearAdd", [*self.operand(), *other], domain=MICROSOFT)
        y = self.node("Add", [self.x, other[0]])
        self.x = y
        self.activation(may_leak=False)

    def times(self, other):
        if self.form == "QOperator":
            return self.integer_node("QLinearMul", [*self.operand(), *other], domain=MICROSOFT)
        factors = [self.x, other[0]] if self.chance(0.5) else [other[0], self.x]
        self.x = self.node("Mul", factors)
        self.activation(may_leak=False)

    def product(self):
        self.met("product")
        self.times(self.branch(self.c))

    def squeeze_and_excite(self):
        self.met("squeeze and excite")
        self.times(self.aside(self.excitation))

    def excitation(self):
        self.global_pool()
        self.pointwise(self.c)
        if self.chance(0.5):
            self.curve()

    def gate(self):
        """x * Sigmoid(x), with a quantizer between the two."""
        if self.form == "QOperator" or np.iinfo(self.kind).bits > 8:
            return
        self.met("quantizer between function and product")
        self.times(self.aside(lambda: self.finish(self.node("Sigmoid", [self.x]))))

    def concat(self):
        self.met("concat")
        same = self.form != "QOperator" and self.kind == TYPES[self.type] and self.chance(0.3)
        if same:
            self.met("concat of equal scales")
        given = (self.scale, self.zero) if same else None
        first, other = self.branch(2, given), self.branch(3, given)
        self.c = 5
        if self.form == "QOperator":
            y = self.node("Concat", [self.node("DequantizeLinear", of) for of in (first, other)],
                          axis=1)
            scale, zero = self.parameters(y, TYPES[self.type])
            self.nodes[-3:] = []
            self.scale, self.zero, self.kind = scale, zero, TYPES[self.type]
            parameters = [self.real(scale), self.typed(zero, self.kind)]
            self.x = self.node("QLinearConcat", [*parameters, *first, *other], MICROSOFT, axis=1)
            return
        joined = self.node("Concat", [first[0], other[0]], axis=1)
        if not same:
            return self.finish(joined)
        self.x = joined if self.chance(0.5) else self.pair(joined, *given, self.kind)

    def second_quantizer(self):
        if self.form == "QOperator":
            return
        self.met("second quantizer")
        self.finish(self.x)

    def head(self):
        features = self.c * self.h * self.w
        self.x = self.node("Flatten", [self.x])
        is_gemm = self.chance(0.5)
        self.met("gemm" if is_gemm else "matmul")
        if self.form == "QOperator":
            return self.integer_head(features, is_gemm)
        if is_gemm:
            w, scales = self.weights((7, features), 0)
            bias = [self.bias(7, scales)] if self.chance(0.7) else []
            return self.finish(self.node("Gemm", [self.x, w, *bias], transB=1))
        w, scales = self.weights((features, 7), 1)
        y = self.node("MatMul", [self.x, w])
        if self.chance(0.6):
            y = self.node("Add", [y, self.bias(7, scales)])
        self.finish(y)

    def integer_head(self, features, is_gemm):
        codes, scales, zeros, dtype, _ = self.weight_codes((features, 7), 1)
        if scales.size == 1:
            scales, zeros = scales.reshape(()), zeros.reshape(())
        if not is_gemm:
            weights = [self.typed(codes, dtype), self.real(scales), self.typed(zeros, dtype)]
            return self.integer_node("QLinearMatMul", [*self.operand(), *weights])
        weights = [self.typed(codes.T, dtype), self.real(scales), self.typed(zeros, dtype)]
        bias = self.typed(np.rint(self.random.normal(0, 1500, 7)), np.int32)
        self.integer_node("QGemm", [*self.operand(), *weights, bias], domain=MICROSOFT, transB=1,
                          alpha=1.0)


def random_network(random):
    """As exporter_graphs.random_network(); the scores' scale behind it."""
    net = Net(random, FORMS[random.integers(len(FORMS))])
    shape = (net.c, net.h, net.w)
    if net.chance(0.3) and not net.shifts_only:
        net.met("normalised image")
        means = net.real(net.random.uniform(100, 140, (1, net.c, 1, 1)))
        net.x = net.node("Sub", [net.x, means])
        net.x = net.node("Div", [net.x, net.real(net.random.uniform(40, 70))])
        net.finish(net.x)
    else:
        scale = np.float32(1.0 if net.shifts_only or net.chance(0.4) else net.random.uniform(0.7, 1.3))
        net.x = net.pair(net.x, scale, 0 if net.form == "QONNX" or net.shifts_only else
                         int(net.pick(0, 3)), np.uint8)
    if net.form == "QOperator":
        net.x = net.nodes.pop().input[0]
    steps = (net.conv, net.conv, net.add, net.concat, net.max_pool, net.average_pool,
             net.global_pool, net.second_quantizer, net.leaky, net.curve, net.product,
             net.squeeze_and_excite, net.gate)
    net.conv()
    for _ in range(int(random.integers(1, 4))):
        steps[random.integers(len(steps))]()
    net.head()
    scores = net.x
    if net.form == "QOperator":
        net.x = net.node("DequantizeLinear", net.operand(),
                         MICROSOFT if np.iinfo(net.kind).bits == 16 else "")
        scores = net.x
    model = net.model([1, *shape], net.x, domains=sorted(net.domains))
    return model, shape, False, net.classes, scores, float(net.scale)
