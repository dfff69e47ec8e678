# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium that remembers what a page asked for, said and looked like."""

import base64
import json
import pathlib
import time

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service


class Browser:
    """What all have in common beside a `driver` of Selenium's: `forget` drops what pages said."""

    def open(self, page):
        """Seconds until the page is drawn."""
        self.look("light")
        self.size(1440)
        self.forget()
        begin = time.time()
        self.driver.get(page.as_uri())
        self.settle()
        return time.time() - begin

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def settle(self):
        """Waits for what was begun to be drawn."""
        self.driver.execute_async_script(
            "const done = arguments[0];"
            "setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 50);")


class Chromium(Browser):
    def __init__(self, chromium, chromedriver, pictures):
        options = Options()
        options.binary_location = chromium
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
                         "--hide-scrollbars", "--window-size=1440,1000"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service(chromedriver), options=options)
        self.pictures = pathlib.Path(pictures)

    def close(self):
        self.driver.quit()

    def forget(self):
        self.driver.get_log("performance")

    def size(self, width):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False})

    def look(self, scheme):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """URLs that were asked for since the page was opened."""
        messages = [json.loads(entry["message"])["message"]
                    for entry in self.driver.get_log("performance")]
        return [m["params"]["request"]["url"] for m in messages
                if m["method"] == "Network.requestWillBeSent"]

    def picture(self, name, width=1440, scheme="light"):
        self.look(scheme)
        self.size(width)
        self.settle()
        height = self.run("return document.documentElement.scrollHeight")
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {
            "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}})
        (self.pictures / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))

    def print(self, name):
        pdf = base64.b64decode(self.driver.execute_cdp_cmd("Page.printToPDF", {
            "printBackground": True, "preferCSSPageSize": True})["data"])
        (self.pictures / f"{name}.pdf").write_bytes(pdf)
        return pdf
