# SPDX-License-Identifier: Apache-2.0
"""Random float networks in the forms that PyTorch, TensorFlow (tf2onnx) and hands give them."""

import numpy as np
from onnx import TensorProto, numpy_helper

import joined_maps
from onnx_evaluator import CURVES
from graph_maker import GraphMaker

CLASSES = ("constant node", "computed reshape", "computed pad", "empty pad",
           "pad into convolution", "pad into pool", "pad by axes", "pad channels last",
           "channels last", "channels last head", "channels last mean", "grey channels last",
           "softmax", "log softmax", "arg max", "cast", "identity", "dropout", "float16",
           "bfloat16", "double", "uint8 image", "external data", "two outputs", "reduce mean",
           "squeeze", "sum of three", "matrix of pixels", "ceil mode", "relu of a shared map",
           "scale", "batch norm alone", "batch norm folded", "transposed weights",
           "computed weights", "batch of one", "grouped",
           "dilated", "global pool", "normalised image", "batch norm of the image", "image turned twice",
           "clip as relu", "clip at infinity", "ceil mode beyond the map", "image padded",
           "bounds on both sides", "upper bound", "lower bound", "bounds of a shared map",
           "relu of the image", "leaky relu", "prelu", "table",
           "function times its input", "product", "squeeze and excite", "map as output", "vector of a turned image") + joined_maps.CLASSES + tuple(
               f"opset {n}" for n in range(7, 23))


