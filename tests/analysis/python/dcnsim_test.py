#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The Python module against files that the command writes, and these against their JSON Schemas.
DCNSIM_COMMAND: the command. Exit status 77: pandas or jsonschema is missing."""
import csv
import json
import os
import random
import struct
import sys
import tempfile
import unittest

try:
    import jsonschema
    import pandas
except ImportError as missing:
    print("skipped: %s; Debian has python3-pandas and python3-jsonschema" % missing)
    sys.exit(77)

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "analysis/python"))
import dcnsim  # noqa: E402

SCHEMAS = {
    "dcnsim.run/1": "analysis/report/run_schema.json",
    "dcnsim.map/1": "analysis/report/map_schema.json",
    "dcnsim.quantize/1": "analysis/report/quantize_schema.json",
    "dcnsim.allocate/1": "analysis/report/allocation_schema.json",
    "dcnsim.finetune/1": "analysis/report/finetune_schema.json",
    "dcnsim.sweep/1": "analysis/sweep/sweep_schema.json",
    "dcnsim.job/1": "platform/compiler/job_schema.json",
}
SWEEP = """
network: net.onnx
calibration: images.npy
images: images.npy
labels: labels.txt
axes:
  - array.rows: [4, 8]
  - accumulator.buffer_bytes: [8, 16KiB]
allocations:
  - equal: {weights: [3, 5], activations: 8}
"""


def schema(name):
    with open(os.path.join(ROOT, SCHEMAS[name])) as file:
        return json.load(file)


class Module(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="dcnsim_python_")
        os.chdir(cls.folder.name)
        os.environ["XDG_CACHE_HOME"] = cls.folder.name
        with open(os.path.join(ROOT, "tests/fuzz/corpus/network/f3.onnx"), "rb") as file:
            network = file.read()
        header = "{'descr': '|u1', 'fortran_order': False, 'shape': (20, 1, 4, 4), }".ljust(117) + "\n"
        files = {"net.onnx": network, "labels.txt": b"0\n1\n" * 10, "s.yaml": SWEEP.encode(),
                 "images.npy": b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() +
                               random.Random(1).randbytes(20 * 16)}
        for name, content in files.items():
            with open(name, "wb") as file:
                file.write(content)
        cls.images = {"calibration": "images.npy", "images": "images.npy", "labels": "labels.txt"}

    @classmethod
    def tearDownClass(cls):
        os.chdir("/")
        cls.folder.cleanup()

    def holds(self, result):
        """Its schema."""
        jsonschema.Draft202012Validator(schema(result["schema"])).validate(result)
        return result

    def test_a_run_is_what_the_command_writes(self):
        result = self.holds(dcnsim.run("net.onnx", weights=4, **self.images))
        dcnsim.command("run", "net.onnx", weights=4, json="run.json", csv="layers.csv", **self.images)
        with open("run.json") as file:
            self.assertEqual(result, json.load(file))
        # The table of the command is that of the module, without lists.
        table = dcnsim.layers(result)
        with open("layers.csv", newline="") as file:
            header, *rows = csv.reader(file)
        self.assertEqual(set(header) - set(table.columns), set())
        for name in set(table.columns) - set(header):
            self.assertRegex(name, r"what_if|limited_by\.limits")
        self.assertEqual(len(rows), len(result["layers"]))
        for row, layer in zip(rows, result["layers"]):
            self.assertEqual(row[header.index("name")], layer["name"])
            self.assertEqual(int(row[header.index("latency.cycles")]), layer["latency"]["cycles"])
            self.assertEqual(float(row[header.index("energy.by_component.multiply")]),
                             layer["energy"]["by_component"]["multiply"])
            self.assertEqual(row[header.index("weight_bits")], str(layer["weight_bits"] or ""))
        self.assertEqual(table["latency.cycles"].sum(), result["latency"]["cycles"])

    def test_results_of_every_command_hold_their_schemas(self):
        self.holds(dcnsim.run("net.onnx", calibration="images.npy", no_images=True, what_if="none"))
        self.holds(dcnsim.quantize("net.onnx", "q.onnx", measure=True, **self.images))
        self.holds(dcnsim.map("q.onnx"))
        self.holds(dcnsim.map("q.onnx", what_if="none", accelerator="bit_fusion"))
        self.holds(dcnsim.allocate("net.onnx", curve="curve.csv", **self.images))
        self.holds(dcnsim.allocate("net.onnx", calibration="images.npy"))
        self.holds(dcnsim.call("compile", "q.onnx", output="job.bin"))

    def test_a_run_knows_the_tensors_that_it_quantized(self):
        measured = dcnsim.quantize("net.onnx", "q4.onnx", measure=True, weights=4, **self.images)["tensors"]
        tensors = self.holds(dcnsim.run("net.onnx", weights=4, **self.images))["tensors"]
        self.assertGreater(len(tensors), 0)
        self.assertEqual(tensors, [{field: m[field] for field in tensors[0]} for m in measured])
        self.assertIn("s4.", "".join(t["format"] for t in tensors))
        for fixed in (dcnsim.run("q4.onnx", images="images.npy", labels="labels.txt"),
                      dcnsim.run("net.onnx", calibration="images.npy", no_images=True)):
            self.assertIsNone(self.holds(fixed)["tensors"])
        run, quantize = (schema(f"dcnsim.{name}/1")["properties"]["tensors"]["items"]["properties"]
                         for name in ("run", "quantize"))
        self.assertEqual(run, {field: quantize[field] for field in run})

    def test_points_of_a_sweep_are_a_table(self):
        dcnsim.command("sweep", "s.yaml", store="s.sqlite")
        table = dcnsim.points("s.sqlite")
        export = self.holds(json.loads(dcnsim.command("sweep", "export", "s.sqlite", json="-")))
        self.assertEqual(len(table), 8)
        self.assertEqual(list(table["status"]), [p["status"] for p in export["points"]])
        done = [p for p in export["points"] if p["status"] == "done"]
        self.assertEqual(list(table["energy_uj"].dropna()), [p["metrics"]["energy_uj"] for p in done])

    def test_refusals_are_exceptions_in_the_words_of_the_command(self):
        with self.assertRaisesRegex(dcnsim.Error, "nosuch.onnx: cannot be") as refused:
            dcnsim.run("nosuch.onnx")
        self.assertEqual(refused.exception.status, 1)
        with self.assertRaisesRegex(dcnsim.Error, "no such option") as refused:
            dcnsim.run(colour="red")
        self.assertEqual(refused.exception.status, 2)

    def test_schemas_are_schemas_and_refuse_what_is_damaged(self):
        for name in SCHEMAS:
            jsonschema.Draft202012Validator.check_schema(schema(name))
        result = dcnsim.map("net.onnx", calibration="images.npy")
        for spoil in (lambda r: r.pop("layers"), lambda r: r.update(schema="dcnsim.map/2"),
                      lambda r: r["layers"][0].update(name=1)):
            damaged = json.loads(json.dumps(result))
            spoil(damaged)
            with self.assertRaises(jsonschema.ValidationError):
                self.holds(damaged) if damaged["schema"] in SCHEMAS else jsonschema.validate(
                    damaged, schema("dcnsim.map/1"))


if __name__ == "__main__":
    unittest.main()
