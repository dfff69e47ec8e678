#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the cost model's tables of logic with a standard-cell library (scripts/measure)."""
import argparse
import glob
import hashlib
import math
import os
import re
import shutil
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

import cell_choice
import fusion_points
import gate_model
import liberty
import liberty_syntax
import mac_points
import measurement
import post_points
import result_table
import serial_points
import synthesis

_SHIPPED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models", "cost",
                        "tables")

# name -> file, points
_TABLES = {
    "mac": ("mac_energy_area.csv", mac_points.mac_points),
    "subword": ("mac_subword.csv", mac_points.subword_points),
    "weight-stationary": ("mac_weight_stationary.csv", mac_points.weight_stationary_points),
    "zero-activity": ("mac_zero_activity.csv", mac_points.zero_activity_points),
    "serial": ("serial.csv", serial_points.serial_points),
    "fusion": ("fusion.csv", fusion_points.fusion_points),
    "post": ("requant_etc.csv", post_points.post_points),
}

_DELAY_IN_FO4 = 50
_LOAD_IN_INVERTERS = 4
_WIRE_FF_PER_UM = 0.15
_CYCLES = 3000
_NOTHING = "(?!)"  # matches no name
# What a figure is worth in absolute terms no measurement here tells: rows state none.
_ERROR_BARS = ("energy_error_bar", "accumulate_error_bar", "area_error_bar", "error_bar_against",
               "rule_error_bar", "unit_rule_error_bar")

_ERRORS = (liberty_syntax.LibertyError, synthesis.SynthesisError, gate_model.SimulationError,
           measurement.WrongResult, result_table.ResultError)

_EPILOG = """\
tables: %s

FOLDER becomes a copy of models/cost/tables with rows of NAME added; an accelerator file uses it by
  cost: {tables: FOLDER, technology: NAME}
A point that FOLDER already holds is not measured again: stop whenever you like and repeat the
command. FOLDER/work holds netlists and may be deleted.

example, with a library that Debian ships (package qflow-tech-osu035):
  scripts/measure /usr/share/qflow/tech/osu035/osu035_stdcells.lib --library osu035 --node 350 \\
    --out my_tables --tables mac,post --widths 4,8
""" % ", ".join(_TABLES)


def _arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/measure", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Synthesises the accelerator's arithmetic units with a standard-cell library,\n"
                    "simulates them at gate level and writes energy, area, leakage and delay as\n"
                    "tables of the cost model.", epilog=_EPILOG)
    add = parser.add_argument
    add("liberty", nargs="+", metavar="LIBERTY",
        help="Liberty file of one corner, with internal_power tables (several if the library is "
             "split)")
    add("--library", required=True, metavar="NAME", help="what cost.technology will call it")
    add("--node", required=True, type=_positive, metavar="NM",
        help="feature size in nm (Liberty does not tell); chooses the SRAM table's node")
    add("--out", required=True, metavar="FOLDER", help="where the tables go")
    add("--tables", default=",".join(_TABLES), metavar="LIST", type=_table_names,
        help="which tables (default: all)")
    add("--widths", metavar="LIST", type=_widths,
        help="only points all of whose data and hardware widths are among these (default: all)")
    add("--cycles", type=_cycle_count, default=_CYCLES, metavar="N",
        help="cycles simulated for each point (default: %(default)s)")
    add("--delay-ps", type=_positive, metavar="PS",
        help="delay target of each block of a unit (default: %d times the delay of the library's "
             "smallest inverter that drives four)" % _DELAY_IN_FO4)
    add("--load-ff", type=_positive, metavar="FF",
        help="load of each block's outputs while mapping (default: %d smallest inverters)" %
             _LOAD_IN_INVERTERS)
    add("--wire-ff-per-um", type=_not_negative, default=_WIRE_FF_PER_UM, metavar="FF",
        help="wire capacitance (default: %(default)s; three open processes have 0.10 to 0.17)")
    add("--leave-out", default=_NOTHING, metavar="REGEX",
        help="cells not to use, besides those that the file marks dont_use and those of another "
             "kind than gates and plain flip-flops")
    add("--compressors", choices=("full-adder", "gates"), default="full-adder",
        help="what carry-save trees are made of (default: the library's smallest full adder)")
    add("--jobs", type=_job_count, default=os.cpu_count() or 1, metavar="N",
        help="units measured side by side (default: the number of cores, %(default)s)")
    return parser.parse_args()