class Net(joined_maps.JoinedMaps, GraphMaker):
    """Keeps the map that comes next: tensor `x` of `c` x `h` x `w`."""

    def __init__(self, random, opset, dtype):
        super().__init__(random, opset, dtype)
        self.x = "x"
        self.c, self.h, self.w = int(self.pick(1, 2, 3)), *map(int, random.integers(6, 13, 2))

    def real(self, *dims, scale=1.0):
        return self.tensor(self.random.normal(0, scale, dims))

    def apply(self, op, *more, **attributes):
        self.x = self.node(op, [self.x, *more], **attributes)

    def amounts(self, pads):
        """(top, left, bottom, right) as the input of Pad; PyTorch computes them in the graph."""
        full = np.array([0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]])
        if self.opset < 11 or not self.chance(0.6):
            return full
        self.met("computed pad")
        # As F.pad takes them: the last dimension first.
        backwards = self.tensor(np.array([pads[1], pads[3], pads[0], pads[2]]))
        rest = self.node("ConstantOfShape", [self.tensor(np.array([4]))],
                         value=numpy_helper.from_array(np.zeros(1, np.int64)))
        joined = self.node("Concat", [backwards, rest], axis=0)
        pairs = self.node("Reshape", [joined, self.tensor(np.array([-1, 2]))])
        turned = self.node("Slice", [pairs, self.tensor(np.array([-1])),
                                     self.tensor(np.array([-9223372036854775807])),
                                     self.tensor(np.array([0])), self.tensor(np.array([-1]))])
        turned = self.node("Transpose", [turned], perm=[1, 0])
        flat = self.node("Reshape", [turned, self.tensor(np.array([-1]))])
        return self.node("Cast", [flat], to=TensorProto.INT64)

    def pad(self, pads):
        if self.opset >= 18 and self.chance(0.5):
            self.met("pad by axes")
            amounts = self.tensor(np.array([pads[1], pads[0], pads[3], pads[2]]))
            return self.apply("Pad", amounts, "", self.tensor(np.array([-1, 2])))
        amounts = self.amounts(pads)
        if isinstance(amounts, str):
            inputs = [self.x, amounts] + ([self.tensor(np.array(0.0))] if self.chance(0.5) else [])
            self.x = self.node("Pad", inputs, mode="constant")
        elif self.opset < 11:
            self.apply("Pad", pads=[int(v) for v in amounts], mode="constant", value=0.0)
        else:
            self.apply("Pad", self.tensor(amounts))
        return None

    def conv(self):
        k = [int(self.random.integers(1, min(6, self.h + 1))),
             int(self.random.integers(1, min(6, self.w + 1)))]
        strides = [int(self.pick(1, 1, 2)), int(self.pick(1, 1, 2))]
        pads = [int(self.random.integers(0, n)) for n in (k[0], k[1], k[0], k[1])]
        outer = [0, 0, 0, 0]
        if self.chance(0.3):
            outer, pads = pads, outer
            self.met("pad into convolution" if any(outer) else "empty pad")
            self.pad(outer)
        groups = int(self.pick(1, 1, 1, self.c))
        if groups > 1:
            self.met("grouped")
        dilations = [1, 1]
        if self.chance(0.2):
            self.met("dilated")
            dilations = [int(self.random.integers(1, 4)) if n == 1 else
                         int(self.random.integers(1, (size - 1) // (n - 1) + 1))
                         for n, size in zip(k, (self.h, self.w))]
        out = groups * int(self.random.integers(1, 5))
        weights = self.weights(out, self.c // groups, *k)
        inputs, late = [weights], None
        if self.chance(0.6):
            inputs.append(self.real(out))
        elif self.chance(0.5):
            late = self.real(out, 1, 1)
        attributes = {"kernel_shape": k} if self.chance(0.8) else {}
        if dilations != [1, 1]:
            attributes["dilations"] = dilations
        if groups > 1:
            attributes["group"] = groups
        h, w = self.h + outer[0] + outer[2], self.w + outer[1] + outer[3]
        if not any(outer) and self.chance(0.15):
            attributes["auto_pad"] = self.pick("SAME_UPPER", "SAME_LOWER")
            self.h, self.w = -(-h // strides[0]), -(-w // strides[1])
        else:
            if any(pads) or self.chance(0.5):
                attributes["pads"] = pads
            span = [(n - 1) * d + 1 for n, d in zip(k, dilations)]
            self.h = (h + pads[0] + pads[2] - span[0]) // strides[0] + 1
            self.w = (w + pads[1] + pads[3] - span[1]) // strides[1] + 1
        self.apply("Conv", *inputs, strides=strides, **attributes)
        self.c = out
        if late:
            self.apply("Add", late)

    def weights(self, *dims):
        scale = 1 / np.sqrt(np.prod(dims[1:]))
        if not self.chance(0.15):
            return self.real(*dims, scale=scale)
        self.met("computed weights")
        per_output = self.real(dims[0], *[1] * (len(dims) - 1))
        return self.node("Mul", [self.real(*dims, scale=scale), per_output])

    def batch_norm(self):
        folded = self.nodes and self.nodes[-1].op_type == "Conv"
        self.met("batch norm folded" if folded else "batch norm alone")
        self.apply("BatchNormalization", self.real(self.c), self.real(self.c), self.real(self.c),
                   self.tensor(self.random.uniform(0.2, 2, self.c)), epsilon=1e-3)

    def relu(self):
        """ReLU, or Clip where it is the same."""
        if self.chance(0.7):
            return self.apply("Relu")
        self.met("clip as relu")
        if self.opset < 11:
            return self.apply("Clip", min=0.0)
        zero = self.tensor(np.array(0.0))
        if self.chance(0.5):
            return self.apply("Clip", zero)
        self.met("clip at infinity")
        return self.apply("Clip", zero, self.tensor(np.array(np.inf)))

    def leaky(self):
        if self.chance(0.5):
            self.met("leaky relu")
            return self.apply("LeakyRelu", alpha=float(self.pick(0.0, 0.1, 1.5)))
        self.met("prelu")
        slopes = self.random.uniform(0, 0.5, self.pick((1,), (self.c, 1, 1)))
        self.apply("PRelu", self.tensor(slopes))

    def curve(self):
        """A function that is looked up; not Exp, as several of them leave float32."""
        self.met("table")
        before, op = self.x, str(self.pick(*[op for op in CURVES if op != "Exp"]))
        self.apply(op)
        if op in ("HardSigmoid", "Sigmoid", "Tanh"):
            self.met("function times its input")
            self.x = self.node("Mul", [self.x, before] if self.chance(0.5) else [before, self.x])

    def clip(self):
        """ReLU6, Hardtanh, either bound alone."""
        low, high = self.pick((0.0, 6.0), (-1.0, 1.0), (0.0, 1.0), (None, 0.5), (-0.25, None),
                              (0.5, 2.0), (-2.0, -0.5))
        self.met("upper bound" if low is None else "lower bound" if high is None else
                 "bounds on both sides")
        if self.opset < 11:
            given = {"min": low, "max": high}
            return self.apply("Clip", **{k: v for k, v in given.items() if v is not None})
        inputs = ["" if v is None else self.tensor(np.array(v)) for v in (low, high)]
        return self.apply("Clip", *(inputs if high is not None else inputs[:1]))

    def scale(self):
        self.met("scale")
        values = self.random.uniform(0.5, 2, self.pick((), (self.c, 1, 1), (1, self.c, 1, 1)))
        op = self.pick("Mul", "Div", "Sub", "Add", "Neg", "reversed Sub")
        if op == "Neg":
            return self.apply("Neg")
        if op == "reversed Sub":
            self.x = self.node("Sub", [self.tensor(np.array(values)), self.x])
            return None
        return self.apply(op, self.tensor(np.array(values)))

    def pool(self):
        k = [int(self.random.integers(1, min(4, self.h + 1))),
             int(self.random.integers(1, min(4, self.w + 1)))]
        strides = k if self.chance(0.4) else [int(self.pick(1, 2, 3)), int(self.pick(1, 2, 3))]
        op = self.pick("MaxPool", "AveragePool")
        pads, ceil, counted = [0] * 4, self.opset >= 10 and self.chance(0.3), False
        if op == "AveragePool" and self.chance(0.4):
            self.met("empty pad")
            self.pad(pads)
        elif op == "AveragePool" and self.chance(0.3):
            outer = [int(self.random.integers(0, n)) for n in (k[0], k[1], k[0], k[1])]
            self.met("pad into pool")
            self.pad(outer)
            self.h += outer[0] + outer[2]
            self.w += outer[1] + outer[3]
            ceil = False
        elif self.chance(0.3):
            pads = [int(self.random.integers(0, n // 2 + 1)) for n in (k[0], k[1], k[0], k[1])]
            counted = op == "AveragePool" and not ceil and self.chance(0.5)
        attributes = {"ceil_mode": 1} if ceil else {}
        if counted:
            attributes["count_include_pad"] = 1
        if ceil:
            self.met("ceil mode")
        size = []
        for i, extent in enumerate((self.h, self.w)):
            whole = extent + pads[i] + pads[i + 2] - k[i]
            count = whole // strides[i] + 1
            if ceil and whole % strides[i] and count * strides[i] < extent + pads[i]:
                count += 1
            size.append(count)
        self.apply(op, kernel_shape=k, strides=strides, pads=pads, **attributes)
        self.h, self.w = size

    def pool_beyond(self):
        """A window larger than the map, which ceil_mode still places once."""
        if self.opset < 10:
            return
        self.met("ceil mode beyond the map")
        self.apply(self.pick("MaxPool", "AveragePool"), kernel_shape=[self.h + 1, self.w + 2],
                   strides=[2, 3], ceil_mode=1)
        self.h = self.w = 1

    def channels_last(self):
        """Elementwise work in N x H x W x C."""
        self.met("channels last")
        self.apply("Transpose", perm=[0, 2, 3, 1])
        self.apply("Add", self.real(self.c))
        if self.chance(0.5):
            self.apply("Relu")
        self.apply("Transpose", perm=[0, 3, 1, 2])

    def pad_channels_last(self):
        """As Keras pads before a convolution with stride."""
        if min(self.h, self.w) < 3:
            return
        self.met("pad channels last")
        self.apply("Transpose", perm=[0, 2, 3, 1])
        self.pad_before_convolution()

    def pad_before_convolution(self):
        """From N x H x W x C."""
        top, left, bottom, right = map(int, self.random.integers(0, 3, 4))
        amounts = [0, top, left, 0, 0, bottom, right, 0]
        if self.opset < 11:
            self.apply("Pad", pads=amounts)
        else:
            self.apply("Pad", self.tensor(np.array(amounts)))
        self.apply("Transpose", perm=[0, 3, 1, 2])
        h, w = self.h + top + bottom, self.w + left + right
        self.apply("Conv", self.weights(2, self.c, 3, 3))
        self.c, self.h, self.w = 2, h - 2, w - 2

    def residual(self):
        before, c, h, w = self.x, self.c, self.h, self.w
        branches = []
        for _ in range(int(self.pick(1, 2))):
            self.x, self.c, self.h, self.w = before, c, h, w
            self.apply("Conv", self.weights(c, c, 3, 3), self.real(c), pads=[1, 1, 1, 1])
            branches.append(self.x)
        if len(branches) == 2:
            self.met("sum of three")
            self.x = self.node("Sum", [before, *branches])
        else:
            self.x = self.node("Add", [*branches, before] if self.chance(0.5) else
                               [before, *branches])

    def product(self):
        self.met("product")
        before = self.x
        self.apply("Conv", self.weights(self.c, self.c, 3, 3), self.real(self.c), pads=[1, 1, 1, 1])
        self.times(before)

    def squeeze_and_excite(self):
        self.met("squeeze and excite")
        before = self.x
        self.x = self.with_axes("ReduceMean", [self.x], [2, 3], 18, keepdims=1)
        self.apply("Conv", self.weights(self.c, self.c, 1, 1))
        self.apply("Sigmoid")
        self.times(before)

    def times(self, other):
        self.x = self.node("Mul", [self.x, other] if self.chance(0.5) else [other, self.x])

    def shared_relu(self):
        """Something else reads what the ReLU reads."""
        self.met("relu of a shared map")
        self.apply("Conv", self.weights(self.c, self.c, 1, 1))
        both = self.x
        if self.chance(0.5):
            self.apply("Relu")
        else:
            self.met("bounds of a shared map")
            self.clip()
        self.x = self.node("Add", [self.x, both])

    def normalise(self, last):
        """Arithmetic on the image, as training scripts do it, here in the graph."""
        self.met("normalised image")
        dims = (self.c,) if last else (1, self.c, 1, 1)
        for op, value, spread in (("Sub", 120.0, 20.0), ("Div", 60.0, 10.0), ("Mul", 1.5, 0.2),
                                  ("Add", 0.1, 0.2)):
            if self.chance(0.6):
                count = dims if self.chance(0.6) else ()
                self.apply(op, self.tensor(self.random.normal(value, spread, count)))

    def image(self, last):
        """What stands in front of the first layer."""
        normalised = self.chance(0.3)
        if last and normalised:
            self.normalise(True)
        if last and self.c > 1 and self.chance(0.15):
            self.met("relu of the image")
            self.relu()
        if last and self.c == 1 and self.chance(0.5):
            self.met("grey channels last")
            self.x = self.reshape(self.x, [-1, 1, self.h, self.w])
        elif last and self.chance(0.2):
            self.met("image padded")
            return self.pad_before_convolution()
        elif last:
            self.apply("Transpose", perm=[0, 3, 1, 2])
        elif self.chance(0.15):
            self.met("image turned twice")
            self.apply("Transpose", perm=[0, 2, 3, 1])
            self.apply("Sub", self.real(self.c, scale=100.0))
            self.apply("Transpose", perm=[0, 3, 1, 2])
        if normalised and not last:
            self.normalise(False)
        if self.chance(0.15):
            self.met("batch norm of the image")
            self.batch_norm()
        return None

    def nothing(self):
        op = self.pick("Identity", "Dropout", "Cast")
        self.met(op.lower())
        self.apply(op, **({"to": self.dtype} if op == "Cast" else {}))

    def flatten(self):
        how = self.pick("flatten", "reshape", "computed", "computed")
        if how == "flatten":
            return self.apply("Flatten", axis=1)
        if how == "reshape":
            self.x = self.reshape(self.x, self.pick([1, -1], [0, -1],
                                                    [-1, self.c * self.h * self.w]))
        else:
            self.x = self.flattened_by_shape(self.x)
        return None

    def fully_connected(self, features):
        out = self.outputs = int(self.random.integers(2, 8))
        scale = 1 / np.sqrt(features)
        if self.chance(0.3):
            self.apply("MatMul", self.real(features, out, scale=scale))
            return self.apply("Add", self.real(out))
        if self.chance(0.3):
            self.met("transposed weights")
            turned = self.node("Transpose", [self.real(out, features, scale=scale)], perm=[1, 0])
            return self.apply("Gemm", turned, self.real(out))
        return self.apply("Gemm", self.real(out, features, scale=scale), self.real(out), transB=1,
                          alpha=float(self.pick(1.0, 0.5)))

    def head(self):
        how = self.pick("flatten", "flatten", "mean", "global", "pixels", "channels last")
        features = self.c
        if how == "flatten":
            features = self.c * self.h * self.w
            self.flatten()
        elif how == "mean":
            self.met("reduce mean")
            keep = self.chance(0.5)
            self.x = self.with_axes("ReduceMean", [self.x], self.pick([2, 3], [-1, -2]), 18,
                                    keepdims=int(keep))
            if keep:
                self.met("squeeze")
                self.x = self.squeeze(self.x, [2, 3])
        elif how == "global":
            self.met("global pool")
            self.apply(self.pick("GlobalAveragePool", "GlobalMaxPool"))
            self.h = self.w = 1
            self.flatten()
        elif how == "channels last":
            self.met("channels last head")
            self.apply("Transpose", perm=[0, 2, 3, 1])
            if self.chance(0.5):
                self.met("channels last mean")
                self.x = self.with_axes("ReduceMean", [self.x], [1, 2], 18, keepdims=0)
                self.h = self.w = 1
            features = self.c * self.h * self.w
            self.x = self.reshape(self.x, [-1, features])
        else:
            self.met("matrix of pixels")
            self.x = self.reshape(self.x, [1, self.c, self.h * self.w])
            self.apply("Transpose", perm=[0, 2, 1])
            out = int(self.random.integers(2, 8))
            self.apply("MatMul", self.real(self.c, out))
            self.apply("Add", self.real(out))
            self.apply("Relu")
            features = out
            self.x = self.with_axes("ReduceMean", [self.x], [1], 18, keepdims=0)
        self.fully_connected(features)
        if self.chance(0.3):
            self.apply("Relu")
            self.fully_connected(self.outputs)

    def vector_of_turned_image(self):
        """As no statement of what the image's dimensions are."""
        self.met("vector of a turned image")
        self.apply("Transpose", perm=self.pick([0, 2, 3, 1], [0, 1, 3, 2], [0, 2, 1, 3],
                                               [0, 3, 2, 1]))
        self.x = self.reshape(self.x, [1, -1])
        self.fully_connected(self.c * self.h * self.w)

    def map_as_output(self):
        self.met("map as output")
        if self.chance(0.5):
            self.channels_last()

    def tail(self):
        how = self.pick("none", "none", "softmax", "log softmax", "arg max")
        if how == "none":
            return
        self.met(how)
        if how == "arg max":
            self.apply("ArgMax", axis=1, keepdims=int(self.pick(0, 1)))
        else:
            self.apply("Softmax" if how == "softmax" else "LogSoftmax",
                       **({"axis": self.pick(1, -1)} if self.chance(0.7) else {}))

    def whole(self, last, output, byte, more=()):
        """The model, of an image with its channels last or first, of bytes or numbers."""
        dims = list(self.input[1:] + self.input[:1] if last else self.input)
        batch = 1 if self.chance(0.3) else "N"
        if batch == 1:
            self.met("batch of one")
        return self.model([batch, *dims], output, more_outputs=more,
                          input_type=TensorProto.UINT8 if byte else None)


def random_network(random):
    """A model, the shape of its image as channels, rows, columns, whether it takes channels last,
    the classes it meets, and the tensor that holds the scores."""
    opset = int(random.integers(7, 23))
    dtype = random.choice([TensorProto.FLOAT] * 5 +
                          [TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.BFLOAT16])
    net = Net(random, opset, int(dtype))
    net.input = (net.c, net.h, net.w)
    net.met(f"opset {opset}")
    for kind, name in ((TensorProto.FLOAT16, "float16"), (TensorProto.BFLOAT16, "bfloat16"),
                       (TensorProto.DOUBLE, "double")):
        if dtype == kind:
            net.met(name)
    byte = net.chance(0.1)
    if byte:
        net.met("uint8 image")
        net.apply("Cast", to=net.dtype)
    last = net.chance(0.25)
    if not last and net.chance(0.05):
        net.vector_of_turned_image()
        return (net.whole(last, net.x, byte), net.input, last, net.classes, net.x)
    net.image(last)
    if net.chance(0.05):
        net.join_image()
    net.conv()
    steps = (net.conv, net.conv, net.batch_norm, net.relu, net.clip, net.pool, net.pool, net.pool_beyond,
             net.scale, net.channels_last, net.pad_channels_last, net.residual, net.shared_relu,
             net.nothing, net.option_a, net.fire, net.dense, net.inception, net.split_and_joined,
             net.cut_pixels, net.shuffle, net.leaky,
             net.curve, net.product, net.squeeze_and_excite)
    for _ in range(int(random.integers(2, 8))):
        steps[random.integers(len(steps))]()
    more = (net.x,) if net.chance(0.1) else ()
    if net.chance(0.1):
        net.map_as_output()
        scores = net.x
    else:
        net.head()
        scores = net.x
        net.tail()
    if more:
        net.met("two outputs")
    return net.whole(last, net.x, byte, more), net.input, last, net.classes, scores
