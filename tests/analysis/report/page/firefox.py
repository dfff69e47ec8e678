# SPDX-License-Identifier: Apache-2.0
"""A headless Firefox with the interface of browser.Chromium. Debian has no geckodriver, so that Selenium's commands
go over Firefox's own protocol, Marionette: lists of JSON with their length in front."""

import base64
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.webdriver import WebDriver

from browser import Browser

COMMANDS = {
    Command.NEW_SESSION: "WebDriver:NewSession",
    Command.GET: "WebDriver:Navigate",
    Command.GET_CURRENT_URL: "WebDriver:GetCurrentURL",
    Command.W3C_EXECUTE_SCRIPT: "WebDriver:ExecuteScript",
    Command.W3C_EXECUTE_SCRIPT_ASYNC: "WebDriver:ExecuteAsyncScript",
    Command.FIND_ELEMENT: "WebDriver:FindElement",
    Command.FIND_ELEMENTS: "WebDriver:FindElements",
    Command.FIND_CHILD_ELEMENT: "WebDriver:FindElement",
    Command.FIND_CHILD_ELEMENTS: "WebDriver:FindElements",
    Command.GET_ELEMENT_TEXT: "WebDriver:GetElementText",
    Command.SEND_KEYS_TO_ELEMENT: "WebDriver:ElementSendKeys",
    Command.IS_ELEMENT_SELECTED: "WebDriver:IsElementSelected",
    Command.SCREENSHOT: "WebDriver:TakeScreenshot",
    Command.PRINT_PAGE: "WebDriver:Print",
    Command.QUIT: "WebDriver:DeleteSession",
}
PREFERENCES = {"marionette.port": 0, "datareporting.policy.dataSubmissionEnabled": False,
               "browser.shell.checkDefaultBrowser": False, "app.update.enabled": False,
               "browser.startup.homepage_override.mstone": "ignore"}


class Marionette:
    """What Selenium calls a command executor."""

    keep_alive = True

    def __init__(self, port):
        self.stream = socket.create_connection(("127.0.0.1", port), timeout=120).makefile("rwb")
        self.count = 0
        self.receive()

    def receive(self):
        length = b""
        while not length.endswith(b":"):
            length += self.stream.read(1)
        return json.loads(self.stream.read(int(length[:-1])))

    def call(self, name, parameters):
        self.count += 1
        message = json.dumps([0, self.count, name, parameters]).encode()
        self.stream.write(b"%d:%s" % (len(message), message))
        self.stream.flush()
        _, _, error, result = self.receive()
        return error, result

    def execute(self, command, parameters):
        parameters = {k: v for k, v in parameters.items() if k != "sessionId"}
        if command in (Command.FIND_CHILD_ELEMENT, Command.FIND_CHILD_ELEMENTS):
            parameters["element"] = parameters.pop("id")
        error, result = self.call(COMMANDS[command], parameters)
        if error:
            return {"status": 500, "value": json.dumps({"value": error})}
        if isinstance(result, dict) and set(result) == {"value"}:
            result = result["value"]
        return {"value": result}


class Firefox(Browser):
    def __init__(self, firefox, pictures):
        self.profile = tempfile.mkdtemp(prefix="dcnsim_firefox_")
        pathlib.Path(self.profile, "user.js").write_text("".join(
            f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
            for name, value in PREFERENCES.items()))
        self.process = subprocess.Popen(
            [firefox, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote",
             "--profile", self.profile, "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = pathlib.Path(self.profile, "MarionetteActivePort")
        end = time.time() + 120
        while not (port.exists() and port.read_text().strip()):
            if time.time() > end or self.process.poll() is not None:
                raise RuntimeError("firefox does not answer")
            time.sleep(0.1)
        self.marionette = Marionette(int(port.read_text()))
        self.driver = WebDriver(command_executor=self.marionette, desired_capabilities={})
        self.pictures = pathlib.Path(pictures)

    def close(self):
        self.marionette.call("Marionette:Quit", {"flags": ["eForceQuit"]})
        self.process.wait(60)
        shutil.rmtree(self.profile, ignore_errors=True)

    def in_browser(self, script):
        """Runs it as the browser's own, outside the page."""
        self.marionette.call("Marionette:SetContext", {"value": "chrome"})
        error, result = self.marionette.call("WebDriver:ExecuteScript", {"script": script, "args": []})
        self.marionette.call("Marionette:SetContext", {"value": "content"})
        if error:
            raise RuntimeError(error["message"])
        return result["value"]

    def forget(self):
        self.in_browser("Services.console.reset();")

    def size(self, width):
        self.in_browser("const { style } = gBrowser.selectedBrowser;"
                        f"style.minWidth = style.maxWidth = '{width}px';")

    def look(self, scheme):
        self.in_browser("Services.prefs.setIntPref('layout.css.prefers-color-scheme.content-override',"
                        f" {0 if scheme == 'dark' else 1});")

    def complaints(self):
        return self.in_browser(
            "const own = Services.console.getMessageArray().filter((m) => m instanceof Ci.nsIScriptError"
            " && m.sourceName.startsWith('file:')).map((m) => m.errorMessage);"
            "Services.console.reset(); return own;")

    def requests(self):
        """URLs that were asked for since the page was opened."""
        return self.run("return [location.href, ...performance.getEntriesByType('resource')"
                        ".map((entry) => entry.name)]")

    def picture(self, name, width=1440, scheme="light"):
        self.look(scheme)
        self.size(width)
        self.settle()
        (self.pictures / f"{name}.png").write_bytes(base64.b64decode(
            self.driver.execute(Command.SCREENSHOT, {"full": True})["value"]))

    def print(self, name):
        pdf = base64.b64decode(self.driver.execute(
            Command.PRINT_PAGE, {"background": True})["value"])
        (self.pictures / f"{name}.pdf").write_bytes(pdf)
        return pdf
