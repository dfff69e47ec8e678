# SPDX-License-Identifier: Apache-2.0
"""A mapped netlist with the loads, slews and delays that its library gives it."""
import math
import re
from dataclasses import dataclass

# Wire of a routed net: this many times the square root of the mean cell area per cell. Routed open
# designs need 6 to 9 on three platforms (README.md).
_WIRE_PER_CELL = 7.0
_INPUT_SLEW_PS = 20.0

# Nets 0 and 1 are the constants.
_FIRST_NET = 2


@dataclass(frozen=True)
class Instance:
    cell: object  # liberty.Cell
    nets: dict    # by pin
    group: int    # of the part of the unit that it belongs to

    def net(self, pin):
        return self.nets.get(pin, -1)


class Netlist:
    def __init__(self, library, module, wire_ff_per_um):
        """`module`: as yosys writes it; `wire_ff_per_um` 0 leaves wires out."""
        self.library = library
        self.groups = {"in": 0}  # parts by name: inputs, then instances of the top module
        self.gates, self.flip_flops = [], []
        numbers = {"0": 0, "1": 1, "x": 0}

        def net(bit):
            return numbers.setdefault(bit, len(numbers) - 3 + _FIRST_NET)

        for name, cell in module["cells"].items():
            if cell["type"].startswith("$"):
                raise ValueError("cell %s of type %s was not mapped" % (name, cell["type"]))
            part = re.search(r"u_[a-z0-9]+", name)
            group = self.groups.setdefault(part.group() if part else "top", len(self.groups))
            nets = {p: net(bits[0]) if bits else -1 for p, bits in cell["connections"].items()}
            instance = Instance(library.cell(cell["type"]), nets, group)
            (self.flip_flops if instance.cell.ff else self.gates).append(instance)

        def bits_of(direction):
            return [(name, i, net(bit)) for name, port in module["ports"].items()
                    if port["direction"] == direction for i, bit in enumerate(port["bits"])]

        self.inputs, self.outputs = bits_of("input"), bits_of("output")
        self.net_count = len(numbers) - 3 + _FIRST_NET
        self.clocks = {i.net(i.cell.clock.names[0]) for i in self.flip_flops}
        self._add_loads(wire_ff_per_um)
        self._add_delays()

    def instances(self):
        return self.gates + self.flip_flops

    def area_um2(self):
        return self._by_group(lambda cell: cell.area)

    def leakage_nw(self):
        return sum(self._by_group(lambda cell: cell.leakage_nw).values())

    def _by_group(self, amount):
        sums = {}
        for name, group in self.groups.items():
            members = [amount(i.cell) for i in self.instances() if i.group == group]
            if members:
                sums[name] = sum(members)
        return sums

    def _add_loads(self, wire_ff_per_um):
        self.load_ff, sinks = [0.0] * self.net_count, [0] * self.net_count
        for instance in self.instances():
            for pin in instance.cell.inputs:
                net = instance.net(pin)
                if net >= 0:
                    self.load_ff[net] += instance.cell.pins[pin].cap_ff
                    sinks[net] += 1
        driven = {i.net(o) for i in self.instances() for o in i.cell.outputs}
        fan_outs = [sinks[n] for n in driven if n >= 0 and sinks[n] > 0]
        mean_area = sum(i.cell.area for i in self.instances()) / len(self.instances())
        mean_fan_out = sum(fan_outs) / len(fan_outs) if fan_outs else 1.0
        self.wire_ff_per_sink = (wire_ff_per_um * _WIRE_PER_CELL * math.sqrt(mean_area) /
                                 mean_fan_out)
        for n in range(self.net_count):
            self.load_ff[n] += self.wire_ff_per_sink * sinks[n]

    def load(self, net):
        """In the library's unit."""
        return self.load_ff[net] / self.library.cap_ff if net >= 0 else 0.0

    def slew(self, net):
        """In the library's unit."""
        return self.slew_ps[net] / self.library.time_ps

    def _add_delays(self):
        ps = self.library.time_ps
        self.slew_ps = [_INPUT_SLEW_PS] * self.net_count
        rise, fall = [0.0] * self.net_count, [0.0] * self.net_count
        for instance in self.flip_flops:
            for pin in instance.cell.outputs:
                net = instance.net(pin)
                for arc in instance.cell.pins[pin].arcs if net >= 0 else ():
                    slew, load = self.slew(net), self.load(net)
                    rise[net] = max(rise[net], arc.rise(slew, load) * ps)
                    fall[net] = max(fall[net], arc.fall(slew, load) * ps)
                    self.slew_ps[net] = 0.5 * ps * (arc.rise_slew(slew, load) +
                                                    arc.fall_slew(slew, load))
        self.delays_ps = {}  # (gate, output, input) -> rise and fall, mean of the arcs' states
        for index in self._in_order():
            gate = self.gates[index]
            for output in gate.cell.outputs:
                if gate.net(output) >= 0:
                    self._add_gate_delays(index, output, rise, fall)
        ends = [i.net(p) for i in self.flip_flops for p in i.cell.inputs]
        ends += [net for _, _, net in self.outputs]
        self.critical_path_ps = max(max(rise[n], fall[n]) for n in ends if n >= 0)

    def _add_gate_delays(self, index, output, rise, fall):
        gate, ps = self.gates[index], self.library.time_ps
        net, latest, arcs = gate.net(output), -1.0, {}
        for arc in gate.cell.pins[output].arcs:
            source = gate.net(arc.related)
            if source < 0:
                continue
            slew, load = self.slew(source), self.load(net)
            up, down = arc.rise(slew, load) * ps, arc.fall(slew, load) * ps
            arcs.setdefault(arc.related, []).append((up, down))
            either = max(rise[source], fall[source])
            before_up = {"positive_unate": rise[source], "negative_unate": fall[source]}
            before_down = {"positive_unate": fall[source], "negative_unate": rise[source]}
            up += before_up.get(arc.sense, either)
            down += before_down.get(arc.sense, either)
            rise[net], fall[net] = max(rise[net], up), max(fall[net], down)
            if max(up, down) > latest:
                latest = max(up, down)
                self.slew_ps[net] = 0.5 * ps * (arc.rise_slew(slew, load) +
                                                arc.fall_slew(slew, load))
        for pin, both in arcs.items():
            self.delays_ps[index, output, pin] = tuple(sum(x) / len(both) for x in zip(*both))

    def _in_order(self):
        """Gates, each after those that drive it."""
        driver = {g.net(o): i for i, g in enumerate(self.gates) for o in g.cell.outputs
                  if o in g.nets}
        waits, after = [0] * len(self.gates), [[] for _ in self.gates]
        for i, gate in enumerate(self.gates):
            for pin in gate.cell.inputs:
                source = driver.get(gate.net(pin))
                if source is not None:
                    after[source].append(i)
                    waits[i] += 1
        order = [i for i, count in enumerate(waits) if count == 0]
        for i in order:
            for j in after[i]:
                waits[j] -= 1
                if waits[j] == 0:
                    order.append(j)
        if len(order) != len(self.gates):
            raise ValueError("combinational loop")
        return order
