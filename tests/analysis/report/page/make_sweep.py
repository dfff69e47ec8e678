# SPDX-License-Identifier: Apache-2.0
"""A plausible dcnsim.sweep/1 of any size, by formulas instead of simulation: for the page's tests."""

import itertools
import json
import random
import sys

CYCLES = ["compute", "fill_drain", "requantize", "bank_conflict", "descriptor", "weight", "input",
          "output", "dram_busy", "refresh"]
TRAFFIC = ["descriptor", "weight", "bias", "input", "output"]
ENERGY = ["multiply", "accumulate", "operand_registers", "accumulator_registers", "edge_registers",
          "shadow_registers", "requantize", "pool_add", "input_buffer", "weight_buffer",
          "output_buffer", "accumulator_buffer", "dram_activate", "dram_read", "dram_write",
          "dram_refresh", "dram_background", "leakage"]
AREA = ["pe_array", "edge_registers", "shadow_registers", "requantizers", "pool_add",
        "input_buffer", "weight_buffer", "output_buffer", "accumulator_buffer"]
# name, million MACs, weights, inputs, outputs
LAYERS = [("conv0", 1.17, 1296, 3072, 43200), ("conv1", 24.88, 27648, 43200, 14400),
          ("conv2", 8.29, 36864, 14400, 14400), ("conv3", 28.9, 147456, 14400, 43264),
          ("conv4", 28.9, 589824, 43264, 43264), ("conv5", 21.23, 589824, 43264, 12544),
          ("conv6", 5.31, 589824, 12544, 256), ("fc", 0.0026, 2560, 256, 10)]
METRICS = [("top1_percent", "%", "higher", "right among the sweep's images"),
           ("loss_points", "points", "lower", "top-1 of the float network minus top1_percent"),
           ("cycles", "cycles", "lower", "from START to the interrupt"),
           ("latency_ms", "ms", "lower", "from START to the interrupt"),
           ("energy_uj", "uJ", "lower", "on chip and DRAM"),
           ("power_mw", "mW", "lower", "energy / latency"),
           ("energy_delay_uj_ms", "uJ ms", "lower", "energy x latency"),
           ("area_mm2", "mm2", "lower", "cells and SRAM on chip"),
           ("traffic_kb", "kB", "lower", "on the memory bus"),
           ("model_kb", "kB", "lower", "packed weights")]
OBJECTIVES = ["energy_uj", "loss_points"]
AXES = {"datapath": ["bit-parallel", "activation-serial", "composable"],
        "array": [[16, 16], [24, 24], [32, 32]],
        "memory": ["lpddr4_3200_x16_6gb", "ddr4_2400_x16_8gb"],
        "weight_buffer": [16384, 32768, 65536],
        "weights": [8, 7, 6, 5, 4, 3],
        "activations": [8, 7, 6, 5, 4, 3]}
SETTINGS = {"datapath": ["array.datapath"], "array": ["array.rows", "array.columns"],
            "memory": ["dram.preset"], "weight_buffer": ["buffers.weight.capacity_bytes"],
            "weights": ["allocation.weights"], "activations": ["allocation.activations"]}