def _number(text, ok, expected):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (ok(value) and math.isfinite(value)):
        raise argparse.ArgumentTypeError("%s, expected %s" % (text, expected))
    return value


def _positive(text):
    return _number(text, lambda v: v > 0, "a positive number")


def _not_negative(text):
    return _number(text, lambda v: v >= 0, "a number that is not negative")


def _cycle_count(text):
    return int(_number(text, lambda v: v >= 100 and v == int(v), "an integer from 100"))


def _job_count(text):
    return int(_number(text, lambda v: v >= 1 and v == int(v), "an integer from 1"))


def _widths(text):
    return {int(_number(word, lambda v: 2 <= v <= 16 and v == int(v), "integers 2..16"))
            for word in text.split(",")}


def _table_names(text):
    names = text.split(",")
    for name in names:
        if name not in _TABLES:
            raise argparse.ArgumentTypeError("%s, expected some of %s" % (name, ", ".join(_TABLES)))
    return [name for name in _TABLES if name in names]


def _setup(arguments):
    if not re.fullmatch(r"[\w.+-]{1,64}", arguments.library):
        raise result_table.ResultError("--library: %s, expected letters, digits and _ . + -" %
                                       arguments.library)
    yosys = synthesis.yosys_version()
    library = liberty.Library(arguments.liberty)
    choice = cell_choice.choose_cells(library, re.compile(arguments.leave_out))
    adder = choice.full_adder if arguments.compressors == "full-adder" else None
    if adder is None and arguments.compressors == "full-adder":
        raise liberty_syntax.LibertyError(
            "%s: no full adder (one cell with carry and sum of three inputs) that has "
            "internal_power tables; --compressors gates does without" % arguments.liberty[0])
    delay_ps = arguments.delay_ps or round(_DELAY_IN_FO4 * choice.fo4_ps)
    load_ff = arguments.load_ff or _LOAD_IN_INVERTERS * choice.inverter_cap_ff
    source = _source(arguments, yosys, delay_ps, load_ff)
    work = os.path.join(os.path.abspath(arguments.out), "work")
    cached_for = hashlib.sha256((source + synthesis.rtl_sha256()).encode()).hexdigest()[:16]
    target = synthesis.Target(os.path.join(work, cached_for), adder, delay_ps)
    os.makedirs(target.folder, exist_ok=True)
    synthesis.prepare(library, choice, target, load_ff)
    _say("%s: %g V, %g C; flip-flop %s, full adder %s, %d cells to map to; delay target %g ps" % (
        arguments.library, library.vdd, library.temperature, choice.flip_flop,
        adder.cell if adder else "none", len(choice.mapped), delay_ps))
    columns = {"node_nm": arguments.node, "library": arguments.library, "vdd_v": library.vdd,
               "temp_c": library.temperature, "source": source,
               **dict.fromkeys(_ERROR_BARS, "")}
    return measurement.Setup(library, target, gate_model.build_simulator(work),
                             arguments.wire_ff_per_um, columns)


def _source(arguments, yosys, delay_ps, load_ff):
    """Column of all rows: what decides on their figures."""
    digest = hashlib.sha256()
    for path in arguments.liberty:
        with open(path, "rb") as file:
            digest.update(file.read())
    text = ("yosys %s + abc, gatesim; Liberty %s sha256 %s; delay target %g ps, load %g fF, wire "
            "%g fF/um, %d cycles" % (
                yosys, " ".join(map(os.path.basename, arguments.liberty)), digest.hexdigest()[:16],
                delay_ps, load_ff, arguments.wire_ff_per_um, arguments.cycles))
    if arguments.compressors == "gates":
        text += ", compressors of gates"
    if arguments.leave_out != _NOTHING:
        text += ", without " + arguments.leave_out
    return text


