# SPDX-License-Identifier: Apache-2.0
"""A Liberty library: cells on demand with function, timing (NLDM) and internal power (NLPM)."""
import bisect
import math
import re

from liberty_syntax import Expression, LibertyError, amount, end_of_group, number, parse_group

_CELL = re.compile(r'^\s*cell\s*\(\s*"?([\w$]+)"?\s*\)\s*\{', re.M)
_TEMPLATE = re.compile(
    r'^\s*(?:lu_table_template|power_lut_template)\s*\(\s*"?([\w$]+)"?\s*\)\s*\{', re.M)
# What a technology mapper does not need.
_UNMAPPED = re.compile(
    r"\b(internal_power|leakage_power|output_current_rise|output_current_fall"
    r"|receiver_capacitance\w*|ccsn_\w+|input_voltage|output_voltage|test_cell|statetable|pg_pin"
    r"|dc_current|normalized_driver_waveform|min_pulse_width|hyperbolic_noise\w*"
    r"|electromigration)\s*\([^)]*\)\s*\{")


class Table:
    """A look-up table over input slew and output load; linear inside, held at its edges."""

    def __init__(self, group, templates):
        template = templates.get(group.args[0] if group.args else "")
        self._axes, self._variables = [], []
        for k in "123":
            for source in (group, template):
                if source is not None and "index_" + k in source.lists:
                    self._axes.append(source.numbers("index_" + k))
                    break
            if template is not None and "variable_" + k in template.values:
                self._variables.append(template.values["variable_" + k])
        self._values = group.numbers("values")
        if len(self._values) == 1:
            self._axes = []
        if not self._values or (self._axes and
                                len(self._values) != math.prod(map(len, self._axes))):
            raise LibertyError("%s: %d values for axes of %s" % (
                group.name, len(self._values), " x ".join(str(len(axis)) for axis in self._axes)))
        if any(a >= b for axis in self._axes for a, b in zip(axis, axis[1:])):
            raise LibertyError("%s: expected axes that increase" % group.name)

    def __call__(self, slew, load):
        if not self._axes:
            return self._values[0]
        i, f = self._locate(0, slew, load)
        v = self._values
        if len(self._axes) == 1:
            return v[i] if len(v) == 1 else v[i] * (1 - f) + v[i + 1] * f
        j, h = self._locate(1, slew, load)
        rows, columns = len(self._axes[0]), len(self._axes[1])

        def at(a, b):
            return v[min(a, rows - 1) * columns + min(b, columns - 1)]

        return (at(i, j) * (1 - f) * (1 - h) + at(i + 1, j) * f * (1 - h) +
                at(i, j + 1) * (1 - f) * h + at(i + 1, j + 1) * f * h)

    def _locate(self, k, slew, load):
        axis = self._axes[k]
        if len(axis) == 1:
            return 0, 0.0
        if k < len(self._variables):
            is_load = "cap" in self._variables[k]
        else:
            is_load = k == 1
        x = load if is_load else slew
        i = min(max(bisect.bisect_right(axis, x) - 1, 0), len(axis) - 2)
        return i, min(max((x - axis[i]) / (axis[i + 1] - axis[i]), 0.0), 1.0)


class Power:
    """Internal energy of a pin's edges, in the library's unit, under a condition."""

    def __init__(self, group, templates):
        self.related = (group.get("related_pin") or "").split()
        self.when = Expression(group.get("when")) if group.get("when") else None
        rise, fall, both = group.all("rise_power"), group.all("fall_power"), group.all("power")
        rises, falls = rise or both or fall, fall or both or rise
        self.rise = Table(rises[0], templates) if rises else None
        self.fall = Table(falls[0], templates) if falls else None

    def edge(self, rising):
        return self.rise if rising else self.fall


_DELAYS = ("cell_rise", "cell_fall", "rise_transition", "fall_transition")


