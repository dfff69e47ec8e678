# SPDX-License-Identifier: Apache-2.0
"""Report pages in a real browser: they draw, filter, compare and print, ask for nothing, say nothing.

browser_test.py DCNSIM SOURCES PICTURES CHROMIUM CHROMEDRIVER
browser_test.py DCNSIM SOURCES PICTURES FIREFOX
Screenshots are left in PICTURES.
"""

import copy
import functools
import json
import pathlib
import random
import re
import struct
import subprocess
import sys
import unittest
import xml.etree.ElementTree

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser import Chromium
from firefox import Firefox
from make_sweep import make_sweep

DCNSIM, SOURCES, PICTURES, *BROWSER = (pathlib.Path(p) for p in sys.argv[1:])
HOSTILE = "</script><img src=x onerror=\"window.hacked=1\">'&{{data}}\u2028"
RUN_CHARTS = ["cycles", "energy", "bits", "traffic", "roofline", "stalls", "area"]

# Texts that stick out of their chart, and marks at no place.
DRAWING_FAULTS = """
return [...document.querySelectorAll('svg')].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  const out = [...svg.querySelectorAll('text')].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.width > 0 && (box.left < frame.left - 1 || box.right > frame.right + 1 ||
      box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
  }).map((text) => `sticks out: ${text.textContent}`);
  return /NaN|undefined|Infinity/.test(svg.outerHTML) ? [...out, 'NaN in a chart'] : out;
});"""


