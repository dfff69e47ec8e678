# SPDX-License-Identifier: Apache-2.0
"""Measures points of one unit: synthesis, timing, simulation, comparison with the integer model."""
from dataclasses import dataclass

import numpy as np

import gate_model
import synthesis
from netlist import Netlist


class WrongResult(Exception):
    """One line: a netlist that does not compute what it should."""


@dataclass(frozen=True)
class Setup:
    library: object  # liberty.Library
    target: synthesis.Target
    simulator: str  # path
    wire_ff_per_um: float
    columns: dict  # that all rows share: node, library, conditions, source

    @property
    def period_ps(self):
        """Twice the delay target; it only decides when flip-flops see the falling edge."""
        return 2 * self.target.delay_ps


class MappedUnit:
    def __init__(self, setup, unit):
        self._setup, self._unit = setup, unit
        self._module, self._abc_ps = synthesis.synthesise(unit, setup.target)
        self._netlist = Netlist(setup.library, self._module, setup.wire_ff_per_um)

    def measure(self, point):
        """All columns that any table has, by name."""
        stimulus = point.make_stimulus()
        energies = self._simulate(self._netlist, stimulus)
        self._check(point, stimulus, energies)
        row = {**self._setup.columns, **point.columns, **point.also, **self._of_unit()}
        row.update(_of_run(energies))
        row["energy_fj_per_mac"] = energies.total * point.cycles_per_mac
        row["energy_nowire_fj_per_mac"] = ""
        if point.also_without_wires:
            without = Netlist(self._setup.library, self._module, 0.0)
            row["energy_nowire_fj_per_mac"] = self._simulate(without, stimulus).total
        row["functional_errors"] = 0
        return row

    def _simulate(self, netlist, stimulus):
        return gate_model.simulate(netlist, stimulus.inputs, self._setup.period_ps,
                                   self._setup.simulator,
                                   self._setup.target.path(self._unit.name() + "_run"))

    def _check(self, point, stimulus, energies):
        got = energies.words[stimulus.output][stimulus.cycles]
        errors = int(np.sum(got != stimulus.expected))
        if errors != 0:
            raise WrongResult("%s: %d of %d outputs differ from the integer model (%s)" % (
                self._unit.name(), errors, len(got),
                ", ".join("%s %s" % c for c in point.columns.items())))

    def _of_unit(self):
        area = self._netlist.area_um2()
        uses_adders = self._unit.uses_full_adders and self._setup.target.full_adder is not None
        multiply = area.get("u_mul", 0.0) + area.get("u_shadd", 0.0)
        return {"csa_mapping": "full_adder_cell" if uses_adders else "generic_gates",
                "area_um2": sum(area.values()),
                "area_mul_um2": multiply, "area_comb_um2": multiply,
                "area_acc_um2": area.get("u_acc", 0.0),
                "area_reg_um2": sum(a for name, a in area.items() if name.endswith("reg")),
                "cells": len(self._netlist.instances()),
                "leakage_nw": self._netlist.leakage_nw(),
                "critical_path_ps": self._netlist.critical_path_ps,
                "mul_path_abc_ps": self._abc_ps}


def _of_run(energies):
    multiply = energies.of("u_mul", "u_shadd")
    registers = [name for name in energies.by_group if name.endswith("reg")]
    return {"energy_fj_per_cycle": energies.total, "energy_fj_per_op": energies.total,
            "energy_stderr_fj": energies.standard_error,
            "energy_mul_fj": multiply, "energy_comb_fj": multiply,
            "energy_acc_fj": energies.of("u_acc"), "energy_reg_fj": energies.of(*registers),
            "energy_opreg_fj": energies.of("u_wreg", "u_areg"),
            "energy_accreg_fj": energies.of("u_accreg", "u_shreg", "u_oshreg"),
            "energy_input_net_fj": energies.of("in"),
            "toggles_per_cycle": energies.toggles,
            "glitch_toggle_ratio": energies.toggles / max(energies.needed_toggles, 1e-9)}
