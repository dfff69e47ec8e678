# SPDX-License-Identifier: Apache-2.0
"""Writes a netlist with its delays and energies for gatesim.cpp, runs it and reads what it says."""
import itertools
import os
import subprocess
from dataclasses import dataclass

import numpy as np

_HERE = os.path.dirname(os.path.abspath(__file__))
_REPOSITORY = os.path.normpath(os.path.join(_HERE, "..", ".."))
_SOURCES = [os.path.join(_HERE, name) for name in ("gatesim.cpp", "gate_model.cpp", "gate_model.h")]
_SHORTEST_DELAY_PS = 0.01
_WARM_UP_CYCLES = 8


class SimulationError(Exception):
    """One line: what could not be simulated."""


def build_simulator(folder):
    """Path of the simulator, compiled unless it is there."""
    path = os.path.join(folder, "gatesim")
    if os.path.exists(path) and os.path.getmtime(path) > max(map(os.path.getmtime, _SOURCES)):
        return path
    try:
        done = subprocess.run(["g++", "-std=c++17", "-O2", "-I", _REPOSITORY, "-o",
                               path + ".part"] + _SOURCES[:2], capture_output=True, text=True)
    except OSError:
        raise SimulationError("g++: not found, install the Debian package g++") from None
    if done.returncode != 0:
        raise SimulationError("g++: " + done.stderr.strip().splitlines()[0])
    os.replace(path + ".part", path)
    return path


@dataclass(frozen=True)
class Energies:
    """Mean femtojoules of a cycle."""
    total: float
    standard_error: float
    by_group: dict  # of the netlist's parts
    toggles: float  # transitions a cycle
    needed_toggles: float  # of nets that end a cycle at another value
    words: dict  # value of each output port after every cycle, as numpy integers

    def of(self, *groups):
        return sum(self.by_group.get(name, 0.0) for name in groups)