def layers_of(s, width_w, width_a):
    side = s["array.rows"]
    serial = s["array.datapath"] == "activation-serial"
    fused = s["array.datapath"] == "composable"
    layers = []
    for k, (name, macs, weights, inputs, outputs) in enumerate(LAYERS):
        w = min(16, width_w + (1 if k in (0, 7) else 0))
        macs = int(macs * 1e6)
        passes = macs
        if serial:
            passes = macs * width_a // 8
        if fused:
            passes = macs // ((2 if w <= 4 else 1) * (2 if width_a <= 4 else 1))
        compute = passes // side // side + 1
        wait = weights * w // 64
        cycles = [compute, compute // 30, 0, 0, 49, wait // 9, inputs // 90, outputs // 200,
                  wait * 8 // 9, compute // 300]
        traffic = [256, weights * w // 8, 256, inputs * width_a // 8, outputs * width_a // 8]
        scale = (w * width_a / 64) ** (0.6 if serial else 0.8)
        dram = 1.0 if s["dram.preset"].startswith("lp") else 1.5
        buffer = (s["buffers.weight.capacity_bytes"] / 32768) ** 0.4
        moved = sum(traffic)
        energy = [0.28 * macs * scale, 0.69 * macs * scale ** 0.4, 0.16 * macs * scale, 0.46 * macs,
                  0.06 * macs, 0.01 * macs / side, 1.2 * outputs, 0.4 * outputs, 0.057 * macs * scale,
                  0.03 * macs * buffer * w / 8, 1.1 * outputs, 0.21 * macs, 0.9 * moved * dram,
                  66 * moved * dram, 20 * traffic[4] * dram, 28 * sum(cycles) * dram,
                  172 * sum(cycles) * dram, 26 * sum(cycles) * (side / 16) ** 1.7 * buffer]
        layers.append({"bits": [w, width_a if k else 8, width_a], "macs": macs, "mac_passes": passes,
                       "cycles": cycles, "traffic": traffic, "energy_pj": energy})
    return layers


def area_of(s):
    size = s["array.rows"] * s["array.columns"] / 256
    family = {"bit-parallel": 1, "activation-serial": 0.62, "composable": 1.55}[s["array.datapath"]]
    buffer = s["buffers.weight.capacity_bytes"] / 32768
    return [206e3 * size * family, 16.5e3 * size ** 0.5, 27.8e3 * size, 10.3e3 * size ** 0.5, 7e3,
            105e3, 105e3 * buffer, 54e3, 54.9e3 * size ** 0.5]


def provenance():
    return [{"component": c, "table": "mac_subword.csv" if k < 8 else "sram.csv" if k < 12 else "dram.csv",
             "sha256": f"{k // 4:064x}", "conditions": "45 nm, nangate45, 1.1 V, 25 C",
             "error_bar": "/2.5 .. x1.3", "note": "unsigned activations charged as signed ones",
             "extrapolated": c == "leakage"} for k, c in enumerate(ENERGY)]


def dominates(a, b):
    return all(x <= y for x, y in zip(a, b)) and any(x < y for x, y in zip(a, b))


def sensitivity(points, axes):
    entries = []
    done = [p for p in points if p["status"] == "done"]
    for name in [*OBJECTIVES, "area_mm2"]:
        values = [p["metrics"][name] for p in done]
        mean = sum(values) / max(1, len(values))
        variance = sum((v - mean) ** 2 for v in values)
        shares = []
        for axis in axes:
            means, explained = [], 0
            for position in axis["values"]:
                own = [p["metrics"][name] for p in done
                       if [p["settings"][s] for s in axis["settings"]] == position]
                means.append(sum(own) / len(own) if own else None)
                explained += len(own) * (means[-1] - mean) ** 2 if own else 0
            shares.append({"axis": axis["name"], "share": explained / variance if variance else 0,
                           "means": means})
        entries.append({"metric": name, "axes": shares})
    return entries


def make_sweep(count, seed=1):
    rng = random.Random(seed)
    values = {name: list(v) for name, v in AXES.items()}
    product = 1
    for v in values.values():
        product *= len(v)
    while product < count:  # more buffer sizes until there are points enough
        last = values["weight_buffer"][-1]
        product = product // len(values["weight_buffer"]) * (len(values["weight_buffer"]) + 1)
        values["weight_buffer"].append(last + 32768)
    axes = [{"name": name, "settings": SETTINGS[name],
             "values": [v if isinstance(v, list) else [v] for v in values[name]]} for name in values]
    combinations = list(itertools.product(*[axis["values"] for axis in axes]))
    chosen = sorted(rng.sample(range(len(combinations)), count))
    machines, machine_index, points = [], {}, []
    for i, k in enumerate(chosen):
        s = {}
        for axis, position in zip(axes, combinations[k]):
            s.update(zip(axis["settings"], position))
        hardware = (s["array.datapath"], s["array.rows"], s["dram.preset"],
                    s["buffers.weight.capacity_bytes"])
        if hardware not in machine_index:
            machine_index[hardware] = len(machines)
            machines.append({"yaml": f"name: machine{len(machines)}\narray:\n  rows: {hardware[1]}\n",
                             "name": f"machine{len(machines)}", "rows": hardware[1],
                             "columns": hardware[1], "clock_mhz": 200, "bus_bytes": 8,
                             "dram_peak_bytes_per_s": 6.4e9, "area_um2": area_of(s),
                             "provenance": provenance(), "extrapolated": True})
        point = {"id": i, "settings": s, "status": "done", "reason": None, "metrics": {},
                 "feasible": False, "violates": [], "front": False, "dominated_by": None,
                 "network": 0, "machine": machine_index[hardware], "layers": []}
        points.append(point)
        if rng.random() < 0.02:
            point.update(status="failed", reason="machine.yaml: buffers.weight: a chunk of 4608 steps "
                         "does not fit 16384 bytes")
            point["metrics"] = {name: None for name, *_ in METRICS}
            continue
        w, a = s["allocation.weights"], s["allocation.activations"]
        point["layers"] = layers_of(s, w, a)
        cycles = sum(sum(layer["cycles"]) for layer in point["layers"])
        energy = sum(sum(layer["energy_pj"]) for layer in point["layers"]) * 1e-6
        loss = round(90 * (2.2 ** -(w - 1) * 0.8 + 2.6 ** -(a - 1)) + rng.uniform(-0.3, 0.3), 1)
        ms = cycles / 200e3
        point["metrics"] = {
            "top1_percent": round(93.9 - loss, 1), "loss_points": loss, "cycles": cycles,
            "latency_ms": ms, "energy_uj": energy, "power_mw": energy / ms,
            "energy_delay_uj_ms": energy * ms,
            "area_mm2": sum(machines[point["machine"]]["area_um2"]) * 1e-6,
            "traffic_kb": sum(sum(layer["traffic"]) for layer in point["layers"]) / 1e3,
            "model_kb": sum(x[2] * layer["bits"][0] for x, layer in zip(LAYERS, point["layers"])) / 8e3}
        point["feasible"] = point["metrics"]["area_mm2"] <= 1.2
        point["violates"] = [] if point["feasible"] else ["area_mm2"]
    feasible = [p for p in points if p["feasible"]]
    key = lambda p: [p["metrics"][m] for m in OBJECTIVES]
    front = []
    for p in sorted(feasible, key=key):
        if not any(dominates(key(f), key(p)) for f in front):
            front.append(p)
            p["front"] = True
    for p in points:
        if p["status"] == "done" and not p["front"]:
            by = next((f for f in front if dominates(key(f), key(p))), None)
            p["dominated_by"] = by["id"] if by else None
    return {
        "schema": "dcnsim.sweep/1", "version": "0.1.0", "name": "datapaths under 1.2 mm2",
        "spec_yaml": "name: datapaths under 1.2 mm2\nobjectives: [energy_uj, loss_points]\n",
        "inputs": [{"role": "network", "path": "cifar10_plain7.onnx", "sha256": "1b" * 32}],
        "axes": axes,
        "metrics": [dict(zip(("name", "unit", "better", "meaning"), m)) for m in METRICS],
        "objectives": OBJECTIVES, "constraints": [{"metric": "area_mm2", "at_most": 1.2}],
        "networks": [{"name": "cifar10_plain7",
                      "layers": [{"name": x[0], "kind": "conv"} for x in LAYERS]}],
        "components": {"cycles": CYCLES, "traffic": TRAFFIC, "energy": ENERGY, "area": AREA},
        "machines": machines, "points": points,
        "analysis": {"front": [p["id"] for p in front], "best": front[0]["id"] if front else None,
                     "images": 1000, "sensitivity": sensitivity(points, axes)}}


if __name__ == "__main__":
    json.dump(make_sweep(int(sys.argv[1])), sys.stdout)
