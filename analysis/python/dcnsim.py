# SPDX-License-Identifier: Apache-2.0
"""The dcnsim command from Python: what it writes as JSON and CSV, as dictionaries and tables of pandas.

    import dcnsim

    result = dcnsim.run("cifar10_plain7", accelerator="small_edge", weights=4, limit=100)
    result["accuracy"]["top1"], result["latency"]["cycles"]
    dcnsim.layers(result)[["name", "latency.cycles", "energy.total_pj"]]

    dcnsim.points("study.sqlite")  # of a sweep, also while it runs

What the fields of results mean is said on pages and in JSON Schemas that come with dcnsim. Options are the command's: the long
name with underscores, True for a flag, a list for one that may be repeated. DCNSIM_COMMAND names the
command where it is neither installed with this module nor on the path."""
import io
import json
import os
import shutil
import subprocess

__all__ = ["Error", "command", "call", "run", "map", "quantize", "allocate", "layers", "points"]


class Error(Exception):
    """What the command refused, in its words; `status` is its exit status."""

    def __init__(self, text, status):
        super().__init__(text)
        self.status = status


def program():
    """The path of the command."""
    folder = os.path.dirname(os.path.realpath(__file__))
    installed = os.path.normpath(os.path.join(folder, "..", "..", "..", "bin", "dcnsim"))
    return os.environ.get("DCNSIM_COMMAND") or (
        installed if os.access(installed, os.X_OK) else shutil.which("dcnsim") or "dcnsim")


def _words(options):
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if one is True:
                yield option
            elif one is not None and one is not False:
                yield "%s=%s" % (option, one)


def command(*arguments, **options):
    """Runs `dcnsim ARGUMENTS OPTIONS`; what it writes to standard output."""
    words = [program(), *(os.fspath(a) for a in arguments), *_words(options)]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8")
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise Error(lines[-1], done.returncode)
    return done.stdout


def call(name, *arguments, **options):
    """The JSON of a command that has --json, as a dictionary."""
    return json.loads(command(name, *arguments, json="-", **options))


def run(network=None, **options):
    """A network on an accelerator: schema dcnsim.run/1."""
    return call("run", *[network] if network is not None else [], **options)


def map(network=None, **options):  # as the command is called
    """How the layers of a network are executed: schema dcnsim.map/1."""
    return call("map", *[network] if network is not None else [], **options)


def quantize(network, output, **options):
    """Writes the network in fixed point to `output`: schema dcnsim.quantize/1."""
    return call("quantize", network, output=output, **options)


def allocate(network=None, **options):
    """Bit-widths for a target: schema dcnsim.allocate/1."""
    return call("allocate", *[network] if network is not None else [], **options)


def layers(result):
    """A DataFrame of a result's layers: a row each, members of members as NAME.NAME."""
    import pandas
    return pandas.json_normalize(result["layers"])


def points(store, **options):
    """A DataFrame of a sweep's points, as `dcnsim sweep export --csv` has them."""
    import pandas
    text = command("sweep", "export", store, csv="-", **options)
    return pandas.read_csv(io.StringIO(text), float_precision="round_trip")
