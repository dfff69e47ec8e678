# SPDX-License-Identifier: Apache-2.0
"""An ONNX graph being made at random: nodes, constants in the encodings that exporters use, and
which classes of cases it has met."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class GraphMaker:
    def __init__(self, random, opset, dtype=TensorProto.FLOAT):
        self.random = random
        self.opset = opset
        self.dtype = dtype
        self.nodes, self.constants = [], []
        self.classes = set()
        self.count = 0

    def met(self, name):
        self.classes.add(name)

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, *choices):
        return choices[self.random.integers(len(choices))]

    def fresh(self, stem):
        self.count += 1
        return f"{stem}_{self.count}"

    def node(self, op, inputs, domain="", **attributes):
        output = self.fresh("t")
        name = self.fresh(op)
        self.nodes.append(
            helper.make_node(op, inputs, [output], name=name, domain=domain, **attributes))
        return output

    def tensor(self, values, dtype=None):
        """An initializer or a Constant node, in one of several encodings."""
        values = np.asarray(values)
        name = self.fresh("c")
        if values.dtype.kind == "i":
            proto = numpy_helper.from_array(values.astype(np.int64), name)
            if self.chance(0.2):
                proto = helper.make_tensor(name, TensorProto.INT64, values.shape, values.flatten())
        else:
            proto = self.real_tensor(name, values, dtype or self.dtype)
        if not self.chance(0.3):
            self.constants.append(proto)
            return name
        self.met("constant node")
        proto.name = ""
        if values.dtype.kind == "i" and values.ndim == 1 and self.opset >= 12 and self.chance(0.5):
            return self.node("Constant", [], value_ints=[int(v) for v in values])
        return self.node("Constant", [], value=proto)

    def real_tensor(self, name, values, dtype):
        if dtype == TensorProto.BFLOAT16:
            bits = values.astype(np.float32).view(np.uint32) >> 16
            proto = TensorProto(name=name, data_type=dtype, dims=values.shape)
            proto.raw_data = bits.astype(np.uint16).tobytes()
            return proto
        types = {TensorProto.FLOAT: np.float32, TensorProto.DOUBLE: np.float64,
                 TensorProto.FLOAT16: np.float16}
        proto = numpy_helper.from_array(values.astype(types[dtype]), name)
        if self.chance(0.2):
            flat = values.astype(types[dtype]).flatten()
            return helper.make_tensor(name, dtype, values.shape, flat)
        return proto

    def with_axes(self, op, inputs, axes, since, **attributes):
        """A node whose axes are an attribute before opset `since`, and an input from then on."""
        if self.opset < since:
            return self.node(op, inputs, axes=list(axes), **attributes)
        return self.node(op, inputs + [self.tensor(np.array(axes))], **attributes)

    def unsqueeze(self, x, axes):
        return self.with_axes("Unsqueeze", [x], axes, 13)

    def reshape(self, x, dims):
        return self.node("Reshape", [x, self.tensor(np.array(dims))])

    def flattened_by_shape(self, x):
        """x.view(x.size(0), -1) as PyTorch exports it."""
        self.met("computed reshape")
        batch = self.node("Gather", [self.node("Shape", [x]), self.tensor(np.array(0))], axis=0)
        rest = self.tensor(np.array([-1]))
        return self.node("Reshape", [x, self.node("Concat", [self.unsqueeze(batch, [0]), rest],
                                                  axis=0)])

    def split(self, outputs, sizes):
        """Of the map that comes next, along its channels."""
        inputs, attributes = [self.x], {"axis": 1}
        if self.opset >= 13:
            inputs.append(self.tensor(np.array(sizes)))
        else:
            attributes["split"] = sizes
        self.nodes.append(
            helper.make_node("Split", inputs, outputs, name=self.fresh("Split"), **attributes))

    def squeeze(self, x, axes):
        return self.with_axes("Squeeze", [x], axes, 13)

    def model(self, input_dims, output, domains=(), more_outputs=(), input_type=None):
        info = lambda name, dims, kind: helper.make_tensor_value_info(name, kind, dims)
        image = info("x", input_dims, input_type or self.dtype)
        graph = helper.make_graph(self.nodes, "random", [image],
                                  [info(o, None, self.dtype) for o in (output, *more_outputs)],
                                  self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)] +
                                  [helper.make_opsetid(d, 1) for d in domains])
        return model


def move_outside(model, folder, name):
    """Puts the data of all initializers into NAME.data beside the model."""
    data = b""
    for tensor in model.graph.initializer:
        if not tensor.raw_data:
            continue
        raw = tensor.raw_data
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", name + ".data"), ("offset", len(data)),
                           ("length", len(raw))):
            entry = tensor.external_data.add()
            entry.key, entry.value = key, str(value)
        data += raw + b"\0" * (-len(raw) % 64)
    (folder / (name + ".data")).write_bytes(data)
