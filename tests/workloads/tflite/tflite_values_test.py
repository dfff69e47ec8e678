# SPDX-License-Identifier: Apache-2.0
"""tflite_values_test.py PROGRAM COUNT [SEED]: COUNT random TFLite networks, one like MobileNet and
one like ResNet-8: all codes of all layers of the product (PROGRAM, tflite_values.cpp) against an
evaluator of TFLite's rule that shares nothing with it. Then damaged files: each is read or refused
in one line."""

import pathlib
import subprocess
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "oracle")]

import tflite_evaluator  # noqa: E402
import tflite_graphs  # noqa: E402
import tflite_writer  # noqa: E402


def run(program, folder):
    """Lines by name, each cut at its tabs."""
    made = subprocess.run([program, str(folder)], check=True, stdout=subprocess.PIPE)
    lines = [line.split("\t") for line in made.stdout.decode().split("\n")[:-1]]
    return {name: rest for name, *rest in lines}


def original(name, codes):
    """Of a copy that a layer made, what it copies."""
    while name not in codes and "_" in name:
        name = name.rsplit("_", 1)[0]
    return codes.get(name)


def differences(said, codes, found, scores):
    """What is wrong about one network's answer; how many codes were right."""
    if said[0] == "error":
        return said[1], 0
    at = 0
    for name, count in zip(said[1::2], map(int, said[2::2])):
        right = original(name, codes)
        part = found[at:at + count]
        at += count
        if right is None or right.size != count:
            return f"no map {name} of {count} codes", 0
        wrong = np.flatnonzero(right.astype(np.int64).reshape(-1) != part)
        if wrong.size:
            i = wrong[0]
            return (f"{name}: {wrong.size} of {count} codes, as {i}: {part[i]}, right is "
                    f"{right.reshape(-1)[i]}"), 0
    if at != found.size or original(said[-2], codes).size != scores:
        return f"{found.size} codes, expected {at}", 0
    return None, at


def check(program, networks):
    """Faults, classes met, codes compared, and the share of codes at the ends of their range."""
    faults, met, compared, ends = [], {}, 0, []
    with tempfile.TemporaryDirectory() as name:
        folder, expected = pathlib.Path(name), {}
        for case, (random, make) in networks.items():
            data, shape, classes = make(random)
            image = random.integers(-128, 128, shape).astype(np.int8)
            (folder / (case + ".tflite")).write_bytes(data)
            (folder / (case + ".input")).write_bytes(image.tobytes())
            expected[case] = tflite_evaluator.evaluate(data, image)
            for one in classes:
                met[one] = met.get(one, 0) + 1
        for case, said in run(program, folder).items():
            codes = expected.pop(case)
            values = [c for c in codes.values()]
            ends += [np.mean((c == -128) | (c == 127)) for c in values]
            found = (np.fromfile(folder / (case + ".codes"), np.int32)
                     if said[0] != "error" else np.zeros(0, np.int32))
            last = [c for c in values if c.dtype == np.int8][-1]
            fault, count = differences(said, codes, found, last.size)
            compared += count
            if fault:
                faults.append(f"{case}: {fault}")
        faults += [f"{case}: no answer" for case in expected]
    return faults, met, compared, float(np.mean(ends))


