#!/usr/bin/env python3
"""Prints what the fault tests have found, a row each, as a Markdown table: fault_table.py BUILD_FOLDER...

Each BUILD_FOLDER has a folder fault_table with the files that tests/support/fault_run.h writes. Of the runs of one test,
the one that did most counts; a sanitized build's only where no other has run it, or beside it with the full amount.
"""
import pathlib
import re
import sys

AMOUNTS = ["full", "ci", "short"]


def read_lines(folders):
    for folder in folders:
        for path in sorted(pathlib.Path(folder, "fault_table").glob("*")):
            fields = [field.strip() for field in path.read_text().strip().split(" | ")]
            if len(fields) == 7:
                yield [*fields, pathlib.Path(folder).name]


def order(line):
    number = re.match(r"F(\d+)(.*)", line[0])
    return (int(number.group(1)), number.group(2)) if number else (99, line[0])


def choose(lines):
    best = {}
    for line in lines:
        rank = AMOUNTS.index(line[4]) if line[4] in AMOUNTS else len(AMOUNTS)
        sanitized = line[7] in ("asan", "tsan")
        beside = sanitized and (line[4] == "full" or line[0] == "F20")
        key = (line[0], line[7] if beside else "")
        if key not in best or (rank, sanitized) < best[key][0]:
            best[key] = ((rank, sanitized), line)
    return sorted((line for _, line in best.values()), key=order)


def main():
    lines = choose(read_lines(sys.argv[1:]))
    print("| test | done | found | control | amount | build | time | seed |")
    print("|---|---|---|---|---|---|---|---|")
    for test, done, found, control, amount, time, seed, build in lines:
        print(f"| {test} | {done} | {found} | {control} | {amount} | {build} | {time} | {seed.removeprefix('seed ')} |")
    if not lines:
        print("fault_table.py: no fault test has passed yet", file=sys.stderr)


if __name__ == "__main__":
    main()