def simulate(netlist, inputs, period_ps, simulator, base):
    """`inputs`: for each input port but the clock a sequence of integers, one a cycle; `base`:
    path of the run's files, which go when it is done."""
    with open(base + ".model", "w") as file:
        file.write("\n".join(_model(netlist)) + "\n")
    bits = [((np.asarray(inputs[port], object) >> i) & 1).astype(np.uint8)
            for port, i, _ in _driven_inputs(netlist)]
    np.stack(bits, 1).tofile(base + ".stimulus")
    done = subprocess.run([simulator, base + ".model", base + ".stimulus", base + ".outputs",
                           str(_WARM_UP_CYCLES), str(period_ps)],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise SimulationError("gatesim: %s" % (done.stderr.strip() or "stopped"))
    lines = [[float(x) for x in line.split()] for line in done.stdout.splitlines()]
    outputs = np.fromfile(base + ".outputs", np.uint8).reshape(len(bits[0]), -1).astype(np.int64)
    words = {}
    for k, (port, i, _) in enumerate(netlist.outputs):
        words[port] = words.get(port, 0) + (outputs[:, k].astype(object) << i)
    for suffix in (".model", ".stimulus", ".outputs"):
        os.unlink(base + suffix)
    by_group = {group: lines[1 + index][0] for group, index in netlist.groups.items()}
    total, error, toggles, needed = lines[0]
    return Energies(total, error, by_group, toggles, needed, words)


def _driven_inputs(netlist):
    return [(port, i, net) for port, i, net in netlist.inputs if net not in netlist.clocks]


def _mean(values):
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def _holding(powers, values):
    """The conditional tables whose condition holds, else the unconditional ones. ASAP7 gives each
    twice, for VDD and VSS, both for the same charge: hence means."""
    held = [p for p in powers if p.when is not None and p.when(values)]
    return held or [p for p in powers if p.when is None]


def _model(netlist):
    """Lines of the format that gate_model.h describes."""
    vdd = netlist.library.vdd
    yield "%d %d %d %d" % (netlist.net_count, len(netlist.gates), len(netlist.flip_flops),
                           len(netlist.groups))
    owner = [0] * netlist.net_count
    for instance in netlist.instances():
        for pin in instance.cell.outputs:
            if instance.net(pin) >= 0:
                owner[instance.net(pin)] = instance.group
    for load, group in zip(netlist.load_ff, owner):
        yield "%.5g %d" % (0.5 * load * vdd ** 2, group)
    behaviours = {}
    for index, gate in enumerate(netlist.gates):
        if gate.cell.name not in behaviours:
            behaviours[gate.cell.name] = _GateBehaviour(gate.cell)
        yield from _gate(netlist, index, behaviours[gate.cell.name])
    for flip_flop in netlist.flip_flops:
        yield _flip_flop(netlist, flip_flop)
    for nets in ([n for _, _, n in _driven_inputs(netlist)], [n for _, _, n in netlist.outputs]):
        yield " ".join(map(str, [len(nets)] + nets))


class _GateBehaviour:
    """Of a kind of gate: its functions, and which power tables hold in each input state."""

    def __init__(self, cell):
        states = [{pin: (k >> i) & 1 for i, pin in enumerate(cell.inputs)}
                  for k in range(1 << len(cell.inputs))]
        for state in states:
            state.update({o: cell.pins[o].function(state) & 1 for o in cell.outputs})
        self.tables = {o: sum(s[o] << k for k, s in enumerate(states)) for o in cell.outputs}
        self.caused, self.hidden = {}, {}
        for i in cell.inputs:
            self.hidden[i] = [_holding(cell.pins[i].power, s) for s in states]
            for o in cell.outputs:
                powers = [p for p in cell.pins[o].power if i in p.related]
                self.caused[o, i] = [_holding(powers, s) for s in states]


def _energies(library, holding, rising, slew, load):
    """Count and energies by state; one number if all states agree, none if there is no table."""
    values = {}  # a table is looked up once for all states
    for powers in holding:
        for power in powers:
            if power not in values:
                table = power.edge(rising)
                values[power] = table(slew, load) * library.energy_fj if table else 0.0
    if not values:
        return "0"
    means = [_mean(values[p] for p in powers) for powers in holding]
    if len(set(means)) == 1:
        means = means[:1]
    return "%d %s" % (len(means), " ".join("%.4g" % x for x in means))


def _gate(netlist, index, behaviour):
    gate, library = netlist.gates[index], netlist.library
    inputs, outputs = gate.cell.inputs, gate.cell.outputs
    yield "%d %d %d %s" % (gate.group, len(inputs), len(outputs),
                           " ".join(str(max(gate.net(p), 0)) for p in inputs))
    for o in outputs:
        yield "%d %x" % (gate.net(o), behaviour.tables[o])
        for i in inputs:
            rise, fall = netlist.delays_ps.get((index, o, i), (0.0, 0.0))
            for rising, delay in ((False, fall), (True, rise)):
                yield "%.4g %s" % (max(delay, _SHORTEST_DELAY_PS), _energies(
                    library, behaviour.caused[o, i], rising, netlist.slew(max(gate.net(i), 0)),
                    netlist.load(gate.net(o))))
    for i in inputs:
        for rising in (False, True):
            yield _energies(library, behaviour.hidden[i], rising,
                            netlist.slew(max(gate.net(i), 0)), 0.0)


def _flip_flop(netlist, flip_flop):
    library, cell = netlist.library, flip_flop.cell
    clock, data = cell.clock.names[0], cell.next_state.names[0]
    inverted = cell.next_state({data: 1}) == 0
    follows = {o: cell.pins[o].function({cell.state: 1, cell.inverse_state: 0})
               for o in cell.outputs}
    clock_slew, data_slew = netlist.slew(flip_flop.net(clock)), netlist.slew(flip_flop.net(data))

    def values(next_state, state, clock_value):
        pins = {data: next_state ^ inverted, clock: clock_value,
                cell.state: state, cell.inverse_state: 1 - state}
        pins.update({o: state if follows[o] else 1 - state for o in cell.outputs})
        return pins

    def energy(powers, rising, slew, load):
        tables = [p.edge(rising) for p in powers]
        return _mean(t(slew, load) * library.energy_fj if t else 0.0 for t in tables)

    line = "%d %d %d %d" % (flip_flop.group, flip_flop.net(data), inverted, len(cell.outputs))
    for o in cell.outputs:
        line += " %d %d" % (flip_flop.net(o), 0 if follows[o] else 1)
        load, arcs = netlist.load(flip_flop.net(o)), cell.pins[o].arcs
        powers = [p for p in cell.pins[o].power if clock in p.related]
        for rising in (False, True):
            delay = 1.0
            if arcs:
                table = arcs[0].rise if rising else arcs[0].fall
                delay = table(clock_slew, load) * library.time_ps
            line += " %.4g %.4g" % (delay, energy(powers, rising, clock_slew, load))
    pin_fj = 0.5 * (cell.pins[clock].cap_ff + netlist.wire_ff_per_sink) * library.vdd ** 2
    for rising in (True, False):
        for next_state, state in itertools.product((0, 1), repeat=2):
            powers = (_holding(cell.pins[clock].power, values(next_state, state, int(rising))) or
                      _holding(cell.pins[clock].power, values(next_state, state, int(not rising))))
            line += " %.4g" % (energy(powers, rising, clock_slew, 0.0) + pin_fj)
    for clock_value in (0, 1):
        for rising in (False, True):
            held = []
            for state in (0, 1):
                pins = values(0, state, clock_value)
                pins[data] = int(rising)
                held.append(_holding(cell.pins[data].power, pins))
            line += " %.4g" % _mean(energy(p, rising, data_slew, 0.0) for p in held if p)
    return line