def damaged(program, count, seed):
    """Some bytes changed, or the end cut off: one line each, and no crash."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for i in range(count):
            random = np.random.default_rng([seed, i])
            data, shape, _ = tflite_graphs.random_network(random)
            data = bytearray(data)
            if i % 4 == 0:
                del data[random.integers(8, len(data)):]
            for _ in range(random.integers(0 if i % 4 == 0 else 1, 6)):
                at = random.integers(8, len(data))
                data[at] = random.choice([0, 1, 255, 128, random.integers(256)])
            (folder / f"{i}.tflite").write_bytes(data)
            (folder / f"{i}.input").write_bytes(bytes(int(np.prod(shape))))
        answers = run(program, folder)
        refused = sum(said[0] == "error" for said in answers.values())
    faults = [] if len(answers) == count else [f"{len(answers)} lines for {count} damaged files"]
    faults += [f"damaged {case}: {said[1]}" for case, said in answers.items()
               if said[0] == "error" and (len(said) != 2 or len(said[1]) > 1000)]
    return faults, refused


def refusals(program):
    """What is not read is refused by operator and tensor."""
    random = np.random.default_rng(3)

    def graph(change):
        maker = tflite_graphs.Maker(random)
        maker.input((4, 4, 2), "int8")
        change(maker, maker.graph)
        return maker.graph.file([maker.first], [maker.last])

    def operator(kind, options=None):
        def change(maker, made):
            before = maker.last
            maker.last = maker.map("out", (4, 4, 2), 1, 0)
            made.operator(kind, [before], "out", options)
        return change

    def weights(scale=(0.5,), zero=(0,), kind=9):
        def change(maker, made):
            data = np.zeros((2, 1, 1, 2), np.int8)
            made.tensor("w", data.shape, kind, scale, zero, 0, data)
            before, maker.last = maker.last, maker.map("out", (4, 4, 2), 1, 0)
            made.operator("CONV_2D", [before, "w"], "out", tflite_writer.conv_options(
                1, (1, 1), 0, (1, 1)))
        return change

    def added(shape, activation=0):
        def change(maker, made):
            data = np.zeros(shape, np.int8)
            made.tensor("c", shape, 9, 1, 0, 0, data)
            before, maker.last = maker.last, maker.map("out", (4, 4, 2), 1, 0)
            made.operator("ADD", [before, "c"], "out", {0: tflite_writer.Number("b", activation)})
        return change

    def fused(maker, made):
        before, maker.last = maker.last, maker.map("out", (4, 4, 2), 1, 0)
        made.operator("ADD", [before, before], "out", {0: tflite_writer.Number("b", 4)})

    def reshaped(maker, made):
        maker.conv(2, ((1, 1), (1, 1), (1, 1), 1), 0)
        before, maker.last = maker.last, maker.map("flat", (2, 8, 2), *maker.codes[maker.last])
        made.operator("RESHAPE", [before, maker.constant((1, 2, 8, 2))], "flat")
        maker.conv(2, ((1, 1), (1, 1), (1, 1), 1), 0)

    made_out = ", which makes 'out': "
    cases = {
        "a": (operator("LOGISTIC"), "operator 0, LOGISTIC" + made_out + "is not supported"),
        "b": (operator(88), "operator 0, number 88 of TFLite" + made_out + "is not supported"),
        "c": (weights(zero=(3,)), "operator 0, CONV_2D" + made_out +
              "weights 'w' have the zero point 3, expected 0"),
        "d": (weights(scale=(0.5, 0.5, 0.5), zero=(0, 0, 0)), "operator 0, CONV_2D" + made_out +
              "weights 'w' have 3 scales along dimension 0, expected one or one an output channel"),
        "e": (weights(kind=3), "operator 0, CONV_2D" + made_out +
              "weights 'w' is of uint8, expected int8"),
        "f": (weights(scale=(0.0,)), "operator 0, CONV_2D" + made_out +
              "weights 'w' have the scale 0.000000, expected a positive number"),
        "g": (added((1, 4, 4, 2)), "operator 0, ADD" + made_out +
              "input 'c' is a constant, expected a map"),
        "h": (fused, "operator 0, ADD" + made_out +
              "fused activation 4, expected none, RELU or RELU6"),
        "i": (operator("AVERAGE_POOL_2D", tflite_writer.pool_options(0, (0, 1), (2, 2), 0)),
              "operator 0, AVERAGE_POOL_2D" + made_out + "'image' and 'out' have different scales "
              "or zero points, expected the same"),
        "j": (reshaped, "operator 2, CONV_2D, which makes 'conv_7': input 'flat' is 1 x 2 x 8 x 2, "
              "made of a map of 4 x 4 x 2: elements would change their places"),
        "k": (lambda maker, made: None, "output 'image': is the input itself"),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for case, (change, _) in cases.items():
            (folder / (case + ".tflite")).write_bytes(graph(change))
        short = graph(weights())
        (folder / "cut.tflite").write_bytes(short[:len(short) // 2])
        (folder / "head.tflite").write_bytes(short[:8])
        answers = run(program, folder)
    faults = []
    for case, (_, expected) in cases.items():
        said = answers[case]
        if said[0] != "error" or not said[1].endswith(": " + expected):
            faults.append(f"{case}: {said} where '{expected}' is right")
    for case in ("cut", "head"):
        if "is truncated or damaged: " not in answers[case][-1]:
            faults.append(f"{case}: {answers[case]}")
    return faults


def check_the_checks():
    codes = {"a": np.array([1, 2], np.int8)}
    found = np.array([1, 2], np.int32)
    assert differences(["codes", "a", "2"], codes, found, 2) == (None, 2)
    assert differences(["codes", "a_copy", "2"], codes, found, 2)[0] is None
    assert differences(["codes", "a", "2"], codes, found + [0, 1], 2)[0]
    assert differences(["codes", "b", "2"], codes, found, 2)[0]
    assert differences(["error", "why"], codes, found, 2)[0] == "why"


def main():
    program, count = sys.argv[1], int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    check_the_checks()
    networks = {str(i): (np.random.default_rng([seed, i]), tflite_graphs.random_network)
                for i in range(count)}
    networks["mobilenet"] = (np.random.default_rng([seed, 1]), tflite_graphs.mobilenet_like)
    networks["resnet"] = (np.random.default_rng([seed, 2]), tflite_graphs.resnet_like)
    faults, met, compared, ends = check(program, networks)
    for case in sorted(tflite_graphs.CLASSES):
        if met.get(case, 0) < max(1, count // 100):
            faults.append(f"only {met.get(case, 0)} networks of class '{case}'")
    if ends > 0.5:
        faults.append(f"{100 * ends:.0f} % of codes are at the ends of their range")
    faults += refusals(program)
    more, refused = damaged(program, count, seed)
    faults += more
    print(f"{compared} codes equal; {refused} of {count} damaged files refused; "
          f"{100 * ends:.0f} % of codes at the ends")
    print("\n".join(faults[:20]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
