# SPDX-License-Identifier: Apache-2.0
"""network_values_test.py PROGRAM COUNT [SEED]: random networks as exporters write them, float,
QONNX, with thresholds, and with free scales (QDQ, QOperator, QONNX), COUNT of each; what the product makes of them
(PROGRAM, network_values.cpp) against evaluators that share nothing with it. Half as many with free
scales, on machines whose multipliers have 8 to 30 bits; how far these are from exact is printed."""

import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "oracle")]

import affine_graphs  # noqa: E402
import exact_evaluator  # noqa: E402
import exporter_graphs  # noqa: E402
import multiplier_evaluator  # noqa: E402
import qonnx_graphs  # noqa: E402
import threshold_graphs  # noqa: E402
from graph_maker import move_outside  # noqa: E402
from onnx_evaluator import evaluate  # noqa: E402

IMAGES = 2


def oriented(pixels, last, dims):
    """One image as the graph takes it."""
    image = pixels.transpose(1, 2, 0) if last else pixels
    return image.reshape([1, *image.shape] if dims is None else dims)


def exactly(model, image, scores):
    return exact_evaluator.evaluate(model, image, [scores])[scores].floats()


def write(folder, name, made, random, evaluate):
    """The files of a network; what `evaluate` says of its images."""
    model, shape, last, classes, scores = made[:5]
    pixels = random.integers(0, 256, (IMAGES, *shape)).astype(np.uint8)
    (folder / (name + ".pixels")).write_bytes(pixels.tobytes())
    expected = np.array(
        [evaluate(model, oriented(image, last, None), scores).flatten() for image in pixels])
    if random.random() < 0.1:
        move_outside(model, folder, name)
        classes.add("external data")
    (folder / (name + ".onnx")).write_bytes(model.SerializeToString())
    if len(made) > 6:
        (folder / (name + ".bits")).write_text(str(made[6]()))
    return expected


def equal(expected, found, said, _):
    """To the last bit; on an output without Quant node, as exact as the format it was given."""
    if (found == expected).all():
        return True
    bits, frac = said[1:].rstrip("*").split(".")
    codes = np.rint(expected * 2.0 ** int(frac))
    return said.endswith("*") and (np.abs(codes) < 2.0 ** (int(bits) - 1)).all() and (
        found * 2.0 ** int(frac) == codes).all()


def close(expected, found, said, _):
    return np.abs(found - expected).max() <= 1e-3 * max(np.abs(expected).max(), 1e-30)


class EqualCodes:
    """Multipliers of 31 bits are as good as exact up to 8 bits. Of 16 they move a code now and then,
    here or in a layer before, by one or two: few of a network, and hardly any of all."""

    def __init__(self):
        self.codes = self.moved = 0

    def __call__(self, expected, found, said, scale):
        moved = np.abs(np.rint((found - expected) / scale))
        if not said[1:].startswith("16."):
            return moved.max() == 0
        self.codes += moved.size
        self.moved += np.count_nonzero(moved)
        return moved.max() <= 2 and np.count_nonzero(moved) <= max(1, 0.05 * moved.size)

    def fault(self):
        return [f"{self.moved} of {self.codes} codes of 16 bits moved"] if (
            self.moved > 1e-3 * self.codes) else []


def check_the_checks():
    one, other = np.array([[1.0, 2.0]]), np.array([[1.0, 2.01]])
    assert close(one, one, "float", 1) and not close(one, other, "float", 1)
    assert equal(one, one, "s8.1", 1) and not equal(one, other, "s8.1", 1)
    assert equal(other, one, "s8.1*", 1) and not equal(other + 1, one, "s8.1*", 1)
    assert not equal(100 * one, 100 * one + 0.5, "s8.1*", 1)
    codes = EqualCodes()
    assert codes(one, one, "u8.0z3", 0.01) and not codes(one, other, "u8.0z3", 0.01)
    assert not codes(one, one + 0.01, "s16.0", 0.01) and codes(one, other, "s16.0", 0.01)
    assert codes.fault()
    assert same_codes(one, one, "s8.0", 0.01) and not same_codes(one, other, "s8.0", 0.01)