def dcnsim(*arguments):
    subprocess.run([DCNSIM, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def simulated(name, *arguments):
    path = PICTURES / f"{name}.json"
    dcnsim("run", "--limit", 5, "--json", path, *arguments)
    return path


@functools.lru_cache
def quantized():
    result, few = PICTURES / "quantize.json", PICTURES / "few.bin"
    few.write_bytes((SOURCES / "workloads/cifar10/calibration_500.bin").read_bytes()[:20 * 3073])
    dcnsim("quantize", "cifar10_plain7", "-w", 4, "-a", 5, "--calibration", few, "--json", result,
           "-o", PICTURES / "quantized.onnx")
    return result


@functools.lru_cache
def allocated():
    """A tiny network on random images, with the curves of all rules."""
    result, images, labels = (PICTURES / n for n in ("allocation.json", "images.npy", "labels.txt"))
    header = "{'descr': '|u1', 'fortran_order': False, 'shape': (20, 1, 4, 4), }".ljust(117) + "\n"
    images.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() +
                       random.Random(1).randbytes(20 * 16))
    labels.write_text("0\n1\n" * 10)
    dcnsim("allocate", SOURCES / "tests/fuzz/corpus/network/f3.onnx", "--calibration", images,
           "--images", images, "--labels", labels, "--json", result, "--curve", PICTURES / "curve.csv")
    return result


def written(name, result):
    path = PICTURES / f"{name}.json"
    path.write_text(json.dumps(result))
    return path


def page_of(name, *results):
    page = PICTURES / f"{name}.html"
    dcnsim("report", *results, "-o", page)
    return page


def front_of(points):
    """Energy and loss, of feasible points."""
    key = lambda p: (p["metrics"]["energy_uj"], p["metrics"]["loss_points"])
    done = [p for p in points if p["status"] == "done" and p["feasible"]]
    return [p for p in done if not any(
        key(q)[0] <= key(p)[0] and key(q)[1] <= key(p)[1] and key(q) != key(p) for q in done)]


def renamed(value):
    """Every text of a result made hostile where its meaning allows it."""
    kept = {"schema", "better", "status", "metric", "axis", "role", "kind", "cause", "bound",
            "accelerator_yaml", "transport"}
    if isinstance(value, dict):
        return {k: v if k in kept else renamed(v) for k, v in value.items()}
    if isinstance(value, list):
        return [renamed(v) for v in value]
    return value + HOSTILE if isinstance(value, str) else value


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        PICTURES.mkdir(parents=True, exist_ok=True)
        cls.browser = (Chromium if len(BROWSER) == 2 else Firefox)(*map(str, BROWSER), PICTURES)
        cls.run_result = simulated("small_edge")
        cls.other_result = simulated("large_edge", "--accelerator", "large_edge", "-w", 4, "-a", 6)
        cls.sweep = make_sweep(50)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()

    def open(self, page):
        seconds = self.browser.open(page)
        self.assertEqual(self.browser.requests(), [page.as_uri()])
        self.assertEqual(self.browser.complaints(), [])
        return seconds

    def all(self, selector):
        return self.browser.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.browser.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        return [element.text for element in self.all(selector)]

    def status(self):
        return self.one(".status").text

    def shown(self):
        return int(re.match(r"([\d,]+) of", self.status())[1].replace(",", ""))

    def press(self, element):
        self.browser.run("arguments[0].click()", element)
        self.browser.settle()

    def box(self, text):
        return self.browser.run(
            "return [...document.querySelectorAll('.check')].find((label) =>"
            " label.textContent === arguments[0]).firstChild", text)

    def expect_terms_listed(self):
        """What is a term has its meaning at the page's end, as GLOSSARY.md has it."""
        glossary = re.sub(r"`| \(\[[^]]*\]\([^)]*\)\)", "", (SOURCES / "GLOSSARY.md").read_text())
        listed = self.texts(".word-list dd")
        self.assertGreater(len(listed), 5)
        self.assertEqual([text for text in listed if f" | {text} |" not in glossary], [])
        described = self.browser.run(
            "return [...document.querySelectorAll('[data-word]')].map((term) =>"
            " document.getElementById(term.getAttribute('aria-describedby')).textContent)")
        self.assertEqual(set(described), set(listed))

    def expect_well_drawn(self):
        self.expect_terms_listed()
        for width in (1440, 420):
            self.browser.size(width)
            self.browser.settle()
            self.assertEqual(self.browser.run(DRAWING_FAULTS), [], width)
            self.assertLessEqual(
                self.browser.run("return document.documentElement.scrollWidth"), width)

    def keep(self, name):
        self.browser.picture(name)
        self.browser.picture(f"{name}_dark", scheme="dark")
        self.browser.picture(f"{name}_narrow", width=420)
        self.browser.look("light")
        pdf = self.browser.print(name)
        self.assertTrue(pdf.startswith(b"%PDF"))
        self.assertGreater(len(pdf), 10_000)
        self.assertEqual(self.browser.complaints(), [])

    def test_a_run_shows_every_chart(self):
        self.open(page_of("run", self.run_result))
        layers = json.loads(self.run_result.read_text())["layers"]
        for chart in RUN_CHARTS:
            self.assertEqual(len(self.all(f"#chart-{chart} svg")), 1, chart)
        for chart in ("cycles", "energy", "bits", "traffic"):
            self.assertEqual(len(self.all(f"#chart-{chart} svg .layer")), len(layers), chart)
        macs = [layer for layer in layers if layer["macs"] > 0]
        self.assertEqual(len(self.all("#chart-roofline .mark")), len(macs))
        self.assertEqual(sorted(self.texts("#chart-roofline .point-name")),
                         sorted(layer["name"] for layer in macs))
        self.assertIn("cifar10_plain7_float on small_edge", self.one("h1").text)
        self.expect_well_drawn()
        self.keep("run")

    def test_what_is_cut_is_shaded_and_paper_has_all(self):
        self.open(page_of("run", self.run_result))
        self.browser.size(390)
        self.browser.settle()
        cut = [box for box in self.all(".scroll") if self.browser.run(
            "return arguments[0].scrollWidth > arguments[0].clientWidth", box)]
        self.assertGreater(len(cut), 0)
        for box in cut:
            self.assertIn("gradient", self.browser.run(
                "return getComputedStyle(arguments[0]).backgroundImage", box))
        folded = "return [...document.querySelectorAll('details.text')].map((d) => d.open)"
        self.assertEqual(self.browser.run(folded), [False])
        self.browser.run("dispatchEvent(new Event('beforeprint'))")
        self.assertEqual(self.browser.run(folded), [True])
        self.browser.run("dispatchEvent(new Event('afterprint'))")
        self.assertEqual(self.browser.run(folded), [False])

    def test_a_term_is_explained_where_it_stands(self):
        sweep = copy.deepcopy(self.sweep)
        # Names in results are no terms, however they are called.
        sweep["name"] = sweep["networks"][0]["name"] = sweep["machines"][0]["name"] = "roofline"
        old, sweep["axes"][0]["name"] = sweep["axes"][0]["name"], "Pareto front"
        for metric in sweep["analysis"]["sensitivity"]:
            for axis in metric["axes"]:
                axis["axis"] = "Pareto front" if axis["axis"] == old else axis["axis"]
        sweep["metrics"][0]["word"] = "quantum"
        self.open(page_of("words", written("words", sweep)))
        self.expect_terms_listed()
        terms = self.browser.run("return [...document.querySelectorAll('[data-word]')]"
                                 ".map((term) => [term.textContent, term.dataset.word])")
        self.assertEqual([term for term in terms if term[0] in ("roofline", "Pareto front")], [])
        self.assertIn("Pareto front", self.one("#front-table thead").text)
        self.assertIn(["front of the points shown", "Pareto front"], terms)
        term = self.one(".plot .legend li:last-child dfn")
        tip = self.one("#word-tip")
        for event in ("focusin", "pointerover"):
            self.browser.run("arguments[0].dispatchEvent(new Event(arguments[1], {bubbles: true}))",
                             term, event)
            self.assertIn("nowhere worse and somewhere better", tip.text)
            box = self.browser.run("return arguments[0].getBoundingClientRect().toJSON()", tip)
            self.assertTrue(0 <= box["left"] and box["right"] <= 1440 and 0 <= box["top"], box)
            self.one("body").send_keys(Keys.ESCAPE)
            self.assertFalse(tip.is_displayed())

    def test_a_chart_changes_its_scale_and_shows_its_table(self):
        self.open(page_of("run", self.run_result))
        figure = self.one("#chart-cycles")
        self.press(figure.find_elements(By.CSS_SELECTOR, ".switch button")[1])
        self.assertIn("100 %", figure.text)
        self.press(figure.find_element(By.CSS_SELECTOR, "summary"))
        rows = figure.find_elements(By.CSS_SELECTOR, "tbody tr")
        self.assertEqual(len(rows), len(json.loads(self.run_result.read_text())["layers"]))
        self.assertEqual(self.browser.complaints(), [])

    def test_a_chart_is_saved_as_a_picture(self):
        self.open(page_of("run", self.run_result))
        self.browser.look("dark")
        self.browser.run("URL.createObjectURL = (blob) => {"
                         "  blob.text().then((text) => { window.saved = text; }); return '#'; }")
        self.press(self.one("#chart-cycles .save"))
        self.browser.look("light")
        picture = xml.etree.ElementTree.fromstring(self.browser.run("return window.saved"))
        texts = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
        for text in ("Cycles by cause", "computing", "conv0"):
            self.assertIn(text, texts)
        self.assertEqual(picture[0].get("fill"), "#ffffff")
        for element in picture.iter():
            self.assertNotIn("var(", " ".join(element.attrib.values()))
            self.assertFalse({"class", "style"} & set(element.keys()))
        # The page shows what it showed.
        self.assertEqual(len(self.all("#chart-cycles svg")), 1)
        self.assertEqual(self.browser.complaints(), [])

    def test_a_comparison_shows_both_and_their_differences(self):
        self.open(page_of("comparison", self.run_result, self.other_result))
        results = [json.loads(p.read_text()) for p in (self.run_result, self.other_result)]
        layers = results[0]["layers"]
        for chart in [*RUN_CHARTS, "change-cycles-B", "change-energy-B"]:
            self.assertEqual(len(self.all(f"#chart-{chart} svg")), 1, chart)
        self.assertEqual(len(self.all("#chart-cycles .amount")), 2 * len(layers))
        change = results[1]["latency"]["cycles"] - results[0]["latency"]["cycles"]
        self.assertIn(f"{change:,}".replace("-", "\u2212"), self.one("table").text)
        accuracy = next(row.text for row in self.all("table tr") if "Top-1" in row.text)
        self.assertRegex(accuracy, "better|worse|unsure")
        self.assertIn("McNemar", self.one("#content").text)
        self.expect_well_drawn()
        self.keep("comparison")

    def test_three_results_are_compared_with_the_first(self):
        self.open(page_of("three", self.run_result, self.other_result, self.run_result))
        first, other = (json.loads(p.read_text()) for p in (self.run_result, self.other_result))
        for chart in [*RUN_CHARTS, *(f"change-{figure}-{tag}" for figure in ("cycles", "energy")
                                     for tag in "BC")]:
            self.assertEqual(len(self.all(f"#chart-{chart} svg")), 1, chart)
        self.assertEqual(len(self.all("#chart-cycles .amount")), 3 * len(first["layers"]))
        self.assertEqual(len(self.all("#content .card")), 3)
        cells = next([cell.text for cell in row.find_elements(By.CSS_SELECTOR, "th, td")]
                     for row in self.all("table tr") if row.text.startswith("Cycles"))
        a, b = (f"{result['latency']['cycles']:,}" for result in (first, other))
        self.assertEqual([cells[k] for k in (1, 2, 5)], [a, b, a])
        self.assertEqual(cells[6], "0")
        self.expect_well_drawn()
        self.keep("three")

    def test_a_quantization_shows_ranges_and_clipping(self):
        result = quantized()
        tensors = json.loads(result.read_text())["tensors"]
        self.open(page_of("quantize", result))
        self.assertEqual(len(self.all("#chart-ranges .tensor-range")), len(tensors))
        self.assertEqual(len(self.all(".histograms svg")), len(tensors))
        clipped = [t for t in tensors if max(-t["values"]["low"], t["values"]["high"]) >
                   max(-t["range"]["low"], t["range"]["high"])]
        self.assertEqual(len(self.all("#chart-ranges .clipped")), len(clipped))
        outside = [t for t in tensors if t["values"]["beyond_share"] > 0]
        self.assertEqual(len([f for f in self.all(".histograms figure")
                              if f.find_elements(By.CSS_SELECTOR, ".bin.clipped")]), len(outside))
        self.assertTrue(0 < len(clipped) <= len(outside))
        self.expect_well_drawn()
        self.keep("quantize")

    def test_an_allocation_shows_its_curve_and_reasons(self):
        result = allocated()
        allocation = json.loads(result.read_text())
        self.open(page_of("allocation", result))
        marks = len(allocation["curve"]) + len(allocation["equal_widths"]) + 1
        self.assertEqual(len(self.all("#chart-trade-off .mark")), marks)
        self.assertEqual(len(self.all("#chart-trade-off .whisker")), marks)
        for line in self.all("#chart-trade-off .curve-line"):  # from the left, however it was made
            places = [float(x) for x in re.findall(r"[ML](-?[\d.]+),", line.get_attribute("d"))]
            self.assertEqual(places, sorted(places))
        self.press(self.all("#chart-trade-off .switch button")[1])
        self.assertIn("energy of an image", self.one("#chart-trade-off svg").text)
        self.assertIn("one bit less saves", self.one("#content").text)
        self.expect_well_drawn()
        self.keep("allocation")

    def test_a_sweep_is_filtered(self):
        self.open(page_of("sweep", written("sweep_50", self.sweep)))
        done = [p for p in self.sweep["points"] if p["status"] == "done"]
        self.assertEqual(self.shown(), len(done))
        best = next(p for p in done if p["id"] == self.sweep["analysis"]["best"])
        for axis in self.sweep["axes"]:  # numbers with what they are of
            value = str(best["settings"][axis["settings"][0]])
            if len(axis["values"]) > 1 and value.isdigit():
                self.assertIn(f"{axis['name']} {value}", self.one("section .note").text)
        self.assertEqual(len(self.all("#front-table tbody tr")), len(front_of(done)))
        self.press(self.box("composable"))
        left = [p for p in done if p["settings"]["array.datapath"] != "composable"]
        self.assertEqual(self.shown(), len(left))
        self.assertEqual(len(self.all("#front-table tbody tr")), len(front_of(left)))
        self.assertEqual(len(self.all(".front-points circle")), len(front_of(left)))
        self.press(self.box("Feasible points only"))
        self.assertEqual(self.shown(), len([p for p in left if p["feasible"]]))
        self.press(self.one("#reset"))
        self.assertEqual(self.shown(), len(done))
        energies = sorted(p["metrics"]["energy_uj"] for p in done)
        low = self.one("input[aria-label='Energy, µJ, at least']")
        low.send_keys(str(energies[20] - 1e-6), Keys.TAB)
        self.browser.settle()
        self.assertEqual(self.shown(), len(done) - 20)
        self.assertEqual(self.browser.complaints(), [])

    def test_the_view_of_a_sweep_is_in_the_address(self):
        page = page_of("sweep", written("sweep_50", self.sweep))
        self.open(page)
        self.assertNotIn("#", self.browser.driver.current_url)
        self.press(self.box("composable"))
        self.press(self.box("Feasible points only"))
        self.browser.run("const s = document.querySelectorAll('.plot select')[0];"
                         "s.value = 'area_mm2'; s.dispatchEvent(new Event('change'));")
        low = self.one("input[aria-label='Energy, µJ, at least']")
        energies = sorted(p["metrics"]["energy_uj"] for p in self.sweep["points"]
                          if p["status"] == "done")
        low.send_keys(str(energies[5] - 1e-6), Keys.TAB)
        self.press(self.all("button.point")[2])
        self.browser.settle()
        shown, chosen = self.shown(), self.texts("#cards h3")
        address = self.browser.driver.current_url
        self.open(page)
        self.assertNotEqual(self.shown(), shown)
        self.browser.driver.get("about:blank")
        self.browser.driver.get(address)
        self.browser.settle()
        self.assertEqual(self.shown(), shown)
        self.assertEqual(self.texts("#cards h3"), chosen)
        self.assertFalse(self.box("composable").is_selected())
        self.assertIn("Area", self.one(".scatter svg").get_attribute("aria-label"))
        self.browser.driver.get("about:blank")
        self.browser.driver.get(page.as_uri() + "#x=no&point=99999&without=[1&range=[]&without=[[]]")
        self.browser.settle()
        self.assertEqual(self.shown(), len([p for p in self.sweep["points"] if p["status"] == "done"]))
        self.assertEqual(self.browser.complaints(), [])

    def test_points_are_lines_through_their_settings_and_figures(self):
        self.open(page_of("sweep", written("sweep_50", self.sweep)))
        done = [p for p in self.sweep["points"] if p["status"] == "done"]
        svg = self.one("#chart-parallel svg")
        front = front_of(done)
        self.assertEqual(len(self.all(".front-line")), len(front))
        self.assertEqual(self.one(".parallel .others").get_attribute("d").count("M"),
                         len(done) - len(front))
        self.assertEqual(len(self.all(".parallel .chosen")), 1)
        # On the row of energies, which differ, the last line of the front.
        before = self.texts("#cards h3")
        self.browser.run(
            "const [svg] = arguments, line = [...document.querySelectorAll('.front-line')].pop(),"
            " box = svg.getBoundingClientRect(), row = line.getAttribute('d').split('L').slice(-2)[0],"
            " [x, y] = row.split(',').map(Number);"
            "svg.dispatchEvent(new MouseEvent('click',"
            " {clientX: box.left + x, clientY: box.top + y, bubbles: true}));", svg)
        self.browser.settle()
        self.assertNotEqual(self.texts("#cards h3"), before)
        self.press(self.box("composable"))
        left = front_of([p for p in done if p["settings"]["array.datapath"] != "composable"])
        self.assertEqual(len(self.all(".front-line")), len(left))
        self.assertEqual(self.browser.complaints(), [])

    def test_the_store_of_a_sweep_is_a_page(self):
        spec, store = PICTURES / "study.yaml", PICTURES / "study.sqlite"
        spec.write_text("calibration_limit: 10\nimage_limit: 10\n"
                        "allocations: [{equal: [4, 8]}]\n"
                        "axes: [{dma.bus_bytes: [4, 8]}, {array.rows: [8, 16]}]\n")
        store.unlink(missing_ok=True)
        dcnsim("sweep", spec, "--store", store, "--no-cache")
        dcnsim("sweep", "export", store, "--json", PICTURES / "study.json")
        result = json.loads((PICTURES / "study.json").read_text())
        self.open(page_of("study", store))
        self.assertEqual(self.shown(), 8)
        self.assertEqual(len(self.all("#front-table tbody tr")), len(result["analysis"]["front"]))
        for chart in RUN_CHARTS:
            self.assertEqual(len(self.all(f"#chart-{chart} svg")), 1, chart)
        best = result["points"][result["analysis"]["best"]]
        self.assertIn(f"Point {best['id']}", self.one("body").text)
        self.expect_well_drawn()
        self.keep("study")

    def test_a_sweep_without_points_left_says_so(self):
        self.open(page_of("sweep", written("sweep_50", self.sweep)))
        self.press(self.one("button[aria-label='None of weights']"))
        self.assertEqual(self.shown(), 0)
        self.assertEqual(self.browser.run(DRAWING_FAULTS), [])
        self.assertEqual(self.browser.complaints(), [])

    def test_axes_change_and_constraints_are_drawn(self):
        self.open(page_of("sweep", written("sweep_50", self.sweep)))
        self.assertEqual(self.all(".constraint"), [])
        self.browser.run("const s = document.querySelectorAll('.plot select')[0];"
                         "s.value = 'area_mm2'; s.dispatchEvent(new Event('change'));")
        self.press(self.all(".plot .check input")[1])
        self.assertEqual(len(self.all(".constraint")), 1)
        self.assertIn("Area", self.one(".scatter svg").get_attribute("aria-label"))
        self.assertEqual(self.browser.run(DRAWING_FAULTS), [])
        self.browser.picture("sweep_area")
        self.assertEqual(self.browser.complaints(), [])

    def test_points_are_selected_by_keyboard_and_compared(self):
        self.open(page_of("sweep", written("sweep_50", self.sweep)))
        self.assertEqual(len(self.all("#selection svg")), len(RUN_CHARTS))
        svg = self.one(".scatter svg")
        self.browser.run("arguments[0].focus()", svg)
        svg.send_keys("p", Keys.ARROW_DOWN, Keys.ARROW_RIGHT)
        chosen = re.match(r"Point (\d+)", self.status())[1]
        svg.send_keys(Keys.ENTER)
        self.browser.settle()
        self.assertEqual(len(self.all("#cards .card")), 2)
        self.assertIn(f"Point {chosen}", self.texts("#cards h3")[1])
        self.assertEqual(len(self.all("#selection svg")), len(RUN_CHARTS) + 2)
        self.expect_well_drawn()
        self.keep("sweep")

    def test_points_are_selected_from_the_table_and_with_the_mouse(self):
        self.open(page_of("sweep", written("sweep_50", self.sweep)))
        button = self.all("button.point")[2]
        chosen = button.text
        self.press(button)
        self.assertEqual(self.texts("#cards h3")[0], f"Point {chosen}")
        point = next(p for p in self.sweep["points"] if p["id"] == int(chosen))
        self.assertRegex(self.one("#cards .range").text, r"^\d\d\.\d to \d\d\.\d$")
        self.assertIn(f"{point['metrics']['energy_uj']:.1f} µJ in total",
                      self.one("#selection #chart-energy").text)
        # The last point of the front, by its place.
        self.browser.run(
            "const mark = [...document.querySelectorAll('.front-points circle')].pop();"
            "const { left, top, width } = mark.getBoundingClientRect();"
            "for (const type of ['pointermove', 'pointerdown', 'pointerup'])"
            "  mark.ownerSVGElement.dispatchEvent(new PointerEvent(type,"
            "    { clientX: left + width / 2, clientY: top + width / 2, button: 0 }));")
        self.browser.settle()
        self.assertNotEqual(self.texts("#cards h3")[0], f"Point {chosen}")
        self.assertEqual(self.browser.complaints(), [])

    def test_dragging_zooms_into_a_part(self):
        self.open(page_of("sweep", written("sweep_50", self.sweep)))
        before = self.shown()
        self.browser.run(
            "const svg = document.querySelector('.scatter svg');"
            "const { left, top, width, height } = svg.getBoundingClientRect();"
            "const send = (type, x, y) => svg.dispatchEvent(new PointerEvent(type,"
            "  { clientX: left + x * width, clientY: top + y * height, button: 0, buttons: 1 }));"
            "send('pointerdown', 0.3, 0.4); send('pointermove', 0.6, 0.7); send('pointerup', 0.6, 0.7);")
        self.browser.settle()
        after = self.shown()
        self.assertTrue(0 < after < before, after)
        self.assertIn("Energy, µJ", self.status())
        self.assertNotEqual(
            self.one("input[aria-label='Energy, µJ, at least']").get_attribute("value"), "")
        self.press(self.one("#reset"))
        self.assertEqual(self.shown(), before)

    def test_failed_points_stand_with_their_reasons(self):
        self.open(page_of("sweep", written("sweep_50", self.sweep)))
        self.assertIn("does not fit 16384 bytes", self.one("#failures").text)

    def test_a_sweep_without_results_is_a_page(self):
        empty = {**self.sweep, "points": [], "analysis": {
            "front": [], "best": None, "sensitivity": []}}
        self.open(page_of("empty", written("sweep_empty", empty)))
        self.assertIn("No point is evaluated yet", self.one("main").text)

    def test_hostile_names_are_text(self):
        sweep = copy.deepcopy(self.sweep)
        for part in ("name", "spec_yaml", "inputs", "networks", "components", "machines"):
            sweep[part] = renamed(sweep[part])
        for metric in sweep["metrics"]:
            metric["meaning"] += HOSTILE
        for point in sweep["points"]:
            point["reason"] = renamed(point["reason"])
        run = renamed(json.loads(self.run_result.read_text()))
        run["warnings"] = [HOSTILE]
        hostile_run = written("hostile_run", run)
        others = [(f"of_{path.stem}", [written(f"hostile_{path.stem}", renamed(json.loads(path.read_text())))])
                  for path in (quantized(), allocated())]
        for name, results in (*others, ("sweep", [written("hostile_sweep", sweep)]), ("run", [hostile_run]),
                              ("comparison", [hostile_run, self.run_result])):
            self.open(page_of(f"hostile_{name}", *results))
            for summary in self.all("summary"):
                self.press(summary)
            self.assertIsNone(self.browser.run("return window.hacked"), name)
            self.assertEqual(self.all("img"), [], name)
            self.assertIn("<img src=x", self.one("body").text, name)
            self.assertEqual(self.browser.complaints(), [], name)

    def test_ten_thousand_points_are_smooth(self):
        page = page_of("sweep_10000", written("sweep_10000", make_sweep(10_000)))
        loaded = self.open(page)
        filtered = self.browser.driver.execute_async_script(
            "const done = arguments[1], begin = performance.now(); arguments[0].click();"
            "requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin)));",
            self.box("composable"))
        print(f"10,000 points: page of {page.stat().st_size / 1e6:.1f} MB, drawn {loaded:.2f} s after "
              f"it was asked for, a filter takes {filtered:.0f} ms", file=sys.stderr)
        self.assertLess(loaded, 20)
        self.assertLess(filtered, 2000)
        self.browser.picture("sweep_10000")
        self.assertEqual(self.browser.complaints(), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
