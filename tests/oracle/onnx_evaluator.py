# SPDX-License-Identifier: Apache-2.0
"""Evaluates ONNX and QONNX graphs in float64, node by node, from the operators' specifications.

Shares nothing with the product. Fixed-point values of up to 52 bits are exact."""

import math

import numpy as np
import onnx
from onnx import numpy_helper


_erf = np.vectorize(math.erf, otypes=[np.float64])
_sigmoid = lambda x: 1 / (1 + np.exp(-x))
CURVES = {
    "Elu": lambda x, a: np.where(x < 0, a.get("alpha", 1.0) * (np.exp(np.minimum(x, 0)) - 1), x),
    "Exp": lambda x, a: np.exp(x),
    "Gelu": lambda x, a: x * (1 + (np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)) if a.get(
        "approximate", b"none") == b"tanh" else _erf(x / np.sqrt(2)))) / 2,
    "HardSigmoid": lambda x, a: np.clip(a.get("alpha", 0.2) * x + a.get("beta", 0.5), 0, 1),
    "HardSwish": lambda x, a: x * np.clip(x / 6 + 0.5, 0, 1),
    "Mish": lambda x, a: x * np.tanh(np.logaddexp(0, x)),
    "Selu": lambda x, a: 1.0507009873554805 * np.where(x < 0, 1.6732632423543772 * (
        np.exp(np.minimum(x, 0)) - 1), x),
    "Sigmoid": lambda x, a: _sigmoid(x),
    "Softplus": lambda x, a: np.logaddexp(0, x),
    "Softsign": lambda x, a: x / (1 + np.abs(x)),
    "Swish": lambda x, a: x * _sigmoid(a.get("alpha", 1.0) * x),
    "Tanh": lambda x, a: np.tanh(x),
}


def rounded(x, mode):
    mode = mode.upper()
    if mode in ("ROUND", "HALF_EVEN"):
        return np.rint(x)
    if mode == "HALF_UP":
        return np.sign(x) * np.floor(np.abs(x) + 0.5)
    if mode == "DOWN":
        return np.trunc(x)
    if mode == "FLOOR":
        return np.floor(x)
    if mode == "CEIL":
        return np.ceil(x)
    raise ValueError(mode)


def quantized(x, scale, zero, bits, attributes):
    low, high = 0.0, 2.0**bits - 1
    narrow = attributes.get("narrow", 0)
    if attributes.get("signed", 1):
        low, high = -(2.0 ** (bits - 1)) + narrow, 2.0 ** (bits - 1) - 1
    else:
        high -= narrow
    if attributes.get("signed", 1) and bits == 1:  # as QONNX executes it
        return (np.where(x / scale + zero >= 0, 1.0, -1.0) - zero) * scale
    codes = rounded(np.clip(x / scale + zero, low, high),
                    attributes.get("rounding_mode", b"ROUND").decode())
    return (codes - zero) * scale


def windows(x, kernel, strides, fill, pads, extra=(0, 0), dilations=(1, 1)):
    """All windows: N, C, rows out, columns out, kernel rows, kernel columns."""
    top, left, bottom, right = pads
    x = np.pad(x, [(0, 0), (0, 0), (top, bottom + extra[0]), (left, right + extra[1])],
               constant_values=fill)
    span = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    view = np.lib.stride_tricks.sliding_window_view(x, span, (2, 3))
    return view[:, :, ::strides[0], ::strides[1], ::dilations[0], ::dilations[1]]


