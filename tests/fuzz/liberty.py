#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""liberty.py MUTATIONS|SECONDSs [SEED]: cell libraries that are wrong in one to four places, through what
scripts/measure reads of them: each is taken or refused in one clean line. Prints how many there were."""
import os
import random
import sys
import tempfile
import time
import traceback

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(_HERE, "..", "..", "tools", "measure"))
import cell_choice  # noqa: E402
import liberty  # noqa: E402
from liberty_syntax import LibertyError  # noqa: E402

_WORDS = ("{", "}", "(", ")", ";", ":", ",", '"', "'", "!", "1e999", "-1", "nan", "0", "values (", "pin (A) {",
          'function : "', "ff (IQ, IQN) {", "index_1 (\"1, 1\");", "/*", "*/", "(" * 3000, "{" * 3000, "!" * 3000,
          "\x1b[2J", "\0", "1.2.3", "x" * 3000)
_FOLDER = os.path.join(_HERE, "corpus", "liberty")


def mutated(text, rng):
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(text) + 1)
        end = min(len(text), at + rng.choice((0, 1, 2, 8, 40)))
        other = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice((rng.choice(_WORDS), text[other:other + rng.randint(0, 60)], "")) + text[end:]
    return text


def read(path, out):
    """Everything of a library that measuring needs before it runs other programs."""
    library = liberty.Library([path])
    choice = cell_choice.choose_cells(library, "(?!)")
    library.write_for_mapping(out, choice.mapped)
    assert choice.inverter_cap_ff >= 0, "a capacitance"


def main():
    limit, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    rng, count, taken, begin = random.Random(seed), 0, 0, time.monotonic()
    seeds = []
    for name in sorted(os.listdir(_FOLDER)):
        with open(os.path.join(_FOLDER, name), encoding="latin-1", newline="") as file:
            seeds.append(file.read())
    with tempfile.TemporaryDirectory() as folder:
        path, out = os.path.join(folder, "tiny.lib"), os.path.join(folder, "out.lib")
        while (time.monotonic() - begin < float(limit[:-1]) if limit.endswith("s") else count < int(limit)):
            text = seeds[count] if count < len(seeds) else mutated(rng.choice(seeds), rng)
            with open(path, "w", encoding="latin-1", newline="") as file:
                file.write(text)
            started = time.monotonic()
            try:
                read(path, out)
                taken += 1
            except LibertyError as error:
                line = str(error)
                clean = line.isprintable() and len(line) < 1000 and line.startswith(path)
            except Exception:  # whatever it is, it is a fault
                line, clean = traceback.format_exc(), False
            else:
                line, clean = "", True
            if time.monotonic() - started > 10:
                line, clean = "takes longer than 10 s", False
            if not clean:
                with open("liberty_fault.lib", "w", encoding="latin-1", newline="") as file:
                    file.write(text)
                sys.exit("%s\nthe input is in liberty_fault.lib" % line)
            count += 1
    print("%d libraries, %d taken" % (count, taken))
    if taken == 0:
        sys.exit("no library was taken")


if __name__ == "__main__":
    main()