class Arc:
    """Delay and slew from one input to an output."""

    def __init__(self, group, templates):
        self.related = group.get("related_pin")
        self.sense = group.get("timing_sense", "non_unate")
        tables = {name: Table(group.all(name)[0], templates) for name in _DELAYS if group.all(name)}
        # Arcs of one edge lend it to the other.
        for a, b in (("cell_rise", "cell_fall"), ("rise_transition", "fall_transition")):
            tables.setdefault(a, tables.get(b))
            tables.setdefault(b, tables.get(a))
        self.rise, self.fall, self.rise_slew, self.fall_slew = (tables[name] for name in _DELAYS)
        self.is_complete = None not in (self.rise, self.rise_slew)


class Pin:
    def __init__(self, group, templates, cap_ff):
        self.direction = group.get("direction")
        self.cap_ff = amount(group.get("capacitance", "0")) * cap_ff
        self.function = Expression(group.get("function")) if group.get("function") else None
        self.is_tristate = "three_state" in group.values
        self.power = [Power(g, templates) for g in group.all("internal_power")]
        constraints = ("setup", "hold", "recovery", "removal")
        arcs = [Arc(g, templates) for g in group.all("timing")
                if not any(c in g.get("timing_type", "") for c in constraints)]
        self.arcs = [arc for arc in arcs if arc.is_complete]


class Cell:
    def __init__(self, group, templates, cap_ff, leak_nw):
        self.name = group.args[0]
        self.area = amount(group.get("area", "0"))
        states = [number(g.get("value")) for g in group.all("leakage_power")
                  if "value" in g.values and g.get("related_pg_pin") != "VNB"]
        mean = sum(states) / len(states) if states else 0.0
        self.leakage_nw = (number(group.get("cell_leakage_power", "0")) or mean) * leak_nw
        self.ff = next(iter(group.all("ff")), None)
        self.is_other_state = bool(group.all("latch") or group.all("statetable") or
                                   group.all("bus") or group.all("bundle") or
                                   group.all("test_cell") or group.all("ff_bank"))
        self.is_refused = (group.get("dont_use") == "true" or group.get("pad_cell") == "true" or
                           "clock_gating_integrated_cell" in group.values)
        self.pins = {}
        for pin in group.all("pin"):
            one = Pin(pin, templates, cap_ff)
            self.pins.update({name: one for name in pin.args})
        self.inputs = [n for n, p in self.pins.items() if p.direction == "input"]
        self.outputs = [n for n, p in self.pins.items() if p.direction == "output"]
        if self.ff:
            self.clock = Expression(self.ff.get("clocked_on", "0"))
            self.next_state = Expression(self.ff.get("next_state", "0"))
            if len(self.ff.args) < 2:
                raise LibertyError("ff: expected two names")
            self.state, self.inverse_state = self.ff.args[:2]

    def has_power_tables(self):
        return any(pin.power for pin in self.pins.values())


_FEMTO = {"ff": 1.0, "pf": 1e3}
_PICO = {"ps": 1.0, "ns": 1e3}
_NANO = {"pw": 1e-3, "nw": 1.0, "uw": 1e3, "mw": 1e6}