def _copy_missing_tables(folder):
    for path in glob.glob(os.path.join(_SHIPPED, "*.csv")):
        if not os.path.exists(os.path.join(folder, os.path.basename(path))):
            shutil.copyfile(path, os.path.join(folder, os.path.basename(path)))


def _say(text):
    print(text, file=sys.stderr, flush=True)


def _wanted_points(arguments):
    """File of each wanted table -> its points, of which some may be wanted."""
    def is_wanted(point):
        return arguments.widths is None or point.widths <= arguments.widths

    points = {}
    for name in arguments.tables:
        file, make_points = _TABLES[name]
        points[file] = [(point, is_wanted(point)) for point in make_points(arguments.cycles)]
    if not any(wanted for table in points.values() for _, wanted in table):
        raise result_table.ResultError("--widths: no point of these tables has only these widths")
    return points


class _Run:
    """The tables and what is left to measure, by unit."""

    def __init__(self, arguments, points, setup):
        self._setup, self._lock = setup, threading.Lock()
        self._stopped = False
        self._work, self._done = {}, 0
        here = 0
        for file, all_points in points.items():
            table = result_table.ResultTable(
                os.path.join(arguments.out, file), os.path.join(_SHIPPED, file), arguments.library,
                setup.columns["source"], [point.columns for point, _ in all_points])
            for point, is_wanted in all_points:
                if is_wanted and table.has(point.columns):
                    here += 1
                elif is_wanted:
                    self._work.setdefault(point.unit, []).append((file, table, point))
        self._points = sum(map(len, self._work.values()))
        if here > 0:
            _say("%d of %d points are in %s already" % (here, here + self._points, arguments.out))
        self._start = time.monotonic()

    def all_units(self, jobs):
        with ThreadPoolExecutor(jobs) as pool:
            futures = [pool.submit(self._unit, unit) for unit in self._work]
            try:
                for future in as_completed(futures):
                    future.result()
            finally:
                self._stopped = True
                pool.shutdown(cancel_futures=True)

    def _unit(self, unit):
        mapped = None
        for file, table, point in self._work[unit]:
            if self._stopped:
                return
            mapped = mapped or measurement.MappedUnit(self._setup, unit)
            row = mapped.measure(point)
            with self._lock:
                table.add(point.columns, row)
                self._done += 1
                self._report(file, point, row)

    def _report(self, file, point, row):
        elapsed = time.monotonic() - self._start
        left = elapsed / self._done * (self._points - self._done)
        _say("%d of %d, about %s left: %s %s, %.4g fJ a cycle" % (
            self._done, self._points, _duration(left), file,
            " ".join(str(v) for v in point.columns.values() if v != ""),
            row["energy_fj_per_cycle"]))


def _duration(seconds):
    return "%.0f s" % seconds if seconds < 100 else "%.0f min" % (seconds / 60)


def main():
    arguments = _arguments()
    try:
        re.compile(arguments.leave_out)
        os.makedirs(arguments.out, exist_ok=True)
        points = _wanted_points(arguments)
        setup = _setup(arguments)
        run = _Run(arguments, points, setup)
        _copy_missing_tables(arguments.out)
        run.all_units(arguments.jobs)
    except _ERRORS as error:
        sys.exit("error: %s" % error)
    except re.error as error:
        sys.exit("error: --leave-out: %s: %s" % (arguments.leave_out, error))
    except OSError as error:
        sys.exit("error: %s: %s" % (error.filename, error.strerror))
    except KeyboardInterrupt:
        sys.exit("stopped; the same command goes on from here")


if __name__ == "__main__":
    main()
