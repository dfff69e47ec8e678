# SPDX-License-Identifier: Apache-2.0
"""Parts of random float networks that cut feature maps, join them and put zeros around them, as
ResNets of option A, SqueezeNet, DenseNet, Inception and split networks do."""

import numpy as np

CLASSES = ("shortcut of option A", "fire module", "dense block", "pool beside convolutions",
           "split and joined", "rows and columns cut out", "joined image", "joined twice",
           "part of a join", "joined halves of one map", "channel shuffle", "shuffled and split")


class JoinedMaps:
    """For a Net (exporter_graphs.py)."""

    def slice(self, x, starts, ends, axes, steps):
        if self.opset < 10:
            if any(s != 1 for s in steps):
                return self.node("MaxPool", [x], kernel_shape=[1, 1], strides=list(steps))
            return self.node("Slice", [x], starts=starts, ends=ends, axes=axes)
        one_by_one = len(axes) > 1 and self.chance(0.3)
        if one_by_one:  # as PyTorch exports x[:, :, ::2, ::2]
            for values in zip(starts, ends, axes, steps):
                x = self.slice(x, *[[v] for v in values])
            return x
        amounts = [self.tensor(np.array(v)) for v in (starts, ends, axes, steps)]
        return self.node("Slice", [x, *amounts])

    def channels(self, x, first, last):
        return self.slice(x, [first], [last], [1], [1])

    def branch(self, x, channels, out, kernel=1, stride=1):
        x = self.node("Conv", [x, self.weights(out, channels, kernel, kernel), self.real(out)],
                      pads=[kernel // 2] * 4, strides=[stride, stride])
        return self.node("Relu", [x]) if self.chance(0.6) else x

    def option_a(self):
        """Every other row and column, and channels of zeros around."""
        if min(self.h, self.w) < 3:
            return
        self.met("shortcut of option A")
        before, after = map(int, self.random.integers(0, 3, 2))
        short = self.slice(self.x, [0, 0], [2**31 - 1] * 2, [2, 3], [2, 2])
        amounts = [0, before, 0, 0, 0, after, 0, 0]
        if self.opset < 11:
            short = self.node("Pad", [short], pads=amounts)
        else:
            short = self.node("Pad", [short, self.tensor(np.array(amounts))])
        out = self.c + before + after
        long = self.branch(self.x, self.c, out, 3, 2)
        self.x = self.node("Add", [long, short] if self.chance(0.5) else [short, long])
        self.c, self.h, self.w = out, (self.h + 1) // 2, (self.w + 1) // 2

    def join(self, *tensors):
        return self.node("Concat", list(tensors), axis=int(self.pick(1, -3)))

    def fire(self):
        self.met("fire module")
        squeezed = self.branch(self.x, self.c, 2)
        a, b = map(int, self.random.integers(1, 5, 2))
        self.x = self.join(self.branch(squeezed, 2, a), self.branch(squeezed, 2, b, 3))
        self.c = a + b
        if self.chance(0.3):
            self.met("part of a join")
            first = int(self.random.integers(0, self.c))
            last = int(self.random.integers(first + 1, self.c + 1))
            self.x, self.c = self.channels(self.x, first, last), last - first

    def dense(self):
        self.met("dense block")
        for _ in range(int(self.pick(1, 2, 3))):
            grown = int(self.random.integers(1, 4))
            self.x = self.join(self.x, self.branch(self.x, self.c, grown, 3))
            self.c += grown

    def inception(self):
        self.met("pool beside convolutions")
        pooled = self.node(self.pick("MaxPool", "AveragePool"), [self.x], kernel_shape=[3, 3],
                           pads=[1, 1, 1, 1], strides=[1, 1])
        parts = [self.branch(self.x, self.c, 2), pooled]
        joined = self.join(*(parts if self.chance(0.5) else parts[::-1]))
        if self.chance(0.4):
            self.met("joined twice")
            other = self.join(parts[0], self.branch(self.x, self.c, 2))
            joined = self.join(joined, self.branch(other, 4, 1))
            self.c += 1
        self.x, self.c = joined, self.c + 2

    def split_and_joined(self):
        """One part of the channels goes on as it is."""
        if self.c < 2:
            return
        first = int(self.random.integers(1, self.c))
        if self.chance(0.5):
            self.met("split and joined")
            sizes = [first, self.c - first]
            outputs = [self.fresh("t"), self.fresh("t")]
            self.split(outputs, sizes)
        else:
            outputs = [self.channels(self.x, 0, first), self.channels(self.x, first, self.c)]
        if self.chance(0.3):
            self.met("joined halves of one map")
            self.x = self.join(outputs[1], outputs[0])
            return
        right = self.branch(outputs[1], self.c - first, 2, 3)
        self.x, self.c = self.join(outputs[0], right), first + 2

    def shuffle(self):
        groups = [g for g in range(2, self.c) if self.c % g == 0]
        if not groups:
            return
        self.met("channel shuffle")
        g = int(self.random.choice(groups))
        x = self.reshape(self.x, [1 if self.chance(0.5) else -1, g, self.c // g, self.h, self.w])
        x = self.node("Transpose", [x], perm=[0, 2, 1, 3, 4])
        self.x = self.reshape(x, [1, -1, self.h, self.w])
        if self.chance(0.6):
            self.met("shuffled and split")
            half = self.c // 2
            left = self.channels(self.x, 0, half)
            right = self.branch(self.channels(self.x, half, self.c), self.c - half, half)
            self.x, self.c = self.join(left, right), 2 * half

    def cut_pixels(self):
        if min(self.h, self.w) < 3:
            return
        self.met("rows and columns cut out")
        top, left = map(int, self.random.integers(0, 2, 2))
        steps = [int(self.pick(1, 2)), int(self.pick(1, 3))] if self.opset >= 10 else [1, 1]
        self.x = self.slice(self.x, [top, left], [self.h, -1], [2, 3], steps)
        self.h, self.w = -(-(self.h - top) // steps[0]), -(-(self.w - 1 - left) // steps[1])

    def join_image(self):
        """Before the first layer."""
        self.met("joined image")
        self.x = self.join(self.x, self.branch(self.x, self.c, 2, 3))
        self.c += 2
