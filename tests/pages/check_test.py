#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The checker on a tree of one page, with a command that is a few lines of shell."""

import pathlib
import shutil
import subprocess
import tempfile

CHECK = pathlib.Path(__file__).resolve().parent / "check"

DCNSIM = """\
#!/bin/sh
case "$*" in
  --help) printf 'Commands\\n  add   sums\\n  show  a file\\n\\nOptions\\n  -h,--help\\n' ;;
  "add --help") printf 'Options\\n  -n,--number N\\n\\nExamples\\n  dcnsim add --more\\n' ;;
  "show --help") printf 'Commands\\n  deep   deeper\\n\\nOptions\\n  -h\\n' ;;
  "show deep --help") printf 'Options\\n  --twice\\n' ;;
  add*) echo "sum 3"; echo "in 0.12 s"; test "$2" != --number || exit 4 ;;
  show*) cat "$2" ;;
esac
"""


def expect(holds, what):
    if not holds:
        raise SystemExit(f"check_test.py: {what}")


def sh(text, info="sh"):
    return f"```{info}\n{text}\n```\n\n"


def output(text):
    return sh(text, "text output")


class Tree:
    def __init__(self, folder):
        self.folder = folder
        (folder / "tests/pages").mkdir(parents=True)
        shutil.copy(CHECK, folder / "tests/pages/check")
        (folder / "bin").mkdir()
        (folder / "bin/dcnsim").write_text(DCNSIM)
        (folder / "bin/dcnsim").chmod(0o755)

    def check(self, page, *options):
        """Of a page: the exit code and what is said."""
        (self.folder / "page.md").write_text(page)
        done = subprocess.run(
            [self.folder / "tests/pages/check", "--programs", self.folder / "bin", *options,
             "page.md"], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def passes(self, page, *options):
        code, said = self.check(page, *options)
        expect(code == 0, f"{page}: {said}")

    def fails(self, page, words, *options):
        code, said = self.check(page, *options)
        expect(code == 1 and words in said, f"{page}: {code}, no {words!r} in {said!r}")


def test_runs(tree):
    tree.passes(sh("dcnsim add"))
    tree.fails("text\n\n" + sh("dcnsim add --number"), "page.md:3: exit code 4")
    tree.fails(sh("false | true"), "exit code 1")
    tree.fails(sh("false\ntrue"), "exit code 1")
    # One folder a page, which looks like the top of the tree and is not.
    tree.passes(sh("test -f tests/pages/check && echo 1 > a") + sh("test -f a"))
    expect(not (tree.folder / "a").exists(), "a command wrote into the tree")
    tree.passes(sh("3", "yaml file=x.yaml") + sh("dcnsim show x.yaml") + output("3"))
    # What is not offered is not run, and what it would print is not looked at.
    tree.passes(sh("false", "sh needs=minutes") + output("x"))
    tree.fails(sh("false", "sh needs=minutes"), "exit code 1", "--has", "minutes")
    tree.passes(sh("false", "sh needs=minutes,hours"), "--has", "minutes")


def test_compares(tree):
    add = sh("dcnsim add")
    tree.passes(add + output("sum 3\nin 0.12 s"))
    tree.passes(add + "It says\n\n" + output("sum 3\nin ... s"))
    tree.passes(add + output("...\nin 0.12 s"))
    tree.passes(add + output("sum 3\n..."))
    tree.fails(add + output("sum 4\n..."), "shows what is not printed")
    tree.fails(add + output("sum 3"), "+in 0.12 s")
    tree.fails(add + output("sum 3\nin 0.12 s\nmore"), "shows what is not printed")
    tree.fails(add + output("sum .\n..."), "shows what is not printed")


def test_reads(tree):
    def known(page):
        tree.passes(page + sh("true"), "--read-only")

    def unknown(page, words):
        tree.fails(page + sh("true"), words, "--read-only")

    known(sh("dcnsim add -n 3 --number 4"))
    known(sh("dcnsim show deep --twice x", "sh needs=hours"))
    known("Say `dcnsim add --number N`, `dcnsim` or `dcnsim show FILE`.\n")
    known(sh("dcnsim add \\\n  -n 3 | sort --reverse"))
    known(sh("dcnsim add -n 3  # --not an option"))
    known(sh("dcnsim add -- --other"))
    unknown(sh("dcnsim sum"), "dcnsim has no command sum")
    unknown(sh("true && dcnsim add --twice"), "dcnsim add has no option --twice")
    unknown(sh("dcnsim add -x", "sh needs=hours"), "dcnsim add has no option -x")
    unknown(sh("dcnsim add --more"), "dcnsim add has no option --more")
    unknown("Say `dcnsim\nadd --all`.\n", "dcnsim add has no option --all")
    unknown("    dcnsim add\n", "a command outside")
    unknown("text\n\n    dcnsim add\n", "page.md:3: a command outside")
    unknown("```\nscripts/test quick\n```\n", "a command outside")
    unknown(sh("true", "sh needs=time"), "needs=time, expected one of minutes")
    # Which pages have commands that run.
    tree.fails(sh("true", "sh needs=hours"), "no command of it runs", "--read-only")
    (tree.folder / "other.md").write_text(sh("true"))
    tree.fails(sh("true"), "other.md: is not listed", "--read-only")


def main():
    for test in (test_runs, test_compares, test_reads):
        with tempfile.TemporaryDirectory() as folder:
            test(Tree(pathlib.Path(folder)))


if __name__ == "__main__":
    main()