def pads_of(shape, kernel, strides, attributes):
    auto = attributes.get("auto_pad", b"NOTSET").decode()
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        before, after = [], []
        for size, k, s in zip(shape, kernel, strides):
            total = max((-(-size // s) - 1) * s + k - size, 0)
            small, large = total // 2, total - total // 2
            before.append(small if auto == "SAME_UPPER" else large)
            after.append(large if auto == "SAME_UPPER" else small)
        return before + after
    return list(attributes.get("pads", [0, 0, 0, 0])) if auto == "NOTSET" else [0] * 4


def conv(x, w, b, attributes):
    strides = attributes.get("strides", [1, 1])
    groups = attributes.get("group", 1)
    dilations = attributes.get("dilations", [1, 1])
    span = [(k - 1) * d + 1 for k, d in zip(w.shape[2:], dilations)]
    view = windows(x, w.shape[2:], strides, 0.0, pads_of(x.shape[2:], span, strides, attributes),
                   dilations=dilations)
    inputs, outputs = x.shape[1] // groups, w.shape[0] // groups
    parts = [
        np.einsum("nchwij,ocij->nohw", view[:, g * inputs:(g + 1) * inputs],
                  w[g * outputs:(g + 1) * outputs]) for g in range(groups)
    ]
    y = np.concatenate(parts, 1)
    return y if b is None else y + b.reshape(1, -1, 1, 1)


def ceil_extra(shape, kernel, strides, pads):
    """Rows and columns beyond the padding that PyTorch's ceil_mode needs."""
    extra = []
    for axis in (0, 1):
        whole = shape[axis] + pads[axis] + pads[axis + 2] - kernel[axis]
        count = -(-whole // strides[axis]) + 1
        if (count - 1) * strides[axis] >= shape[axis] + pads[axis]:
            count -= 1
        extra.append(max((count - 1) * strides[axis] - whole, 0))
    return extra


def pool(x, attributes, average):
    kernel = attributes["kernel_shape"]
    strides = attributes.get("strides", [1, 1])
    pads = pads_of(x.shape[2:], kernel, strides, attributes)
    extra = (0, 0)
    if attributes.get("ceil_mode", 0):
        extra = ceil_extra(x.shape[2:], kernel, strides, pads)
    if not average:
        return windows(x, kernel, strides, -np.inf, pads, extra).max((4, 5))
    counted = windows(np.ones_like(x), kernel, strides, 0.0, pads, extra).sum((4, 5))
    if attributes.get("count_include_pad", 0):
        whole = np.pad(np.ones_like(x), [(0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])],
                       constant_values=1.0)
        counted = windows(whole, kernel, strides, 0.0, [0] * 4, extra).sum((4, 5))
    return windows(x, kernel, strides, 0.0, pads, extra).sum((4, 5)) / counted


def reshaped(x, target, allow_zero):
    dims = [x.shape[i] if d == 0 and not allow_zero else int(d) for i, d in enumerate(target)]
    return x.reshape(dims)


def sliced(x, starts, ends, axes, steps):
    axes = range(len(starts)) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    index = [slice(None)] * x.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps):
        size = x.shape[axis]
        end = int(end)
        if step < 0 and end < -size:
            end = None
        index[axis] = slice(int(start), end, int(step))
    return x[tuple(index)]


def padded(x, pads, value, axes):
    axes = list(range(x.ndim)) if axes is None else [int(a) % x.ndim for a in axes]
    amounts = [(0, 0)] * x.ndim
    for i, axis in enumerate(axes):
        amounts[axis] = (int(pads[i]), int(pads[i + len(axes)]))
    return np.pad(x, amounts, constant_values=value)


def softmax(x, axis, joined, log):
    shape = x.shape
    if joined:
        x = x.reshape(int(np.prod(shape[:axis])), -1)
        axis = 1
    x = x - x.max(axis, keepdims=True)
    y = x - np.log(np.exp(x).sum(axis, keepdims=True))
    return (y if log else np.exp(y)).reshape(shape)


def constant(attributes):
    for name, value in attributes.items():
        if name == "value":
            return array(value)
        return np.array(value, np.int64 if "int" in name else np.float64)


def array(tensor):
    if tensor.data_type == onnx.TensorProto.BFLOAT16:
        raw = np.frombuffer(tensor.raw_data, np.uint16).astype(np.uint32) << 16
        return raw.view(np.float32).reshape(tensor.dims).astype(np.float64)
    value = numpy_helper.to_array(tensor)
    return value.astype(np.float64) if value.dtype.kind == "f" else value


def is_float_type(code):
    return code in (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.DOUBLE,
                    onnx.TensorProto.BFLOAT16)


def batch_norm(x, gamma, beta, mean, variance, epsilon):
    along = lambda v: v.reshape([1, -1] + [1] * (x.ndim - 2))
    return (x - along(mean)) / np.sqrt(along(variance) + epsilon) * along(gamma) + along(beta)


def divided(a, b):
    return np.trunc(a / b).astype(np.int64) if a.dtype.kind == "i" else a / b


def truncated(x, scale, zero, in_bits, out_bits, mode):
    codes = np.rint(x / scale + zero)
    return (rounded(codes / 2.0 ** (in_bits - out_bits), mode) - zero) * scale


def compute(node, x, a, opset):
    """Output of `node`; `x` its inputs (None where left out), `a` its attributes."""
    op = node.op_type
    axes = lambda at: a.get("axes") if len(x) <= at or x[at] is None else [int(v) for v in x[at]]
    given = lambda at, name: a.get(name) if len(x) <= at or x[at] is None else x[at]
    if op == "Conv":
        return conv(x[0], x[1], x[2] if len(x) > 2 else None, a)
    if op == "MaxPool" or op == "AveragePool":
        return pool(x[0], a, op == "AveragePool")
    if op == "GlobalAveragePool":
        return x[0].mean((2, 3), keepdims=True)
    if op == "GlobalMaxPool":
        return x[0].max((2, 3), keepdims=True)
    if op in ("ReduceMean", "ReduceMax"):
        along = axes(1)
        along = tuple(along) if along else None
        return (np.mean if op == "ReduceMean" else np.max)(x[0], along,
                                                           keepdims=bool(a.get("keepdims", 1)))
    if op == "ReduceProd":
        return np.prod(x[0], keepdims=bool(a.get("keepdims", 1)))
    if op == "BatchNormalization":
        return batch_norm(*x[:5], a.get("epsilon", 1e-5))
    if op == "Gemm":
        y = a.get("alpha", 1.0) * (x[0] @ (x[1].T if a.get("transB", 0) else x[1]))
        return y if len(x) < 3 else y + a.get("beta", 1.0) * x[2]
    if op == "MatMul":
        return x[0] @ x[1]
    if op in ("Add", "Sum"):
        return sum(x[1:], x[0])
    if op == "Sub":
        return x[0] - x[1]
    if op == "Mul":
        return x[0] * x[1]
    if op == "Div":
        return divided(x[0], x[1])
    if op == "Neg":
        return -x[0]
    if op == "Sqrt":
        return np.sqrt(x[0])
    if op == "Relu":
        return np.maximum(x[0], 0)
    if op in CURVES:
        return CURVES[op](x[0].astype(np.float64), a)
    if op in ("LeakyRelu", "PRelu"):
        return np.where(x[0] < 0, (a.get("alpha", 0.01) if op == "LeakyRelu" else x[1]) * x[0], x[0])
    if op == "Clip":
        low, high = given(1, "min"), given(2, "max")
        return np.clip(x[0], -np.inf if low is None else low, np.inf if high is None else high)
    if op in ("Softmax", "LogSoftmax"):
        return softmax(x[0], a.get("axis", 1 if opset < 13 else -1), opset < 13,
                       op == "LogSoftmax")
    if op == "ArgMax":
        y = x[0].argmax(a.get("axis", 0))
        return np.expand_dims(y, a.get("axis", 0)) if a.get("keepdims", 1) else y
    if op == "Shape":
        return np.array(x[0].shape[a.get("start", 0):a.get("end")], np.int64)
    if op == "Gather":
        return np.take(x[0], x[1].astype(np.int64), a.get("axis", 0))
    if op == "Concat":
        return np.concatenate(x, a["axis"])
    if op == "Split":
        sizes = given(1, "split")
        count = len(node.output)
        ends = np.cumsum(sizes)[:-1] if sizes is not None else count
        return np.split(x[0], ends, a.get("axis", 0))
    if op == "Slice":
        return sliced(x[0], given(1, "starts"), given(2, "ends"), given(3, "axes"),
                      x[4] if len(x) > 4 else None)
    if op == "Unsqueeze":
        return np.expand_dims(x[0], tuple(axes(1)))
    if op == "Squeeze":
        return np.squeeze(x[0], None if axes(1) is None else tuple(axes(1)))
    if op == "Flatten":
        axis = a.get("axis", 1)
        return x[0].reshape(int(np.prod(x[0].shape[:axis])), -1)
    if op == "Reshape":
        return reshaped(x[0], x[1], a.get("allowzero", 0))
    if op == "Transpose":
        return x[0].transpose(a.get("perm", range(x[0].ndim)[::-1]))
    if op == "Pad":
        value = a.get("value", 0.0) if len(x) < 3 or x[2] is None else x[2]
        return padded(x[0], given(1, "pads"), value, x[3] if len(x) > 3 else None)
    if op == "Cast":
        return x[0].astype(np.float64 if is_float_type(a["to"]) else np.int64)
    if op == "ConstantOfShape":
        value = array(a["value"]) if "value" in a else np.zeros(1)
        return np.full([int(v) for v in x[0]], value.reshape(-1)[0])
    if op == "Range":
        return np.arange(x[0], x[1], x[2])
    if op == "Constant":
        return constant(a)
    if op in ("Identity", "Dropout"):
        return x[0]
    if op in ("Quant", "IntQuant"):
        return quantized(*x[:4], a)
    if op == "BipolarQuant":
        return np.where(x[0] >= 0, 1.0, -1.0) * x[1]
    if op == "Trunc":
        return truncated(*x, a.get("rounding_mode", b"FLOOR").decode())
    raise ValueError(op)


def evaluate(model, image, tensor=None):
    """The graph's first output, or `tensor`, for one image in the shape of the graph's input."""
    graph = model.graph
    opset = next((o.version for o in model.opset_import if o.domain == ""), 13)
    tensors = {t.name: array(t) for t in graph.initializer}
    tensors[next(i.name for i in graph.input if i.name not in tensors)] = image.astype(np.float64)
    for node in graph.node:
        inputs = [tensors[name] if name else None for name in node.input]
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        results = compute(node, inputs, attributes, opset)
        tensors.update(zip(node.output, results if node.op_type == "Split" else [results]))
    return np.asarray(tensors[tensor or graph.output[0].name])
