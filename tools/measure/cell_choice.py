# SPDX-License-Identifier: Apache-2.0
"""Finds in a library what the flow needs: cells to map to, a flip-flop, a full adder, a driver."""
import itertools
import re
from dataclasses import dataclass

from liberty_syntax import LibertyError

_MOST_INPUTS = 6  # the simulator's look-up tables hold 64 bits


@dataclass(frozen=True)
class FullAdder:
    cell: str
    inputs: tuple  # three ports
    carry: str
    sum: str
    carry_inverted: bool
    sum_inverted: bool


@dataclass(frozen=True)
class Choice:
    mapped: frozenset  # names of the cells that the mapper may use, the flip-flop among them
    flip_flop: str
    driver: str
    full_adder: FullAdder | None
    inverter_cap_ff: float
    fo4_ps: float


def _truth(cell, output):
    rows = itertools.product((0, 1), repeat=len(cell.inputs))
    return tuple(cell.pins[output].function(dict(zip(cell.inputs, row))) & 1 for row in rows)


def _is_plain(cell):
    """Combinational, each output a function of the inputs."""
    if cell.ff or cell.is_other_state or cell.is_refused or not cell.outputs or not cell.inputs:
        return False
    pins = [cell.pins[o] for o in cell.outputs]
    if len(cell.pins) != len(cell.inputs) + len(cell.outputs) or len(cell.inputs) > _MOST_INPUTS:
        return False
    return all(p.function and not p.is_tristate and set(p.function.names) <= set(cell.inputs)
               for p in pins)


def _is_flip_flop(cell):
    """Rising edge, one data pin, no set or reset."""
    if not cell.ff or cell.is_other_state or cell.is_refused or len(cell.inputs) != 2:
        return False
    if "clear" in cell.ff.values or "preset" in cell.ff.values:
        return False
    clock, data = cell.clock.names, cell.next_state.names
    return (len(clock) == 1 and len(data) == 1 and {clock[0], data[0]} == set(cell.inputs) and
            cell.clock({clock[0]: 1}) == 1 and all(cell.pins[o].function for o in cell.outputs))


def _full_adder(cell):
    if len(cell.inputs) != 3 or len(cell.outputs) != 2:
        return None
    rows = list(itertools.product((0, 1), repeat=3))
    carry, total = tuple(sum(r) // 2 for r in rows), tuple(sum(r) % 2 for r in rows)
    found = {}
    for output in cell.outputs:
        truth = _truth(cell, output)
        inverse = tuple(1 - bit for bit in truth)
        for name, wanted in (("carry", carry), ("sum", total)):
            if wanted in (truth, inverse):
                found[name] = (output, wanted == inverse)
    if len(found) != 2:
        return None
    return FullAdder(cell.name, tuple(cell.inputs), found["carry"][0], found["sum"][0],
                     found["carry"][1], found["sum"][1])


def _fo4_ps(library, inverter):
    """Mean delay of an inverter that drives four of its kind and is driven by one such."""
    pin = inverter.pins[inverter.outputs[0]]
    load = 4 * inverter.pins[inverter.inputs[0]].cap_ff / library.cap_ff
    arc, slew = pin.arcs[0], 0.0
    for _ in range(8):
        slew = (arc.rise_slew(slew, load) + arc.fall_slew(slew, load)) / 2
    return (arc.rise(slew, load) + arc.fall(slew, load)) / 2 * library.time_ps


def choose_cells(library, leave_out):
    """The smallest fitting cell for each role. `leave_out` is a pattern of names (re.search) that
    the mapper may not use. Throws LibertyError naming the file and what is missing."""
    where = ", ".join(library.paths)
    cells = [library.cell(name) for name in library.names()]
    plain = [c for c in cells if _is_plain(c)]
    flip_flops = [c for c in cells if _is_flip_flop(c)]
    adders = [(c, _full_adder(c)) for c in plain]
    allowed = [c for c in plain if len(c.outputs) == 1 and not re.search(leave_out, c.name)]
    flip_flops = [c for c in flip_flops if not re.search(leave_out, c.name)]

    if not any(c.has_power_tables() for c in plain + flip_flops):
        raise LibertyError("%s: no internal_power tables, energy cannot be measured" % where)
    # A cell without tables would switch for nothing.
    allowed = [c for c in allowed if c.has_power_tables()]
    flip_flops = [c for c in flip_flops if c.has_power_tables()]
    if not flip_flops:
        raise LibertyError("%s: no rising-edge D flip-flop without set and reset that has "
                           "internal_power tables" % where)

    def smallest(candidates):
        return min(candidates, key=lambda c: c.area, default=None)

    inverter = smallest([c for c in allowed if len(c.inputs) == 1 and c.pins[c.outputs[0]].arcs and
                         _truth(c, c.outputs[0]) == (1, 0)])
    driver = smallest([c for c in allowed if len(c.inputs) == 1 and
                       _truth(c, c.outputs[0]) == (0, 1)])
    if inverter is None or driver is None:
        raise LibertyError("%s: no %s that has internal_power tables" %
                           (where, "buffer" if inverter else "inverter"))
    flip_flop = smallest(flip_flops)
    adder = smallest([c for c, found in adders if found and c.has_power_tables()])
    return Choice(frozenset([c.name for c in allowed] + [flip_flop.name]), flip_flop.name,
                  driver.name, _full_adder(adder) if adder else None,
                  inverter.pins[inverter.inputs[0]].cap_ff, _fo4_ps(library, inverter))
