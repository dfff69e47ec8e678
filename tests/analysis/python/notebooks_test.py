#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The notebooks run from their first cell to their last, and are kept without outputs. Their own assertions check figures.
DCNSIM_COMMAND: the command. Exit status 77: jupyter-nbconvert or ipykernel is missing."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import ipykernel  # noqa: F401
    import nbconvert  # noqa: F401
    import pandas  # noqa: F401
except ImportError as missing:
    print("skipped: %s; Debian has jupyter-nbconvert, python3-ipykernel, python3-pandas" % missing)
    sys.exit(77)

MODULE = pathlib.Path(__file__).resolve().parents[3] / "analysis/python"
NOTEBOOKS = sorted((MODULE / "notebooks").glob("*.ipynb"))


def executed(notebook):
    """The notebook with its outputs; it may write where it runs, and reads no cache but its own."""
    with tempfile.TemporaryDirectory(prefix="dcnsim_notebook_") as folder:
        environment = {**os.environ, "PYTHONPATH": str(MODULE), "XDG_CACHE_HOME": folder,
                       "IPYTHONDIR": folder, "JUPYTER_CONFIG_DIR": folder, "TMPDIR": folder}
        done = subprocess.run(
            ["/usr/bin/jupyter-nbconvert", "--to", "notebook", "--execute", "--stdout",
             "--ExecutePreprocessor.timeout=300", notebook],
            cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise AssertionError("%s\n%s" % (notebook.name, done.stderr[-3000:]))
    return json.loads(done.stdout)


class Notebooks(unittest.TestCase):
    def test_there_are_three(self):
        self.assertEqual([n.stem for n in NOTEBOOKS], ["one_machine", "paper", "sweep"])

    def test_they_are_kept_without_outputs(self):
        for notebook in NOTEBOOKS:
            for cell in json.loads(notebook.read_text())["cells"]:
                self.assertEqual(cell.get("outputs", []), [], notebook.name)
                self.assertIsNone(cell.get("execution_count"), notebook.name)

    def test_every_cell_runs(self):
        for notebook in NOTEBOOKS:
            with self.subTest(notebook.stem):
                cells = [c for c in executed(notebook)["cells"] if c["cell_type"] == "code"]
                for cell in cells:
                    self.assertNotEqual(cell["outputs"], [], "".join(cell["source"]))


if __name__ == "__main__":
    unittest.main()
