# SPDX-License-Identifier: Apache-2.0
"""Writes TFLite files: a small flatbuffer writer, and the tables of the schema that quantized
networks have. Field numbers and enumerations are those of TFLite's schema."""

import struct

import numpy as np

FLOAT32, INT32, UINT8, INT8 = 0, 2, 3, 9
SAME, VALID = 0, 1
NONE, RELU, RELU6 = 0, 1, 3
CODES = {"ADD": 0, "AVERAGE_POOL_2D": 1, "CONCATENATION": 2, "CONV_2D": 3, "DEPTHWISE_CONV_2D": 4,
         "DEQUANTIZE": 6, "FULLY_CONNECTED": 9, "LOGISTIC": 14, "MAX_POOL_2D": 17, "RESHAPE": 22,
         "SOFTMAX": 25, "PAD": 34, "MEAN": 40, "QUANTIZE": 114}
OPTIONS = {"CONV_2D": 1, "DEPTHWISE_CONV_2D": 2, "AVERAGE_POOL_2D": 5, "MAX_POOL_2D": 5,
           "FULLY_CONNECTED": 8, "SOFTMAX": 9, "CONCATENATION": 10, "ADD": 11, "RESHAPE": 17,
           "PAD": 22, "MEAN": 27}


class Number:
    def __init__(self, form, value):
        self.form, self.value = form, value


class List:
    """Of numbers."""

    def __init__(self, form, values, align=4):
        self.data = struct.pack(f"<{len(values)}{form}", *values)
        self.count, self.align = len(values), max(align, struct.calcsize(form))


class Bytes:
    def __init__(self, data, align=4):
        self.data, self.count, self.align = bytes(data), len(data), align


class Flat:
    """Tables are dictionaries from field numbers to Number, List, Bytes, tables or lists of them.
    What a table points to follows it."""

    def __init__(self, root, identifier):
        self.bytes = bytearray(4) + identifier
        self.point(0, self.table(root))

    def align(self, to, ahead=0):
        while (len(self.bytes) + ahead) % to:
            self.bytes.append(0)

    def point(self, slot, to):
        self.bytes[slot:slot + 4] = struct.pack("<I", to - slot)

    def table(self, fields):
        size = lambda value: struct.calcsize(value.form) if isinstance(value, Number) else 4
        self.align(4)
        places, at = {}, 4
        for field in sorted(fields, key=lambda f: -size(fields[f])):
            places[field] = at
            at += size(fields[field])
        vtable = len(self.bytes)
        entries = [places.get(i, 0) for i in range(max(fields, default=-1) + 1)]
        self.bytes += struct.pack(f"<{len(entries) + 2}H", 4 + 2 * len(entries), at, *entries)
        self.align(4)
        start = len(self.bytes)
        self.bytes += struct.pack("<i", start - vtable) + bytes(at - 4)
        for field, value in fields.items():
            slot = start + places[field]
            if isinstance(value, Number):
                data = struct.pack("<" + value.form, value.value)
                self.bytes[slot:slot + len(data)] = data
            else:
                self.point(slot, self.child(value))
        return start

    def child(self, value):
        if isinstance(value, dict):
            return self.table(value)
        if isinstance(value, list):
            self.align(4)
            start = len(self.bytes)
            self.bytes += struct.pack("<I", len(value)) + bytes(4 * len(value))
            for i, one in enumerate(value):
                self.point(start + 4 + 4 * i, self.table(one))
            return start
        self.align(value.align, 4)
        start = len(self.bytes)
        self.bytes += struct.pack("<I", value.count) + value.data + b"\0"
        return start


class Graph:
    """Tensors by name, then operators in order; file() has the bytes."""

    def __init__(self):
        self.tensors, self.operators, self.buffers, self.codes = [], [], [{}], []
        self.names = {}

    def tensor(self, name, shape, kind=INT8, scale=(), zero=(), axis=0, data=None):
        buffer = 0
        if data is not None:
            self.buffers.append({0: Bytes(np.ascontiguousarray(data).tobytes(), 16)})
            buffer = len(self.buffers) - 1
        fields = {0: List("i", shape), 1: Number("b", kind), 2: Number("I", buffer),
                  3: Bytes(name.encode())}
        if len(np.atleast_1d(scale)):
            fields[4] = {2: List("f", [float(s) for s in np.atleast_1d(scale)]),
                         3: List("q", [int(z) for z in np.atleast_1d(zero)]),
                         6: Number("i", axis)}
        self.names[name] = len(self.tensors)
        self.tensors.append(fields)
        return name

    def operator(self, kind, inputs, output, options=None):
        number = CODES.get(kind, kind)
        if number not in self.codes:
            self.codes.append(number)
        index = lambda name: -1 if name is None else self.names[name]
        fields = {0: Number("I", self.codes.index(number)),
                  1: List("i", [index(name) for name in inputs]), 2: List("i", [index(output)])}
        if options is not None:
            fields[3] = Number("B", OPTIONS[kind])
            fields[4] = options
        self.operators.append(fields)
        return output

    def file(self, inputs, outputs):
        code = lambda n: {0: Number("b", min(n, 127)), 2: Number("i", 1), 3: Number("i", n)}
        graph = {0: self.tensors, 1: List("i", [self.names[n] for n in inputs]),
                 2: List("i", [self.names[n] for n in outputs]), 3: self.operators,
                 4: Bytes(b"main")}
        model = {0: Number("I", 3), 1: [code(n) for n in self.codes], 2: [graph],
                 3: Bytes(b"made by a test"), 4: self.buffers}
        return bytes(Flat(model, b"TFL3").bytes)


def conv_options(padding, strides, activation, dilations):
    return {0: Number("b", padding), 1: Number("i", strides[1]), 2: Number("i", strides[0]),
            3: Number("b", activation), 4: Number("i", dilations[1]), 5: Number("i", dilations[0])}


def depthwise_options(padding, strides, multiplier, activation, dilations):
    return {0: Number("b", padding), 1: Number("i", strides[1]), 2: Number("i", strides[0]),
            3: Number("i", multiplier), 4: Number("b", activation), 5: Number("i", dilations[1]),
            6: Number("i", dilations[0])}


def pool_options(padding, strides, window, activation):
    return {0: Number("b", padding), 1: Number("i", strides[1]), 2: Number("i", strides[0]),
            3: Number("i", window[1]), 4: Number("i", window[0]), 5: Number("b", activation)}
