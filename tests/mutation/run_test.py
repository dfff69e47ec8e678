#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The runner on a project of one function, with a mutant of every fate."""

import pathlib
import subprocess
import tempfile

RUN = pathlib.Path(__file__).resolve().parent / "run"

PROJECT = {
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.25)\nproject(tiny C)\n"
    "add_subdirectory(tests)\n",
    "CMakePresets.json": '{"version": 3, "configurePresets": [{"name": "quick", "generator": '
    '"Ninja", "binaryDir": "${sourceDir}/build/quick"}]}\n',
    "sum.c": "int sum(int last) {\n  int sum = 0;\n  for (int i = 1;\n       i <= last; ++i)\n"
    "    sum += i;\n  return sum;\n}\n",
    "tests/CMakeLists.txt": "add_executable(sum_test sum_test.c ../sum.c)\n",
    "tests/sum_test.c": "int sum(int last);\nint main(void) { return sum(4) == 10 ? 0 : 1; }\n",
}

MUTANTS = """\
# name file pattern replacement targets filter meaning
short	sum.c	int i = 1; i <= last;	int i = 1; i < last;	sum_test		the last is left out
same	sum.c	int sum = 0;	int sum = 0 + 0;	sum_test		nothing
endless	sum.c	++i)	i += 0)	sum_test		no end
wrong	sum.c	return sum;	return total;	sum_test		no C
gone	sum.c	return total;	return 0;	sum_test		nothing like it
twice	sum.c	sum	total	sum_test		in many places
"""


def run(source, *options):
    done = subprocess.run(
        [RUN, "--source", source, "--mutants", source / "mutants.tsv", "--timeout", "2", *options],
        capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def expect(holds, what):
    if not holds:
        raise SystemExit(f"run_test.py: {what}")


def write(source, name, text):
    (source / name).parent.mkdir(exist_ok=True)
    (source / name).write_text(text)


def test(source):
    for name, text in PROJECT.items():
        write(source, name, text)
    write(source, "mutants.tsv", MUTANTS)
    write(source, ".gitignore", "build/\n")
    subprocess.run(["git", "init", "-q", source], check=True)

    code, said = run(source)
    fates = {"short": "killed by sum_test", "same": "survived", "endless": "killed by sum_test",
             "wrong": "does not build by sum_test", "gone": "pattern gone", "twice": "pattern gone"}
    for name, fate in fates.items():
        expect(f"{name}: {fate} (" in said, f"{name}: expected {fate} in\n{said}")
    expect(code == 1 and "2 of 6 killed" in said, f"exit code {code}:\n{said}")
    for name, text in PROJECT.items():
        expect((source / name).read_text() == text, f"{name} is changed")
        expect((source / "build/mutation/tree" / name).read_text() == text,
               f"{name} is left changed in the copy")

    code, said = run(source, "--only", "short|same")
    expect("0 of 1 killed, 1 in runs before" in said, f"does not go on behind its log:\n{said}")
    code, said = run(source, "--only", "short", "--fresh")
    expect(code == 0 and "1 of 1 killed\n" in said, f"exit code {code}:\n{said}")

    code, said = run(source, "--check")
    expect(code == 2 and "gone: the pattern occurs 0 times" in said and
           "twice: the pattern occurs 4 times" in said and "short" not in said, said)

    write(source, "tests/sum_test.c", "int main(void) { return 1; }\n")
    code, said = run(source)
    expect(code == 2 and "sum_test fails without a mutant" in said, said)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        test(pathlib.Path(folder).resolve())