def check(maker, evaluate, agrees, program, count, seed):
    """Returns faults, and how many networks met each class."""
    faults, met = [], {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        expected, scales = {}, {}
        for i in range(count):
            random = np.random.default_rng([seed, i])
            made = maker.random_network(random)
            expected[str(i)] = write(folder, str(i), made, random, evaluate)
            scales[str(i)] = made[5] if len(made) > 5 else 1
            for case in made[3]:
                met[case] = met.get(case, 0) + 1
        run = subprocess.run([program, name], check=True, stdout=subprocess.PIPE, text=True)
        for line in run.stdout.splitlines():
            case, said, *notes = line.split("\t")
            label = f"{maker.__name__} {seed} {case}: "
            right = expected.pop(case)
            if said == "error":
                faults.append(label + notes[0])
                continue
            found = np.fromfile(folder / (case + ".values")).reshape(IMAGES, -1)
            said += "*" if any("output" in note for note in notes) else ""
            if found.shape != right.shape or not agrees(right, found, said, scales[case]):
                faults.append(label + f"{found[0][:4]} where {right[0][:4]} is right ({said})")
        faults += [f"{maker.__name__} {seed} {case}: no answer" for case in expected]
    for case in maker.CLASSES:
        if met.get(case, 0) < max(1, count // 100):
            faults.append(f"{maker.__name__}: only {met.get(case, 0)} networks of class '{case}'")
    return faults


class NarrowMultipliers:
    """Makes networks with free scales for machines whose multipliers have 8 to 30 bits, and counts
    how far these are from exact."""

    __name__ = "multipliers"
    CLASSES = affine_graphs.CLASSES

    def __init__(self):
        self.moved = {}  # by range of widths, and bits of the output's codes

    def random_network(self, random):
        made = affine_graphs.random_network(random)
        self.bits, self.scale = int(random.integers(8, 31)), made[5]
        self.code_bits = 8 if any("uint8" in case or "int8" in case for case in made[3]) else 16
        return *made, lambda: self.bits

    def evaluate(self, model, image, scores):
        try:
            codes = multiplier_evaluator.evaluate(model, image, self.bits)
        except OverflowError:  # a ratio that takes more
            self.bits = 30
            codes = multiplier_evaluator.evaluate(model, image, self.bits)
        moved = np.abs(np.rint((codes - exactly(model, image, scores)) / self.scale))
        least = max(n for n in (8, 12, 16, 24) if n <= self.bits)
        self.moved.setdefault((self.code_bits, least), []).extend(moved.flatten())
        return codes

    def text(self):
        of = lambda codes: (f"{100 * np.count_nonzero(codes) / len(codes):.3g} % of {len(codes)}, "
                            f"by {max(codes):.0f} at most")
        return [f"codes of {bits} bits moved by multipliers of {least} bits or more: {of(codes)}"
                for (bits, least), codes in sorted(self.moved.items())]


def same_codes(expected, found, said, scale):
    return not np.rint((found - expected) / scale).any()


def damaged(makers, program, count, seed):
    """Files with some bytes changed: each is read or refused in one line. Returns faults."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for i in range(count):
            random = np.random.default_rng([seed, i])
            model, shape = makers[i % len(makers)].random_network(random)[:2]
            (folder / f"{i}.pixels").write_bytes(bytes(int(np.prod(shape))))
            data = bytearray(model.SerializeToString())
            for _ in range(random.integers(1, 5)):
                data[random.integers(len(data))] = random.integers(256)
            (folder / f"{i}.onnx").write_bytes(data)
        run = subprocess.run([program, name], stdout=subprocess.PIPE, timeout=300)
        lines = run.stdout.splitlines()
    return [] if run.returncode == 0 and len(lines) == count else [
        f"damaged files, seed {seed}: exit {run.returncode} after {len(lines)} of {count}"]


def main():
    program, count = sys.argv[1], int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    check_the_checks()
    faults = check(exporter_graphs, evaluate, close, program, count, seed)
    faults += check(qonnx_graphs, evaluate, equal, program, count, seed)
    faults += check(threshold_graphs, exactly, equal, program, count, seed)
    codes = EqualCodes()
    faults += check(affine_graphs, exactly, codes, program, count, seed)
    faults += codes.fault()
    narrow = NarrowMultipliers()
    faults += check(narrow, narrow.evaluate, same_codes, program, (count + 1) // 2, seed)
    faults += damaged((exporter_graphs, qonnx_graphs, affine_graphs, threshold_graphs), program, count, seed)
    for fault in faults:
        print(fault)
    print(f"{count} networks of each kind, seed {seed}: {len(faults)} faults; "
          f"{codes.moved} of {codes.codes} codes of 16 bits moved")
    print(*narrow.text(), sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
