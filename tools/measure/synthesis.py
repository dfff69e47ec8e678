# SPDX-License-Identifier: Apache-2.0
"""Maps a unit of rtl/ to a library's cells with yosys and abc."""
import hashlib
import json
import os
import re
import subprocess
from dataclasses import dataclass

_RTL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rtl")
_SOURCES = [os.path.join(_RTL, name + ".v")
            for name in ("mul", "mac", "serial", "fusion", "post", "requant_mul", "ws", "feeder",
                         "control")]
# Read for units of the same name alone: one source more changes the names that yosys orders by, and
# with them others' energies, of an address generator by 16 %.
_APART = {top: os.path.join(_RTL, top + ".v")
          for top in ("requant_leaky", "requant_twice", "product", "threshold_tree")}

_BLACK_BOX = """(* blackbox *)
module %s (input %s, input %s, input %s, output %s, output %s); endmodule
"""

# Compressors with a constant input become gates.
_ADDER_MAP = """(* techmap_celltype = "$fa" *)
module map_fa (A, B, C, X, Y);
  parameter WIDTH = 1;
  parameter [WIDTH-1:0] _TECHMAP_CONSTMSK_A_ = 0;
  parameter [WIDTH-1:0] _TECHMAP_CONSTMSK_B_ = 0;
  parameter [WIDTH-1:0] _TECHMAP_CONSTMSK_C_ = 0;
  input [WIDTH-1:0] A, B, C; output [WIDTH-1:0] X, Y;
  genvar i;
  generate for (i = 0; i < WIDTH; i = i + 1) begin : g
    if (_TECHMAP_CONSTMSK_A_[i] | _TECHMAP_CONSTMSK_B_[i] | _TECHMAP_CONSTMSK_C_[i]) begin : ha
      assign Y[i] = A[i] ^ B[i] ^ C[i];
      assign X[i] = (A[i] & B[i]) | (C[i] & (A[i] | B[i]));
    end else begin : full
      wire co, su;
      %(cell)s fa (.%(a)s(A[i]), .%(b)s(B[i]), .%(c)s(C[i]), .%(carry)s(co), .%(sum)s(su));
      assign X[i] = %(carry_inverse)sco;
      assign Y[i] = %(sum_inverse)ssu;
    end
  end endgenerate
endmodule
"""


class SynthesisError(Exception):
    """One line: what could not be synthesised."""


@dataclass(frozen=True)
class Unit:
    """A top module of rtl/ with its parameters."""
    top: str
    parameters: tuple  # of (name, value)
    uses_full_adders: bool = True

    def name(self):
        return "_".join([self.top] + ["%s%s" % p for p in self.parameters])


@dataclass(frozen=True)
class Target:
    """Where and for what to synthesise; `folder` caches netlists and is of these settings only."""
    folder: str
    full_adder: object  # cell_choice.FullAdder, None: compressors become gates
    delay_ps: float

    def path(self, name):
        return os.path.join(self.folder, name)


def yosys_version():
    try:
        words = subprocess.run(["yosys", "-V"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        raise SynthesisError("yosys: not found, install the Debian package yosys") from None
    return words.split()[1]


def rtl_sha256():
    digest = hashlib.sha256()
    for path in [*_SOURCES, *_APART.values()]:
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def prepare(library, choice, target, load_ff):
    """Writes what every synthesis of the target reads."""
    library.write_for_mapping(target.path("mapping.lib"), choice.mapped)
    with open(target.path("constraints"), "w") as out:
        out.write("set_driving_cell %s\nset_load %g\n" % (choice.driver, load_ff / library.cap_ff))
    adder = target.full_adder
    if adder is None:
        return
    with open(target.path("full_adder.v"), "w") as out:
        out.write(_BLACK_BOX % (adder.cell, *adder.inputs, adder.carry, adder.sum))
    a, b, c = adder.inputs
    with open(target.path("full_adder_map.v"), "w") as out:
        out.write(_ADDER_MAP % {
            "cell": adder.cell, "a": a, "b": b, "c": c, "carry": adder.carry, "sum": adder.sum,
            "carry_inverse": "~" if adder.carry_inverted else "",
            "sum_inverse": "~" if adder.sum_inverted else ""})


def synthesise(unit, target):
    """The flat mapped netlist as yosys writes it (JSON), and abc's longest delay in ps. Modules are
    mapped one by one and flattened last, so that cells keep the name of their instance."""
    with_adders = unit.uses_full_adders and target.full_adder is not None
    name = unit.name()
    if not os.path.exists(target.path(name + ".json")):
        if with_adders:
            read, synth = "full_adder.v", (
                "synth -top TOP -run begin:fine; maccmap; techmap -map full_adder_map.v; "
                "synth -noabc -top TOP -run fine:")
        else:
            read, synth = "", "synth -noabc -top TOP"
        sources = _SOURCES + [path for top, path in _APART.items() if top == unit.top]
        script = "; ".join([
            "read_verilog -sv %s %s" % (read, " ".join('"%s"' % path for path in sources)),
            "hierarchy -check -top %s %s" % (
                unit.top, " ".join("-chparam %s %s" % p for p in unit.parameters)),
            "rename -top TOP", synth, "dfflibmap -liberty mapping.lib",
            "abc -liberty mapping.lib -constr constraints -D %d" % target.delay_ps,
            "flatten", "opt_clean -purge", "write_json %s.part" % name])
        done = subprocess.run(["yosys", "-q", "-l", name + ".log", "-p", script],
                              cwd=target.folder, capture_output=True, text=True)
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise SynthesisError("%s: yosys: %s" % (target.path(name + ".log"), last))
        os.replace(target.path(name + ".part"), target.path(name + ".json"))
    with open(target.path(name + ".json")) as file:
        netlist = json.load(file)["modules"]["TOP"]
    with open(target.path(name + ".log")) as file:
        delays = [float(x) for x in re.findall(r"Delay =\s*([\d.]+) ps", file.read())]
    return netlist, max(delays, default=0.0)
