#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains cifar10_res8_float.onnx, a small residual network, on the CPU.

Stem 3x3 without padding, three basic blocks of 32, 64 and 128 channels (the second and third halve
the map and have a 1x1 projection as shortcut), global average pool, one fully-connected layer.
The written network takes raw pixels 0..255: batch-norm and the normalisation are folded in.
"""

import argparse
import copy
import hashlib
import os
import pathlib
import sys
import time

try:
    import numpy as np
    import onnx
    import torch
    from onnx import TensorProto, helper, numpy_helper
    from torch import nn
    from torch.nn import functional
except ImportError as error:
    sys.exit(f"train_residual: {error}; Debian: apt install python3-torch python3-numpy python3-onnx")

SIZE = 32
RECORD_BYTES = 1 + 3 * SIZE * SIZE
BLOCKS = ((32, 32, 1), (32, 64, 2), (64, 128, 2))  # inputs, outputs, stride
VALIDATION_IMAGES = 1000
BATCH = 512
PEAK_RATE = 0.4
WARM_UP = 0.2  # share of all steps with a rising rate
MOMENTUM = 0.9
WEIGHT_DECAY = 5e-4
SMOOTHING = 0.1
SHIFT = 2  # pixels
AVERAGE_DECAY = 0.995  # a step
CHECKSUMS = pathlib.Path(__file__).resolve().parent.parent / "cifar10" / "cifar10.sha256"


def fail(message):
    sys.exit(f"train_residual: {message}")


class Block(nn.Module):
    """relu(bn(conv2(relu(bn(conv1(x))))) + shortcut(x))"""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.down = None
        if stride != 1 or inputs != outputs:
            self.down = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.norm_down = nn.BatchNorm2d(outputs)

    def forward(self, x):
        shortcut = x if self.down is None else self.norm_down(self.down(x))
        y = functional.relu(self.norm1(self.conv1(x)), inplace=True)
        return functional.relu(self.norm2(self.conv2(y)) + shortcut, inplace=True)


class Network(nn.Module):
    """Input: normalised images N x 3 x 32 x 32. Output: N x 10 logits."""

    def __init__(self):
        super().__init__()
        self.conv0 = nn.Conv2d(3, BLOCKS[0][0], 3, bias=False)
        self.norm0 = nn.BatchNorm2d(BLOCKS[0][0])
        self.blocks = nn.ModuleList(Block(*shape) for shape in BLOCKS)
        self.fc = nn.Linear(BLOCKS[-1][1], 10)

    def forward(self, x):
        x = functional.relu(self.norm0(self.conv0(x)), inplace=True)
        for block in self.blocks:
            x = block(x)
        return self.fc(x.mean((2, 3)))


def read_records(path):
    """Images as uint8 N x 32 x 32 x 3 and labels of a file of 3,073-byte records."""
    try:
        content = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    if content.size == 0 or content.size % RECORD_BYTES:
        fail(f"{path}: {content.size} bytes, expected a multiple of {RECORD_BYTES}")
    records = content.reshape(-1, RECORD_BYTES)
    if records[:, 0].max() > 9:
        fail(f"{path}: label {records[:, 0].max()}, expected 0..9")
    planes = records[:, 1:].reshape(-1, 3, SIZE, SIZE)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), records[:, 0].astype(np.int64)


def read_training_batches(folder):
    """The five official training batches, each verified against its SHA-256."""
    expected = dict(reversed(line.split()) for line in CHECKSUMS.read_text().splitlines())
    parts = []
    for number in range(1, 6):
        name = f"data_batch_{number}.bin"
        path = pathlib.Path(folder) / name
        parts.append(read_records(path))
        if hashlib.sha256(path.read_bytes()).hexdigest() != expected[name]:
            fail(f"{path}: not the official batch, its SHA-256 differs; see workloads/cifar10/fetch")
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


class Augmenter:
    """Shuffled batches of flipped and shifted images; an epoch depends on seed and epoch alone."""

    def __init__(self, images, labels, seed):
        border = ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0))
        padded = np.pad(images, border, mode="reflect")
        # N x shifts x shifts x 3 x 32 x 32 view: indexing the first three picks shifted images.
        self.windows = np.lib.stride_tricks.sliding_window_view(padded, (SIZE, SIZE), (1, 2))
        self.labels = labels
        self.seed = seed

    def batches_per_epoch(self):
        return max(1, len(self.labels) // BATCH)

    def batches(self, epoch):
        random = np.random.default_rng([self.seed, epoch])
        order = random.permutation(len(self.labels))
        for index in range(self.batches_per_epoch()):
            chosen = order[index * BATCH : (index + 1) * BATCH]
            down, right = random.integers(0, 2 * SHIFT + 1, (2, len(chosen)))
            images = self.windows[chosen, down, right]
            flipped = random.random(len(chosen)) < 0.5
            images[flipped] = images[flipped, :, :, ::-1]
            yield torch.from_numpy(images), torch.from_numpy(self.labels[chosen])


class Normaliser:
    """(pixel - mean) / deviation with the per-channel statistics of the training images."""

    def __init__(self, images):
        self.mean = torch.from_numpy(images.mean((0, 1, 2), dtype=np.float64))
        self.deviation = torch.from_numpy(images.std((0, 1, 2), dtype=np.float64))

    def __call__(self, images):
        mean = self.mean.float().view(1, 3, 1, 1)
        deviation = self.deviation.float().view(1, 3, 1, 1)
        return ((images.float() - mean) / deviation).contiguous(memory_format=torch.channels_last)


def accuracy(network, normalise, images, labels):
    """Top-1 in percent, float32."""
    network.eval()
    correct = 0
    with torch.no_grad():
        for start in range(0, len(labels), 500):
            planes = torch.from_numpy(images[start : start + 500]).permute(0, 3, 1, 2)
            guess = network(normalise(planes)).argmax(1).numpy()
            correct += int((guess == labels[start : start + 500]).sum())
    return 100.0 * correct / len(labels)


def rate_at(step, steps):
    """Triangle: up to PEAK_RATE over WARM_UP of the steps, then down to zero."""
    rise = WARM_UP * steps
    return PEAK_RATE * min((step + 1) / rise, (steps - step) / (steps - rise))


def update_average(average, network):
    """Weights and batch-norm statistics follow exponentially."""
    with torch.no_grad():
        for old, new in zip(average.state_dict().values(), network.state_dict().values()):
            if old.is_floating_point():
                old.lerp_(new, 1.0 - AVERAGE_DECAY)


def make_optimizer(network):
    decayed = [p for p in network.parameters() if p.dim() > 1]
    plain = [p for p in network.parameters() if p.dim() == 1]
    groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": plain}]
    return torch.optim.SGD(groups, lr=PEAK_RATE, momentum=MOMENTUM, nesterov=True)


class Training:
    """Network, average and optimizer, and where they stand; saved after each epoch."""

    def __init__(self, options):
        torch.manual_seed(options.seed)
        self.settings = {"seed": options.seed, "limit": options.limit}
        self.network = Network().to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network)
        self.optimizer = make_optimizer(self.network)
        self.epochs = options.epochs
        self.epochs_done = 0

    def load(self, path):
        try:
            state = torch.load(path)
            settings, epochs_done = state["settings"], state["epochs_done"]
        except Exception as error:  # torch reports a broken file in many types
            fail(f"{path}: not a checkpoint of this script ({str(error).splitlines()[0]})")
        if settings != self.settings:
            fail(f"{path}: made with {settings}, this run has {self.settings}")
        if epochs_done > self.epochs:
            fail(f"{path}: stands after epoch {epochs_done}, --epochs is {self.epochs}")
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.epochs_done = epochs_done

    def save(self, path):
        parts = ("network", "average", "optimizer")
        state = {part: getattr(self, part).state_dict() for part in parts}
        state.update(settings=self.settings, epochs_done=self.epochs_done)
        unfinished = f"{path}.unfinished"
        torch.save(state, unfinished)
        os.replace(unfinished, path)

    def run_epoch(self, augmenter, normalise):
        """Mean loss over the batches."""
        self.network.train()
        steps = self.epochs * augmenter.batches_per_epoch()
        step = self.epochs_done * augmenter.batches_per_epoch()
        total = 0.0
        for images, labels in augmenter.batches(self.epochs_done):
            for group in self.optimizer.param_groups:
                group["lr"] = rate_at(step, steps)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = self.network(normalise(images))
            loss = functional.cross_entropy(logits.float(), labels, label_smoothing=SMOOTHING)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
            update_average(self.average, self.network)
            total += loss.item()
            step += 1
        self.epochs_done += 1
        return total / augmenter.batches_per_epoch()


def folded(conv, norm):
    """Weights and bias, float64, of one convolution equal to conv and then norm at inference."""
    scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
    bias = norm.bias.double() - norm.running_mean.double() * scale
    return conv.weight.double() * scale.view(-1, 1, 1, 1), bias


class Graph:
    """Collects ONNX nodes and constants; each method returns the name of its output."""

    def __init__(self):
        self.nodes = []
        self.constants = []

    def add(self, kind, name, inputs, output=None, **attributes):
        output = output or f"{name}_out"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=name, **attributes))
        return output

    def constant(self, name, values):
        array = np.ascontiguousarray(values.detach().numpy().astype(np.float32))
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def conv(self, name, x, weights, bias, stride=1, pad=0):
        inputs = [x, self.constant(f"{name}_weight", weights), self.constant(f"{name}_bias", bias)]
        kernel = list(weights.shape[2:])
        return self.add(
            "Conv", name, inputs, kernel_shape=kernel, strides=[stride] * 2, pads=[pad] * 4
        )


def to_onnx(network, normalise):
    """Inference graph on raw pixels 0..255; the unpadded stem lets the mean fold exactly."""
    graph = Graph()
    weights, bias = folded(network.conv0, network.norm0)
    weights = weights / normalise.deviation.view(1, 3, 1, 1)
    bias = bias - (weights * normalise.mean.view(1, 3, 1, 1)).sum((1, 2, 3))
    x = graph.add("Relu", "conv0_relu", [graph.conv("conv0", "image", weights, bias)])
    for number, block in enumerate(network.blocks, 1):
        name = f"block{number}"
        stride = block.conv1.stride[0]
        shortcut = x
        if block.down is not None:
            shortcut = graph.conv(f"{name}_down", x, *folded(block.down, block.norm_down), stride)
        y = graph.conv(f"{name}_conv1", x, *folded(block.conv1, block.norm1), stride, 1)
        y = graph.add("Relu", f"{name}_conv1_relu", [y])
        y = graph.conv(f"{name}_conv2", y, *folded(block.conv2, block.norm2), 1, 1)
        x = graph.add("Relu", f"{name}_relu", [graph.add("Add", f"{name}_add", [y, shortcut])])
    x = graph.add("GlobalAveragePool", "pool", [x])
    x = graph.add("Flatten", "flatten", [x], axis=1)
    weights = graph.constant("fc_weight", network.fc.weight)
    bias = graph.constant("fc_bias", network.fc.bias)
    graph.add("Gemm", "fc", [x, weights, bias], "logits", transB=1)

    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, SIZE, SIZE])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 10])
    body = helper.make_graph(
        graph.nodes, "cifar10_res8", [image], [logits], initializer=graph.constants
    )
    opset = helper.make_opsetid("", 13)
    model = helper.make_model(body, producer_name="dcnsim", opset_imports=[opset], ir_version=7)
    onnx.checker.check_model(model)
    return model


def read_options():
    parser = argparse.ArgumentParser(
        prog="train_residual",
        description="Trains a small residual network on CIFAR-10 on the CPU and writes it as "
        "float32 ONNX (opset 13) for raw pixels, batch-norm folded in.",
        epilog="The last 1,000 images of data_batch_5 are kept out of training and give the "
        "accuracy printed after each epoch. Stop at any time: the same command continues after "
        "the last whole epoch. OMP_NUM_THREADS sets the number of threads; processors with "
        "AVX-512 BF16 are several times faster. "
        "Example: train_residual.py --data cifar --epochs 30 --output res8.onnx",
    )
    parser.add_argument(
        "--data",
        required=True,
        metavar="FOLDER",
        help="folder with the official data_batch_1.bin to data_batch_5.bin, "
        "which `workloads/cifar10/fetch FOLDER` gets",
    )
    parser.add_argument(
        "--epochs",
        type=int,
        default=30,
        help="passes over the images, default %(default)s; the learning rate rises and falls once "
        "over all of them; another number on continuing moves its end",
    )
    parser.add_argument("--seed", type=int, default=1, help="default %(default)s")
    parser.add_argument(
        "--output",
        default="cifar10_res8_float.onnx",
        metavar="FILE",
        help="network to write, default %(default)s",
    )
    parser.add_argument(
        "--checkpoint",
        metavar="FILE",
        help="state after the last whole epoch, default: the output's name with .checkpoint added",
    )
    parser.add_argument(
        "--limit",
        type=int,
        metavar="IMAGES",
        help="train on the first IMAGES only: a quick trial of the whole path",
    )
    parser.add_argument(
        "--evaluate",
        metavar="FILE",
        help="print the final accuracy on this file of images too, such as test_batch.bin",
    )
    options = parser.parse_args()
    for name, least in (("epochs", 1), ("seed", 0), ("limit", 1)):
        value = getattr(options, name)
        if value is not None and value < least:
            parser.error(f"--{name} {value}: expected {least} or more")
    options.checkpoint = options.checkpoint or f"{options.output}.checkpoint"
    for path in (options.output, options.checkpoint):
        if not os.access(pathlib.Path(path).resolve().parent, os.W_OK):
            fail(f"{path}: its folder does not exist or cannot be written")
    return options


def main():
    options = read_options()
    images, labels = read_training_batches(options.data)
    evaluation = read_records(options.evaluate) if options.evaluate else None
    validation = images[-VALIDATION_IMAGES:], labels[-VALIDATION_IMAGES:]
    images, labels = images[:-VALIDATION_IMAGES], labels[:-VALIDATION_IMAGES]
    normalise = Normaliser(images)
    augmenter = Augmenter(images[: options.limit], labels[: options.limit], options.seed)

    training = Training(options)
    if os.path.exists(options.checkpoint):
        training.load(options.checkpoint)
        print(f"{options.checkpoint}: continues after epoch {training.epochs_done}", flush=True)
    while training.epochs_done < options.epochs:
        start = time.monotonic()
        loss = training.run_epoch(augmenter, normalise)
        training.save(options.checkpoint)
        correct = accuracy(training.average, normalise, *validation)
        print(
            f"epoch {training.epochs_done}/{options.epochs}  loss {loss:.4f}  "
            f"validation {correct:.1f} %  {time.monotonic() - start:.0f} s",
            flush=True,
        )

    training.average.eval()
    onnx.save(to_onnx(training.average, normalise), options.output)
    print(f"{options.output}: written")
    if evaluation:
        correct = accuracy(training.average, normalise, *evaluation)
        print(f"{options.evaluate}: {correct:.2f} % of {len(evaluation[1])} images")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
