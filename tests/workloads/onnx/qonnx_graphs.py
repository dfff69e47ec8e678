# SPDX-License-Identifier: Apache-2.0
"""Random QONNX networks as Brevitas, QKeras and hands write them."""

import numpy as np

from graph_maker import GraphMaker

DOMAINS = ("qonnx.custom_op.general", "finn.custom_op.general", "onnx.brevitas")
MODES = ("ROUND", "HALF_EVEN", "HALF_UP", "DOWN", "FLOOR")
CLASSES = ("IntQuant", "lower case", "equal scales", "computed scale", "narrow",
           "quant behind a max pool", "no quant on the image", "no quant on a bias",
           "no quant on the output", "trunc",
           "trunc of a pool", "relu of a shared map", "transposed weights", "coarse bias", "add",
           "average pool", "bounds", "bounds on the grid", "bounds off the grid",
           "bounds of a pool", "quant after quant", "signed image", "computed reshape",
           "softmax", "matrix of pixels", "normalised image", "codes -1 and 0",
           "weights of -1 and +1",
           "shortcut of option A", "joined, one format", "joined, two formats",
           "quant behind a join", "product", "squeeze and excite", "joined and quantized again", "cut out", "channel shuffle") + DOMAINS + MODES


class Net(GraphMaker):
    """Keeps the map that comes next: `x` of `c` x `h` x `w`, with `frac` fractional bits."""

    def __init__(self, random):
        super().__init__(random, int(random.integers(9, 19)))
        self.domain = self.pick(*DOMAINS)
        self.met(self.domain)
        self.op = self.pick("Quant", "IntQuant")
        if self.op == "IntQuant":
            self.met("IntQuant")
        self.x, self.frac = "x", 0
        self.c, self.h, self.w = int(self.pick(1, 2, 3)), *map(int, random.integers(6, 11, 2))

    def scalar(self, value, channels=0):
        if channels and self.chance(0.2):
            self.met("equal scales")
            return self.tensor(np.full((channels, 1, 1, 1), value))
        if self.chance(0.1):
            self.met("computed scale")
            three = self.tensor(np.array(3.0))
            return self.node("Div", [self.tensor(np.array(value * 3.0)), three])
        return self.tensor(np.array(value))

    def quant(self, x, bits, frac, signed, mode=None, narrow=False, channels=0):
        narrow = narrow and bits > 1
        zero = 0.0
        if bits == 1 and signed:  # said as such it would be -1 and +1
            self.met("codes -1 and 0")
            signed, zero = False, 1.0
            mode = mode or self.pick(*MODES, "CEIL")
        mode = mode or self.pick(*MODES)
        self.met(mode)
        self.codes = (-(2**(bits - 1)), 2**(bits - 1) - 1) if signed or zero else (0, 2**bits - 1)
        if narrow:
            self.met("narrow")
        if self.chance(0.3):
            mode = mode.lower()
            self.met("lower case")
        parameters = [self.scalar(2.0**-frac, channels), self.scalar(zero), self.scalar(float(bits))]
        return self.node(self.op, [x, *parameters], self.domain, signed=int(signed),
                         narrow=int(narrow), rounding_mode=mode)

    def weights(self, *dims):
        """Quantized weights; their fractional bits."""
        bits, frac = int(self.random.integers(1, 9)), int(self.random.integers(2, 8))
        values = self.random.normal(0, 2.0 ** (bits - 2 - frac), dims)
        narrow = self.chance(0.3)
        if bits == 1 and self.chance(0.7):
            return self.signs(values, frac), frac
        if len(dims) == 2 and self.chance(0.4):
            self.met("transposed weights")
            turned = self.quant(self.tensor(values.T), bits, frac, True, "ROUND", narrow)
            return self.node("Transpose", [turned], perm=[1, 0]), frac
        return self.quant(self.tensor(values), bits, frac, True, "ROUND", narrow,
                          dims[0] if len(dims) == 4 else 0), frac

    def signs(self, values, frac):
        """Weights of -1 and +1, said in either way."""
        self.met("weights of -1 and +1")
        if self.chance(0.5):
            return self.node("BipolarQuant", [self.tensor(values), self.scalar(2.0**-frac)],
                             self.domain)
        parameters = [self.scalar(2.0**-frac), self.scalar(0.0), self.scalar(1.0)]
        return self.node(self.op, [self.tensor(values), *parameters], self.domain, signed=1,
                         narrow=int(self.chance(0.5)), rounding_mode="ROUND")

    def bias(self, count, grid):
        values = self.random.normal(0, 20, count)
        if self.chance(0.3):
            self.met("no quant on a bias")
            # On the grid, so that the assumed rounding changes nothing.
            return self.tensor(np.rint(values * 2.0**grid) * 2.0**-grid)
        coarser = int(self.pick(0, 0, 1, 3))
        if coarser:
            self.met("coarse bias")
        return self.quant(self.tensor(values), 24, grid - coarser, True, "ROUND")

    def output_format(self, signed):
        self.frac = int(self.random.integers(-3, 4))
        return int(self.random.integers(1, 10)), self.frac, signed

    def conv(self):
        k = int(self.pick(1, 2, 3))
        out = int(self.random.integers(1, 5))
        w, w_frac = self.weights(out, self.c, k, k)
        inputs = [self.x, w]
        if self.chance(0.6):
            inputs.append(self.bias(out, w_frac + self.frac))
        pad = k // 2
        self.x = self.node("Conv", inputs, pads=[pad] * 4)
        self.c, self.h, self.w = out, self.h + 2 * pad - k + 1, self.w + 2 * pad - k + 1
        relu = self.chance(0.6)
        order = ["relu", "pool"] if self.chance(0.5) else ["pool", "relu"]
        for what in order:
            if what == "relu" and relu:
                self.x = self.node("Relu", [self.x])
            if what == "pool" and self.chance(0.3) and min(self.h, self.w) >= 4:
                self.met("quant behind a max pool")
                self.x = self.node("MaxPool", [self.x], kernel_shape=[3, 3], strides=[2, 2],
                                   pads=[1, 1, 1, 1])
                self.h, self.w = (self.h - 1) // 2 + 1, (self.w - 1) // 2 + 1
        bits, self.frac, signed = self.output_format(not relu)
        if self.chance(0.3):
            self.x = self.clip(self.x, *self.bounds())
        self.x = self.quant(self.x, bits, self.frac, signed, narrow=self.chance(0.2))

    def clip(self, x, low, high):
        self.met("bounds")
        if self.opset < 11:
            return self.node("Clip", [x], min=low, max=high)
        return self.node("Clip", [x, self.tensor(np.array(low)), self.tensor(np.array(high))])

    def bounds(self):
        """Two values on the grid, half-way between its codes or in quarters of a step."""
        codes = np.sort(self.random.integers(-24, 24, 2)) / 4.0
        low, high = (0.0, abs(codes[1])) if self.chance(0.4) else codes
        return low * 2.0**-self.frac, high * 2.0**-self.frac

    def clip_codes(self):
        """Behind a Quant: the bounds are codes, or are rounded by the Quant that follows."""
        if self.codes is None:
            return
        on_grid = self.chance(0.5)
        low, high = np.sort(self.random.integers(self.codes[0], self.codes[1], 2)) + (
            0.0 if on_grid else 0.25)
        self.x = self.clip(self.x, low * 2.0**-self.frac, high * 2.0**-self.frac)
        self.met("bounds on the grid" if on_grid else "bounds off the grid")
        if not on_grid:
            self.x = self.quant(self.x, *self.output_format(low < 0))

    def add(self):
        self.met("add")
        before = self.x
        w, _ = self.weights(self.c, self.c, 1, 1)
        branch = self.node("Conv", [before, w])
        branch = self.quant(branch, *self.output_format(True))
        total = self.node("Add", [branch, before])
        relu = self.chance(0.5)
        if relu:
            total = self.node("Relu", [total])
        self.x = self.quant(total, *self.output_format(not relu))

    def product(self):
        self.met("product")
        self.times(self.branch(self.c, *self.output_format(True)))

    def squeeze_and_excite(self):
        self.met("squeeze and excite")
        mean = self.node("GlobalAveragePool", [self.x])
        self.times(self.quant(mean, *self.output_format(True)))

    def times(self, other):
        product = self.node("Mul", [self.x, other] if self.chance(0.5) else [other, self.x])
        self.x = self.quant(product, *self.output_format(True))

    def shared_relu(self):
        self.met("relu of a shared map")
        w, _ = self.weights(self.c, self.c, 1, 1)
        both = self.quant(self.node("Conv", [self.x, w]), *self.output_format(True))
        right = self.node("Relu", [both])
        self.x = self.quant(self.node("Add", [right, both]), *self.output_format(True))

    def branch(self, out, bits, frac, signed, stride=1):
        w, _ = self.weights(out, self.c, 3, 3)
        made = self.node("Conv", [self.x, w], pads=[1, 1, 1, 1], strides=[stride, stride])
        return made if bits is None else self.quant(made, bits, frac, signed)

    def option_a(self):
        if min(self.h, self.w) < 3 or self.opset < 10:
            return
        self.met("shortcut of option A")
        amounts = [self.tensor(np.array(v)) for v in ([0, 0], [99, 99], [2, 3], [2, 2])]
        short = self.node("Slice", [self.x, *amounts])
        pads = [0, 1, 0, 0, 0, 2, 0, 0]
        more = {"pads": pads} if self.opset < 11 else {}
        short = self.node("Pad", [short] if more else [short, self.tensor(np.array(pads))], **more)
        long = self.branch(self.c + 3, *self.output_format(True), stride=2)
        self.c, self.h, self.w = self.c + 3, (self.h + 1) // 2, (self.w + 1) // 2
        self.x = self.quant(self.node("Add", [long, short]), *self.output_format(True))

    def joined(self):
        """Maps side by side: of one format or of several, quantized before, behind, or both."""
        how = self.pick("joined, one format", "joined, two formats", "quant behind a join",
                        "joined and quantized again")
        self.met(how)
        one = (int(self.random.integers(2, 7)), int(self.random.integers(-2, 3)), True)
        other = (int(self.random.integers(2, 7)), int(self.random.integers(-2, 3)),
                 bool(self.chance(0.5)))
        if how == "quant behind a join":
            one = other = (None, 0, True)
        elif how == "joined, one format":
            other = one
        self.x = self.node("Concat", [self.branch(2, *one), self.branch(3, *other)], axis=1)
        self.c = 5
        self.frac = max(one[1], other[1])
        if "quant" in how:
            self.x = self.quant(self.x, *self.output_format(True))
        if self.chance(0.3) and self.opset >= 10:
            self.met("cut out")
            amounts = [self.tensor(np.array(v)) for v in ([1], [4], [1])]
            self.x, self.c = self.node("Slice", [self.x, *amounts]), 3
        elif self.chance(0.4):
            self.met("channel shuffle")
            self.branches_shuffled()

    def branches_shuffled(self):
        self.x = self.node("Concat", [self.x, self.x], axis=1)
        x = self.reshape(self.x, [1, 2, self.c, self.h, self.w])
        x = self.node("Transpose", [x], perm=[0, 2, 1, 3, 4])
        self.c *= 2
        self.x = self.reshape(x, [1, self.c, self.h, self.w])

    def max_pool(self):
        if min(self.h, self.w) < 3:
            return
        k, s = (2, 2) if self.chance(0.5) else (3, 1)
        self.x = self.node("MaxPool", [self.x], kernel_shape=[k, k], strides=[s, s])
        self.h, self.w = (self.h - k) // s + 1, (self.w - k) // s + 1
        if self.chance(0.3):
            self.met("quant after quant")
            self.x = self.quant(self.x, *self.output_format(True))

    def average_pool(self):
        if min(self.h, self.w) < 3:
            return
        k = int(self.pick(2, 3))
        self.x = self.node("AveragePool", [self.x], kernel_shape=[k, k], strides=[k, k])
        self.h, self.w = (self.h - k) // k + 1, (self.w - k) // k + 1
        if k == 2 and self.chance(0.6):
            self.met("trunc of a pool")
            self.x = self.node("Mul", [self.x, self.tensor(np.array(4.0))])
            return self.trunc(12, 10)
        self.met("average pool")
        if self.chance(0.3):
            self.met("bounds of a pool")
            self.x = self.clip(self.x, *self.bounds())
        self.x = self.quant(self.x, *self.output_format(True))

    def trunc(self, from_bits=None, to_bits=None):
        self.codes = None
        mode = self.pick("ROUND", "FLOOR", "floor", "DOWN")
        if from_bits is None:
            self.met("trunc")
            from_bits, to_bits = 8, int(self.pick(8, 7, 6, 5))
        self.x = self.node("Trunc", [self.x, self.scalar(2.0**-self.frac), self.scalar(0.0),
                                     self.scalar(float(from_bits)), self.scalar(float(to_bits))],
                           self.domain, rounding_mode=mode)

    def head(self):
        features = self.c * self.h * self.w
        if self.chance(0.2):
            self.met("matrix of pixels")
            self.x = self.reshape(self.x, [1, self.c, self.h * self.w])
            self.x = self.node("Transpose", [self.x], perm=[0, 2, 1])
            features = self.c
        elif self.chance(0.5):
            self.x = self.flattened_by_shape(self.x)
        else:
            self.x = self.node("Flatten", [self.x])
        w, w_frac = self.weights(features, 5)
        self.x = self.node("MatMul", [self.x, w])
        if self.chance(0.5):
            self.x = self.node("Add", [self.x, self.bias(5, w_frac + self.frac)])
        if self.chance(0.3):
            self.met("no quant on the output")
        else:
            self.x = self.quant(self.x, 16, int(self.random.integers(-2, 4)), True)
        if "matrix of pixels" in self.classes:
            self.x = self.node("Transpose", [self.x], perm=[0, 2, 1])