class Library:
    """One or several Liberty files of one corner; the first gives units and conditions."""

    def __init__(self, paths):
        self.paths = paths
        self._texts, self._cells, self._templates, self._parsed = [], {}, {}, {}
        for path in paths:
            try:
                with open(path, errors="replace") as file:
                    text = re.sub(r"/\*.*?\*/", " ", file.read(), flags=re.S)
            except OSError as error:
                raise LibertyError("%s: %s" % (path, error.strerror)) from None
            if not re.match(r"\s*library\s*\(", text):
                raise LibertyError("%s: not a Liberty file, expected library (NAME) {" % path)
            cells = list(_CELL.finditer(text))
            if not cells:
                raise LibertyError("%s: no cell" % path)
            try:
                end_of_group(text, text.index("{"))
                for m in cells:
                    self._cells.setdefault(m.group(1), (path, text, m.start(), m.end() - 1))
                for m in _TEMPLATE.finditer(text):
                    group = parse_group(text[m.start():end_of_group(text, m.end() - 1)].strip())
                    self._templates.setdefault(m.group(1), group)
            except LibertyError as error:
                raise LibertyError("%s: %s" % (path, error)) from None
            self._texts.append(text)
        head = self._texts[0]
        match = re.search(r'capacitive_load_unit\s*\(\s*([\d.]+)\s*,\s*"?(\w+)"?', head)
        if not match or match.group(2).lower() not in _FEMTO:
            raise LibertyError("%s: no capacitive_load_unit in ff or pf" % paths[0])
        self.cap_ff = self._in_head("capacitive_load_unit", match.group(1)) * _FEMTO[match.group(2).lower()]
        self.time_ps = self._unit("time_unit", _PICO)
        self.leak_nw = self._unit("leakage_power_unit", _NANO)
        volt = self._unit("voltage_unit", {"mv": 1e-3, "v": 1.0})
        self.vdd = self._number("nom_voltage") * volt
        self.temperature = self._number("nom_temperature")
        # Unit of internal power: capacitive_load_unit x voltage_unit^2 (Liberty reference manual).
        self.energy_fj = self.cap_ff * volt * volt

    def _unit(self, name, factors):
        match = re.search(name + r'\s*:\s*"?([\d.]+)\s*(\w+)"?', self._texts[0])
        if not match or match.group(2).lower() not in factors:
            raise LibertyError("%s: no %s in %s" % (self.paths[0], name, " or ".join(factors)))
        return self._in_head(name, match.group(1)) * factors[match.group(2).lower()]

    def _number(self, name):
        match = re.search(name + r'\s*:\s*"?(-?[\d.]+)', self._texts[0])
        if not match:
            raise LibertyError("%s: no %s" % (self.paths[0], name))
        return self._in_head(name, match.group(1))

    def _in_head(self, name, text):
        try:
            return number(text)
        except LibertyError as error:
            raise LibertyError("%s: %s: %s" % (self.paths[0], name, error)) from None

    def names(self):
        return list(self._cells)

    def cell(self, name):
        if name not in self._parsed:
            path, text, start, brace = self._cells[name]
            try:
                group = parse_group(text[start:end_of_group(text, brace)].strip())
                self._parsed[name] = Cell(group, self._templates, self.cap_ff, self.leak_nw)
            except LibertyError as error:
                raise LibertyError("%s: cell %s: %s" % (path, name, error)) from None
        return self._parsed[name]

    def write_for_mapping(self, path, keep):
        """One Liberty file with function and timing of the cells in `keep`."""
        with open(path, "w") as out:
            try:
                self._write_for_mapping(out, keep)
            except LibertyError as error:
                raise LibertyError("%s: %s" % (", ".join(self.paths), error)) from None

    def _write_for_mapping(self, out, keep):
        written = set()
        for index, text in enumerate(self._texts):
            cells = list(_CELL.finditer(text))
            head = text[:cells[0].start()]
            if index == 0:
                out.write(_without_unmapped(head))
            for m in _TEMPLATE.finditer(head):
                if index > 0 and m.group(1) not in written:
                    out.write(head[m.start():end_of_group(head, m.end() - 1)] + "\n")
                written.add(m.group(1))
            for m in cells:
                if m.group(1) in keep:
                    body = text[m.start():end_of_group(text, m.end() - 1)]
                    out.write(_without_unmapped(body) + "\n")
        out.write("}\n")


def _without_unmapped(text):
    kept, start = [], 0
    while True:
        match = _UNMAPPED.search(text, start)
        if not match:
            return "".join(kept) + text[start:]
        kept.append(text[start:match.start()])
        start = end_of_group(text, match.end() - 1)
