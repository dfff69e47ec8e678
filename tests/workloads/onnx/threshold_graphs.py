# SPDX-License-Identifier: Apache-2.0
"""Random binary and ternary QONNX networks whose activations are MultiThreshold nodes, as
streamlining leaves them, and before it: W1A1, W1A2, W2A2 and W2A4, convolutions, max pools and fully connected layers."""

import numpy as np

from graph_maker import GraphMaker

DOMAINS = ("qonnx.custom_op.general", "finn.custom_op.general")
KINDS = {"W1A1": (1, 1), "W1A2": (1, 2), "W2A2": (2, 2), "W2A4": (2, 4)}
CLASSES = ("BIPOLAR", "unsigned", "signed", "INT2 narrow", "per tensor", "per channel",
           "thresholds between sums", "channel that never changes", "behind a max pool", "padding",
           "scale a channel", "NHWC", "thresholds of the image", "uneven", "equal ones", "even", "15 thresholds",
           "bias before", "factors before", "negative factor", "free out_scale",
           "annotated", "BINARY", "TERNARY", "TopK") + DOMAINS + tuple(KINDS)


class Net(GraphMaker):
    """Keeps the map that comes next: `x` of `c` x `h` x `w`, multiples of `unit` to `largest`."""

    def __init__(self, random):
        super().__init__(random, 13)
        self.domain = self.pick(*DOMAINS)
        self.met(self.domain)
        kind = self.pick(*KINDS)
        self.met(kind)
        self.weight_bits, self.bits = KINDS[kind]
        self.x, self.largest, self.unit = "x", 255.0, 1.0
        # As FINN has it: no Quant, but annotations that say which integers a tensor holds.
        self.annotations = {}
        self.is_annotated = self.chance(0.3)
        self.c, self.h, self.w = int(self.pick(1, 3)), *map(int, random.integers(8, 13, 2))

    def real(self, value):
        return self.tensor(np.array(value))

    def weights(self, *dims):
        """Quantized weights, and the scale of each output channel's."""
        values, channels = self.random.normal(0, 1, dims), dims[0]
        if self.is_annotated:
            return self.annotated_weights(values), np.ones(channels)
        scale, scales = self.real(1.0), np.ones(channels)
        if len(dims) == 4 and self.chance(0.3):
            self.met("scale a channel")
            scales = self.random.uniform(0.01, 2, channels).astype(np.float32)
            scale = self.tensor(scales.reshape(-1, 1, 1, 1))
        if self.weight_bits == 1:
            return self.node("BipolarQuant", [self.tensor(values), scale], self.domain), scales
        return self.node("Quant", [self.tensor(values), scale, self.real(0.0), self.real(2.0)],
                         self.domain, signed=1, narrow=1, rounding_mode="ROUND"), scales

    def annotated_weights(self, values):
        self.met("annotated")
        if self.weight_bits == 1:
            datatype = self.pick("BIPOLAR", "BINARY")
            codes = np.where(values >= 0, 1.0, -1.0 if datatype == "BIPOLAR" else 0.0)
        else:
            datatype = self.pick("TERNARY", "INT2")
            codes = np.clip(np.rint(values), -1 if datatype == "TERNARY" else -2, 1)
        if datatype in CLASSES:
            self.met(datatype)
        return self.annotated(codes, datatype)

    def annotated(self, values, datatype):
        name = self.fresh("c")
        self.constants.append(self.real_tensor(name, values, self.dtype))
        self.annotations[name] = datatype
        return name

    def annotate(self, model):
        for name, datatype in self.annotations.items():
            annotation = model.graph.quantization_annotation.add(tensor_name=name)
            annotation.quant_parameter_tensor_names.add(key="finn_datatype", value=datatype)
        return model

    def output(self):
        """Number of thresholds, out_scale and out_bias."""
        if self.bits == 1:
            if self.chance(0.7):
                self.met("BIPOLAR")
                return 1, 2.0, -1.0
            self.met("unsigned")
            return 1, float(self.pick(1.0, 0.5)), 0.0
        if self.bits == 4:
            self.met("15 thresholds")
            return 15, 1.0, float(self.pick(0.0, -8.0))
        kind = self.pick("unsigned", "signed", "INT2 narrow")
        self.met(kind)
        return {"unsigned": (3, 1.0, 0.0), "signed": (3, 0.5, -1.0),
                "INT2 narrow": (2, 1.0, -1.0)}[kind]

    def thresholds(self, reduction, scales, last=False, rank=4, free=False):
        """Of sums of `reduction` products, each channel's times its scale. `free`: what comes out may
        be no power of two."""
        count, out_scale, out_bias = self.output()
        if free and self.chance(0.15):
            self.met("free out_scale")
            out_scale, out_bias = (float(np.float32(0.3) * np.float32(v)) for v in (out_scale, out_bias))
        spread = np.sqrt(reduction) * self.largest
        # One distance for all channels, that of a shift.
        step = 2.0 ** max(0, round(np.log2(spread))) * self.unit if count > 1 else 0
        rows = 1 if np.all(scales == 1) and self.chance(0.3) else len(scales)
        self.met("per tensor" if rows == 1 else "per channel")
        first = np.rint(self.random.normal(0, spread, rows)) * self.unit - step * (count // 2)
        # Float32 moves those of scaled channels off their sum, and some of a row not like others.
        if self.chance(0.4) or (count > 1 and np.any(scales != 1)):
            self.met("thresholds between sums")
            first -= self.unit * self.random.choice([0.5, 0.25], rows)
        values = first[:, None] + step * np.arange(count)
        if count > 1 and self.chance(0.6):
            self.met("uneven")
            values = np.sort(np.rint(self.random.normal(0, spread, (rows, count))), 1) * self.unit
            if self.chance(0.3):
                self.met("equal ones")
                values[:, 1] = values[:, 0]
        elif count > 1:
            self.met("even")
        if reduction > 1 and self.chance(0.25):
            values = self.changed_before(values, len(scales), rank, last)
            rows = len(values)
        if rows == 1 or self.chance(0.8):
            scaled = values * np.reshape(scales[:rows], (-1, 1)).astype(np.float64)
        else:
            self.met("channel that never changes")
            scaled = values * np.reshape(scales, (-1, 1)).astype(np.float64)
            scaled[0] = 1e9
        layout = {"data_layout": "NHWC"} if last else {}
        if last or self.chance(0.5):
            layout = layout or {"data_layout": "NCHW"}
        self.x = self.node("MultiThreshold", [self.x, self.tensor(scaled.astype(np.float32))],
                           self.domain, out_dtype="UINT2", out_scale=out_scale, out_bias=out_bias,
                           **layout)
        self.unit = out_scale / 2 if count == 1 and out_bias < 0 else out_scale
        self.largest = max(abs(out_bias), abs(out_bias + count * out_scale))

    def changed_before(self, values, channels, rank, last):
        """Multiplies the sums and adds to them; returns thresholds of each channel about there."""
        shape = [1] * (rank - 1) + [channels] if last else [1, channels] + [1] * (rank - 2)
        values = np.broadcast_to(values, (channels, values.shape[1]))
        if self.chance(0.6):
            self.met("factors before")
            factors = self.random.choice([0.5, 2.0, 0.75, 1.25], channels)
            values = values * factors[:, None]
            if self.chance(0.5):
                self.met("negative factor")
                factors = factors * self.random.choice([1.0, -1.0], channels)
            self.x = self.node("Mul", [self.x, self.real(factors.reshape(shape))])
        if self.chance(0.6):
            self.met("bias before")
            bias = np.rint(self.random.normal(0, 4, channels)) + self.pick(0.0, 0.25)
            self.x = self.node("Add", [self.x, self.real(bias.reshape(shape))])
        return values

    def conv(self):
        channels, pad = int(self.random.integers(2, 9)), int(self.chance(0.4))
        if pad:
            self.met("padding")
        reduction = self.c * 9
        w, scales = self.weights(channels, self.c, 3, 3)
        self.x = self.node("Conv", [self.x, w], kernel_shape=[3, 3], pads=[pad] * 4)
        self.c, self.h, self.w = channels, self.h - 2 + 2 * pad, self.w - 2 + 2 * pad
        if self.chance(0.15):
            self.met("NHWC")
            self.x = self.node("Transpose", [self.x], perm=[0, 2, 3, 1])
            self.thresholds(reduction, scales, last=True, free=True)
            self.x = self.node("Transpose", [self.x], perm=[0, 3, 1, 2])
        else:
            self.thresholds(reduction, scales, free=True)
        if min(self.h, self.w) >= 4 and self.chance(0.5):
            self.x = self.node("MaxPool", [self.x], kernel_shape=[2, 2], strides=[2, 2])
            self.h, self.w = self.h // 2, self.w // 2
            if self.chance(0.3):
                self.met("behind a max pool")
                self.thresholds(1, np.ones(self.c))

    def fully_connected(self, features, channels):
        w, _ = self.weights(features, channels)
        self.x = self.node("MatMul", [self.x, w])


def random_network(random):
    """As exporter_graphs.random_network()."""
    net = Net(random)
    shape = (net.c, net.h, net.w)
    if net.is_annotated:
        net.annotations["x"] = "UINT8"
    else:
        net.x = net.node("Quant", ["x", net.real(1.0), net.real(0.0), net.real(8.0)], net.domain,
                         signed=0, narrow=0, rounding_mode="ROUND")
    if net.chance(0.2):
        net.met("thresholds of the image")
        net.largest = 100.0
        net.thresholds(1, np.ones(net.c))
    for _ in range(int(random.integers(1, 4))):
        if min(net.h, net.w) >= 3:
            net.conv()
    net.x = net.node("Flatten", [net.x])
    features = net.c * net.h * net.w
    hidden = int(random.integers(4, 12))
    net.fully_connected(features, hidden)
    net.thresholds(features, np.ones(hidden), rank=2)
    net.fully_connected(hidden, 5)
    scores = net.x
    if net.chance(0.2):
        net.met("TopK")
        net.x = net.node("TopK", [scores, net.tensor(np.array([1]))], axis=-1)
    model = net.annotate(net.model([1, *shape], net.x, domains=[net.domain]))
    return model, shape, False, net.classes, scores
