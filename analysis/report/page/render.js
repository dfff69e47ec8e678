// SPDX-License-Identifier: Apache-2.0
// Run by node: a page on standard input, the pictures that its own scripts draw on standard output.
"use strict";
process.env.NODE_PATH = [process.env.NODE_PATH, "/usr/share/nodejs"].filter(Boolean).join(":");
require("module").Module._initPaths();  // Debian's libraries, whichever node this is
const { JSDOM, VirtualConsole } = require("jsdom");

const virtualConsole = new VirtualConsole();
virtualConsole.on("jsdomError", (error) => { throw error.detail || error; });
const { window } = new JSDOM(require("fs").readFileSync(0, "utf8"), {
  runScripts: "dangerously",
  virtualConsole,
  beforeParse(page) {
    page.ResizeObserver = class { observe() {} };
    Object.assign(page, { Blob, Response, DecompressionStream });
  },
});
window.slides().then((slides) => process.stdout.write(JSON.stringify(slides)));
