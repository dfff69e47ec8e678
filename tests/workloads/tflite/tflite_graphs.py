# SPDX-License-Identifier: Apache-2.0
"""TFLite networks of int8 codes with random weights: random ones, one like MobileNet, one like
ResNet-8. Each is the bytes of a file, the shape of the image, and the classes of cases that it
meets."""

import numpy as np

from tflite_writer import (FLOAT32, INT8, INT32, NONE, RELU, RELU6, SAME, UINT8, VALID, Graph,
                           Number, conv_options, depthwise_options, pool_options)

CLASSES = {"int8 input", "uint8 input", "float input", "conv", "depthwise", "fully connected", "add",
           "average pool", "max pool", "concatenation", "pad", "pad of channels", "reshape", "mean",
           "mean without dimensions", "softmax", "dequantize", "uint8 output", "requantize", "same",
           "valid", "stride", "dilation", "depth multiplier", "groups", "one scale",
           "scale a channel", "no bias", "relu", "relu6", "ratio above 1", "image joined",
           "reshaped image", "ties in average pools", "map added to itself"}


class Maker:
    """A graph that grows at its last map."""

    def __init__(self, random):
        self.random, self.graph, self.classes, self.count = random, Graph(), set(), 0
        self.codes = {}   # scale and zero point of each map
        self.shapes = {}  # rows, columns, channels

    def name(self, kind):
        self.count += 1
        return f"{kind}_{self.count}"

    def map(self, name, shape, scale, zero, dims=None, kind=INT8):
        scale = float(np.float32(scale))
        self.graph.tensor(name, (1, *shape) if dims is None else dims, kind, scale, zero)
        self.codes[name], self.shapes[name] = (scale, zero), tuple(shape)
        return name

    def zero(self):
        return int(self.random.integers(-128, 128)) if self.random.random() < 0.7 else -128

    def input(self, shape, kind, flat=False):
        """Of int8, or of another type through QUANTIZE."""
        scale, zero = self.random.uniform(0.003, 1.2), self.zero()
        dims = (1, int(np.prod(shape))) if flat else None
        if kind == "int8":
            self.classes.add("int8 input")
            self.first = self.last = self.map("image", shape, scale, zero, dims)
        else:
            self.classes.add(kind + " input")
            scales = (scale, zero + 128) if kind == "uint8" else ((), ())
            self.graph.tensor("image", dims or (1, *shape), UINT8 if kind == "uint8" else FLOAT32,
                              *scales)
            self.first = "image"
            self.last = self.map("codes", shape, scale, zero, dims)
            self.graph.operator("QUANTIZE", ["image"], "codes")
        if flat:
            self.classes |= {"reshape", "reshaped image"}
            before, self.last = self.last, self.map("as_image", shape, *self.codes[self.last])
            self.graph.operator("RESHAPE", [before, self.constant((1, *shape))], self.last)

    def constant(self, values):
        data = np.array(values, np.int32)
        return self.graph.tensor(self.name("numbers"), data.shape, INT32, data=data)

    def activation(self):
        kind = int(self.random.choice([NONE, RELU, RELU6]))
        if kind:
            self.classes.add("relu" if kind == RELU else "relu6")
        return kind

    def weights(self, shape, axis, reduction, sums_from):
        """Names of weights and biases, and a scale of the output that leaves its codes spread."""
        random = self.random
        channels = shape[axis]
        count = 1 if random.random() < 0.3 else channels
        self.classes.add("one scale" if count == 1 else "scale a channel")
        scales = (random.uniform(0.5, 1.5, count) * 0.01).astype(np.float32)
        codes = np.clip(np.round(random.normal(0, 45, shape)), -127, 127).astype(np.int8)
        weights = self.graph.tensor(self.name("weights"), shape, INT8, scales,
                                    np.zeros(count, int), axis, codes)
        in_scale = self.codes[sums_from][0]
        size = 45 * 74 * max(reduction, 1) ** 0.5
        bias = None
        if random.random() < 0.8:
            data = np.round(random.normal(0, size / 2, channels)).astype(np.int32)
            bias = self.graph.tensor(self.name("bias"), (channels,), INT32, in_scale * scales,
                                     np.zeros(count, int), 0, data)
        else:
            self.classes.add("no bias")
        scale = in_scale * 0.01 * size / random.uniform(20, 60)
        if random.random() < 0.05:
            self.classes.add("ratio above 1")
            scale = in_scale * 0.01 / random.uniform(2, 40)
        return [weights, bias][:1 if bias is None and random.random() < 0.5 else 2], scale

    def window(self, shape):
        """Kernel, strides, dilations and padding that leave something of a map."""
        random, one = self.random, lambda extent: int(random.integers(1, min(extent, 4) + 1))
        kernel = one(shape[0]), one(shape[1])
        strides, dilations = (1, 1), (1, 1)
        if random.random() < 0.4:
            strides = (2, 2) if random.random() < 0.7 else (1, 2)
            self.classes.add("stride")
        padding = int(random.choice([SAME, VALID]))
        spans = [(k - 1) * 2 + 1 for k in kernel]
        if strides == (1, 1) and random.random() < 0.3 and all(
                s <= n for s, n in zip(spans, shape)):
            dilations = (2, 2)
            self.classes.add("dilation")
        self.classes.add("same" if padding == SAME else "valid")
        return kernel, strides, dilations, padding

    @staticmethod
    def made(shape, kernel, strides, dilations, padding):
        if padding == SAME:
            return [-(-n // s) for n, s in zip(shape, strides)]
        return [(n - (k - 1) * d - 1) // s + 1
                for n, k, s, d in zip(shape, kernel, strides, dilations)]

    def conv(self, channels=None, window=None, activation=None):
        shape = self.shapes[self.last]
        kernel, strides, dilations, padding = window or self.window(shape[:2])
        groups = 1
        if window is None and shape[2] % 2 == 0 and self.random.random() < 0.15:
            groups = 2
            self.classes.add("groups")
        channels = channels or groups * int(self.random.integers(1, 9))
        each = shape[2] // groups
        inputs, scale = self.weights((channels, *kernel, each), 0, each * kernel[0] * kernel[1],
                                     self.last)
        out = self.map(self.name("conv"),
                       (*self.made(shape[:2], kernel, strides, dilations, padding), channels),
                       scale, self.zero())
        activation = self.activation() if activation is None else activation
        self.graph.operator("CONV_2D", [self.last, *inputs], out,
                            conv_options(padding, strides, activation, dilations))
        self.classes.add("conv")
        self.last = out

    def depthwise(self, window=None, activation=None):
        shape = self.shapes[self.last]
        kernel, strides, dilations, padding = window or self.window(shape[:2])
        multiplier = 1
        if window is None and self.random.random() < 0.3:
            multiplier = int(self.random.integers(2, 4))
            self.classes.add("depth multiplier")
        inputs, scale = self.weights((1, *kernel, shape[2] * multiplier), 3, kernel[0] * kernel[1],
                                     self.last)
        out = self.map(self.name("depthwise"),
                       (*self.made(shape[:2], kernel, strides, dilations, padding),
                        shape[2] * multiplier), scale, self.zero())
        activation = self.activation() if activation is None else activation
        self.graph.operator("DEPTHWISE_CONV_2D", [self.last, *inputs], out, depthwise_options(
            padding, strides, multiplier, activation, dilations))
        self.classes.add("depthwise")
        self.last = out

    def pool(self, kind, window=None):
        shape = self.shapes[self.last]
        kernel, strides, _, padding = window or self.window(shape[:2])
        out = self.map(self.name("pool"),
                       (*self.made(shape[:2], kernel, strides, (1, 1), padding), shape[2]),
                       *self.codes[self.last])
        self.graph.operator(kind, [self.last], out, pool_options(
            padding, strides, kernel, self.activation() if window is None else NONE))
        self.classes.add("max pool" if kind == "MAX_POOL_2D" else "average pool")
        if kind != "MAX_POOL_2D" and kernel[0] * kernel[1] % 2 == 0:
            self.classes.add("ties in average pools")
        self.last = out

    def pad(self):
        """And the convolution that takes it in."""
        shape, random = self.shapes[self.last], self.random
        least = [1 if shape[i // 2] < 3 else 0 for i in range(4)]
        sides = [int(random.integers(n, 3)) for n in least] + [0, 0]
        if random.random() < 0.4:
            sides[4:] = [int(random.integers(0, 3)) for _ in range(2)]
            self.classes.add("pad of channels")
        out = self.map(self.name("pad"), (shape[0] + sides[0] + sides[1],
                                          shape[1] + sides[2] + sides[3],
                                          shape[2] + sides[4] + sides[5]), *self.codes[self.last])
        paddings = self.constant(np.reshape([0, 0, *sides], (4, 2)))
        self.graph.operator("PAD", [self.last, paddings], out, {})
        self.classes.add("pad")
        self.last = out
        self.conv(window=((3, 3), (1, 1), (1, 1), VALID))

    def add(self, other, activation=None):
        scales = [self.codes[name][0] for name in (self.last, other)]
        scale = max(scales) * self.random.uniform(0.7, 2.0)
        out = self.map(self.name("add"), self.shapes[self.last], scale, self.zero())
        activation = self.activation() if activation is None else activation
        inputs = [self.last, other] if self.random.random() < 0.5 else [other, self.last]
        self.graph.operator("ADD", inputs, out, {0: Number("b", activation)})
        self.classes |= {"add"} | ({"map added to itself"} if self.last == other else set())
        self.last = out

    def requantize(self, scale, zero):
        out = self.map(self.name("codes"), self.shapes[self.last], scale, zero)
        self.graph.operator("QUANTIZE", [self.last], out)
        self.classes.add("requantize")
        self.last = out

    def concatenate(self, others):
        """With maps of the same rows and columns, brought to the last one's codes."""
        codes, parts = self.codes[self.last], [self.last]
        for other in others:
            self.last = other
            if self.codes[other] != codes:
                self.requantize(*codes)
            parts.append(self.last)
        self.random.shuffle(parts)
        shape = self.shapes[parts[0]]
        out = self.map(self.name("joined"),
                       (*shape[:2], sum(self.shapes[part][2] for part in parts)), *codes)
        self.graph.operator("CONCATENATION", parts, out, {0: Number("i", 3), 1: Number("b", NONE)})
        self.classes.add("concatenation")
        self.last = out

    def mean(self):
        shape, keep = self.shapes[self.last], self.random.random() < 0.5
        if not keep:
            self.classes.add("mean without dimensions")
        scale = self.codes[self.last][0] * self.random.uniform(0.3, 1.1)
        out = self.map(self.name("mean"), (1, 1, shape[2]), scale, self.zero(),
                       (1, 1, 1, shape[2]) if keep else (1, shape[2]))
        axes = self.constant([1, 2] if self.random.random() < 0.5 else [-2, 1])
        if self.random.random() < 0.5:
            axes = self.constant([2, 1])
        self.graph.operator("MEAN", [self.last, axes], out, {0: Number("b", int(keep))})
        self.classes.add("mean")
        self.last = out

    def fully_connected(self, outputs):
        shape = self.shapes[self.last]
        size = int(np.prod(shape))
        if self.random.random() < 0.5:
            before, codes = self.last, self.codes[self.last]
            self.last = self.map(self.name("flat"), shape, *codes, (1, size))
            self.graph.operator("RESHAPE", [before, self.constant([-1, size])], self.last)
            self.classes.add("reshape")
        inputs, scale = self.weights((outputs, size), 0, size, self.last)
        out = self.map(self.name("scores"), (1, 1, outputs), scale, self.zero(), (1, outputs))
        self.graph.operator("FULLY_CONNECTED", [self.last, *inputs], out,
                            {0: Number("b", self.activation())})
        self.classes.add("fully connected")
        self.last = out

    def end(self):
        kind = self.random.choice(["", "SOFTMAX", "DEQUANTIZE", "uint8"])
        dims = self.graph.tensors[self.graph.names[self.last]][0]
        shape = np.frombuffer(dims.data, np.int32)
        scale, zero = self.codes[self.last]
        if kind == "SOFTMAX" and np.prod(self.shapes[self.last][:2]) == 1:
            self.graph.tensor("probabilities", shape, INT8, 1 / 256, -128)
            self.graph.operator("SOFTMAX", [self.last], "probabilities", {0: Number("f", 1.0)})
            self.classes.add("softmax")
            self.last = "probabilities"
        elif kind == "DEQUANTIZE":
            self.graph.tensor("numbers", shape, FLOAT32)
            self.graph.operator("DEQUANTIZE", [self.last], "numbers")
            self.classes.add("dequantize")
            self.last = "numbers"
        elif kind == "uint8":
            self.graph.tensor("bytes", shape, UINT8, scale, zero + 128)
            self.graph.operator("QUANTIZE", [self.last], "bytes")
            self.classes.add("uint8 output")
            self.last = "bytes"

    def file(self, shape):
        return self.graph.file([self.first], [self.last]), shape, self.classes


def random_network(random):
    maker = Maker(random)
    shape = tuple(int(n) for n in random.integers(4, 13, 2)) + (int(random.integers(1, 7)),)
    maker.input(shape, str(random.choice(["int8", "int8", "uint8", "float"])),
                random.random() < 0.15)
    for _ in range(int(random.integers(1, 6))):
        before = maker.last
        rows, columns, _ = maker.shapes[before]
        kind = random.choice(["conv", "depthwise", "max", "average", "pad", "add", "join"])
        if kind == "conv":
            maker.conv()
        elif kind == "depthwise":
            maker.depthwise()
        elif kind == "max":
            maker.pool("MAX_POOL_2D")
        elif kind == "average":
            maker.pool("AVERAGE_POOL_2D")
        elif kind == "pad":
            maker.pad()
        elif kind == "add":
            if random.random() < 0.8:
                maker.conv(maker.shapes[before][2], ((3, 3), (1, 1), (1, 1), SAME))
            maker.add(before if random.random() < 0.8 else maker.last)
        else:
            if before in ("image", "codes", "as_image"):
                maker.classes.add("image joined")
            maker.conv(None, ((1, 1), (1, 1), (1, 1), SAME))
            maker.concatenate([before] if random.random() < 0.7 else [before, maker.last])
    if random.random() < 0.5:
        maker.mean()
    if random.random() < 0.8:
        maker.fully_connected(int(random.integers(2, 11)))
    maker.end()
    return maker.file(shape)


def mobilenet_like(random):
    """MobileNetV1 of width 0.25 on 96 x 96 pixels, in structure."""
    maker = Maker(random)
    maker.input((96, 96, 3), "int8")
    same = lambda stride, k=3: ((k, k), (stride, stride), (1, 1), SAME)
    maker.conv(8, same(2), RELU6)
    for stride, channels in ((1, 16), (2, 32), (1, 32), (2, 64), (1, 64), (2, 128), (1, 128),
                             (1, 128), (1, 128), (1, 128), (1, 128), (2, 256), (1, 256)):
        maker.depthwise(same(stride), RELU6)
        maker.conv(channels, same(1, 1), RELU6)
    maker.pool("AVERAGE_POOL_2D", ((3, 3), (3, 3), (1, 1), VALID))
    maker.fully_connected(2)
    return maker.file((96, 96, 3))


def resnet_like(random):
    """ResNet-8 for CIFAR-10, in structure."""
    maker = Maker(random)
    maker.input((32, 32, 3), "int8")
    conv = lambda channels, stride, activation, k=3: maker.conv(
        channels, ((k, k), (stride, stride), (1, 1), SAME), activation)
    conv(16, 1, RELU)
    for channels, stride in ((16, 1), (32, 2), (64, 2)):
        before = maker.last
        conv(channels, stride, RELU)
        conv(channels, 1, NONE)
        if stride > 1:
            after, maker.last = maker.last, before
            conv(channels, stride, NONE, 1)
            before, maker.last = maker.last, after
        maker.add(before, RELU)
    maker.pool("AVERAGE_POOL_2D", ((8, 8), (8, 8), (1, 1), VALID))
    maker.fully_connected(10)
    return maker.file((32, 32, 3))