def random_network(random):
    """As exporter_graphs.random_network()."""
    net = Net(random)
    shape = (net.c, net.h, net.w)
    if net.chance(0.2):
        net.met("no quant on the image")
    elif net.chance(0.3):
        net.met("signed image")
        net.frac = -1
        net.x = net.quant("x", 9, -1, True, "ROUND")
    elif net.chance(0.4):
        net.met("normalised image")
        net.frac = int(net.pick(2, 5, 8))
        means = net.tensor(net.random.normal(120, 20, (1, net.c, 1, 1)))
        net.x = net.node("Sub", ["x", means])
        net.x = net.node("Div", [net.x, net.tensor(np.array(net.random.uniform(20, 90)))])
        net.x = net.quant(net.x, 9, net.frac, True)
    else:
        net.x = net.quant("x", 8, 0, False, "ROUND")
    net.conv()
    steps = (net.conv, net.conv, net.add, net.shared_relu, net.clip_codes, net.max_pool, net.average_pool,
             net.trunc, net.option_a, net.joined, net.product, net.squeeze_and_excite)
    for _ in range(int(random.integers(1, 5))):
        steps[random.integers(len(steps))]()
    net.head()
    scores = net.x
    if "matrix of pixels" not in net.classes and net.chance(0.2):
        net.met("softmax")
        net.x = net.node("Softmax", [net.x], axis=-1)
    return net.model([1, *shape], net.x, domains=[net.domain]), shape, False, net.classes, scores
