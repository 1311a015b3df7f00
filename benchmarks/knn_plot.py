#!/usr/bin/env python3
"""Draws what knn_bench measured, as SVG files that follow the reader's light or dark theme.

usage: knn_plot.py recall RUN.json -o FILE.svg              latency against recall, every method and setting
       knn_plot.py growth RUN.json... -o FILE.svg [--recall R]  latency against the number of rows

`recall` leaves out settings of a method that are slower than another of its own and find no more. `growth` takes of
every method the fastest setting that finds at least R of the true neighbours (0.9997 by default) in that run; where
none does, the method has no point. Needs nothing but Python.
"""

import argparse
import json
import math
import sys
from collections import defaultdict
from html import escape
from pathlib import Path

# Colours (light, dark) and marks of methods by name; simdb's own stand out. Others get the spare ones.
STYLES = {
    "simdb exact": ("#d4380d", "#ff7a45", "star"),
    "simdb flat": ("#b5647b", "#e89bb0", "diamond"),
    "FAISS IndexFlatIP": ("#5b6b7d", "#9fb0c3", "square"),
    "FAISS IVFFlat": ("#0b7a75", "#36cfc9", "square"),
    "FAISS HNSW": ("#1d5fbf", "#69b1ff", "triangle"),
    "hnswlib": ("#6b35b8", "#b892f0", "circle"),
    "USearch": ("#4d7c0f", "#a0d911", "down"),
}
SPARE = [("#8c5a2b", "#d8a878", "circle"), ("#444444", "#bbbbbb", "square")]

WIDTH, HEIGHT = 880, 540
LEFT, TOP, BOTTOM = 78, 108, 66
LABEL_GAP = 33

CSS = """
  text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #24292f; }
  .paper { fill: #ffffff; } .band { fill: #f2f5f8; } .halo { stroke: #ffffff; }
  .title { font-size: 19px; font-weight: 600; } .sub { font-size: 13px; fill: #57606a; }
  .tick { font-size: 12px; fill: #57606a; } .axis { font-size: 13px; }
  .grid { stroke: #e3e7eb; stroke-width: 1; } .frame { stroke: #8c959f; stroke-width: 1.2; fill: none; }
  .label { font-size: 13px; font-weight: 600; } .note { font-size: 11px; font-weight: 400; }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
  .own { stroke-width: 3.2; }
  .lead { fill: none; stroke-width: 1; opacity: 0.55; }
"""
DARK = """
    text { fill: #e6edf3; } .paper { fill: #0d1117; } .band { fill: #171d26; } .halo { stroke: #0d1117; }
    .sub, .tick { fill: #9aa4af; } .grid { stroke: #262d36; } .frame { stroke: #6e7681; }
"""


def fail(message):
    sys.exit(f"knn_plot.py: {message}")


def load(path):
    """One run; fails with a reason if the file is none."""
    try:
        run = json.loads(Path(path).read_text())
        for row in run["results"]:
            if not (row["latency_us"] > 0 and 0 <= row["recall"] <= 1 and row["method"]):
                fail(f"{path}: a result without latency, recall or method: {row}")
        if not run["results"] or run["n"] < 1:
            fail(f"{path}: no results")
        return run
    except (OSError, ValueError, KeyError, TypeError) as error:
        fail(f"{path} is no output of 'knn_bench --json': {error!r}")


def number(value):
    """1,000,000 -> '1M', 0.03 -> '0.03'."""
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:g}{name}"
    return f"{value:g}"


def duration(us):
    """Three digits: 1234.5 -> '1.23 ms', 12345678 -> '12.3 s'."""
    for unit, name in ((1e6, "s"), (1e3, "ms")):
        if us >= unit:
            return f"{float(f'{us / unit:.3g}'):g} {name}"
    return f"{float(f'{us:.3g}'):g} µs"


def spread(wishes, gap, first, last):
    """Places for ascending `wishes`: `gap` apart, in the same order, as near to the wishes as that allows."""
    groups = []  # runs of labels that touch: how many, and the mean place of their first
    for wish in wishes:
        groups.append([1, wish])
        while len(groups) > 1 and groups[-1][1] < groups[-2][1] + gap * groups[-2][0]:
            count, place = groups.pop()
            before, start = groups[-1]
            groups[-1] = [before + count, (before * start + count * (place - gap * before)) / (before + count)]
    places = [start + gap * i for count, start in groups for i in range(count)]
    for i, _ in enumerate(places):
        places[i] = max(places[i], first + gap * i)
    for i in reversed(range(len(places))):
        places[i] = min(places[i], last - gap * (len(places) - 1 - i))
    return places


class Axis:
    """A logarithmic scale from values to pixels."""

    def __init__(self, low, high, start, end):
        self.low, self.high = math.log10(low), math.log10(high)
        self.start, self.end = start, end

    def __call__(self, value):
        share = (math.log10(value) - self.low) / ((self.high - self.low) or 1)
        return self.start + share * (self.end - self.start)

    def ticks(self, steps):
        """Values m * 10^e within the scale, m in `steps`."""
        exponents = range(math.floor(self.low) - 1, math.ceil(self.high) + 1)
        values = [m * 10.0**e for e in exponents for m in steps]
        return [v for v in values if self.low - 1e-9 <= math.log10(v) <= self.high + 1e-9]


def around(values, spare=1.25):
    """Limits with some air."""
    return min(values) / spare, max(values) * spare


class Picture:
    def __init__(self, title, subtitle, right):
        self.right = WIDTH - right  # of the plot; labels stand beyond
        self.bottom = HEIGHT - BOTTOM
        self.parts = []
        self.styles = {}
        self.text(LEFT - 54, 36, title, "title")
        self.text(LEFT - 54, 60, subtitle, "sub")

    def text(self, x, y, text, css, anchor="start", extra=""):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{css}" text-anchor="{anchor}"{extra}>'
                          f"{escape(text)}</text>")

    def add(self, part):
        self.parts.append(part)

    def style(self, method):
        """A number for the method's colours, and its mark."""
        if method not in self.styles:
            spare = SPARE[len([m for m in self.styles if m not in STYLES]) % len(SPARE)]
            self.styles[method] = (len(self.styles), *STYLES.get(method, spare))
        return self.styles[method][0], self.styles[method][3]

    def grid_x(self, x, text):
        self.add(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{self.bottom}"/>')
        self.text(x, self.bottom + 20, text, "tick", "middle")

    def latency_axis(self, values):
        axis = Axis(*around(values, 1.35), self.bottom, TOP)
        steps = (1, 2, 5) if axis.high - axis.low < 2.6 else (1, 3) if axis.high - axis.low < 3.6 else (1,)
        for value in axis.ticks(steps):
            y = axis(value)
            self.add(f'<line class="grid" x1="{LEFT}" x2="{self.right}" y1="{y:.1f}" y2="{y:.1f}"/>')
            self.text(LEFT - 9, y + 4, duration(value), "tick", "end")
        return axis

    def line(self, method, points):
        style, mark = self.style(method)
        if len(points) > 1:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            own = " own" if method.startswith("simdb") else ""
            self.add(f'<polyline class="line s{style}{own}" points="{path}"/>')
        for x, y in points:
            self.mark(style, mark, x, y)

    def mark(self, style, mark, x, y):
        corners = {
            "square": [(-4.2, -4.2), (4.2, -4.2), (4.2, 4.2), (-4.2, 4.2)],
            "diamond": [(0, -6), (6, 0), (0, 6), (-6, 0)],
            "triangle": [(0, -5.8), (5.4, 4.2), (-5.4, 4.2)],
            "down": [(0, 5.8), (5.4, -4.2), (-5.4, -4.2)],
            "star": [(r * math.sin(a * math.pi / 5), -r * math.cos(a * math.pi / 5))
                     for a in range(10) for r in ((8.5, 3.9)[a % 2],)],
        }
        if mark == "circle":
            self.add(f'<circle class="f{style} halo" cx="{x:.1f}" cy="{y:.1f}" r="4.7"/>')
        else:
            points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners[mark])
            self.add(f'<polygon class="f{style} halo" points="{points}"/>')

    def labels(self, wanted):
        """Names beside the plot. wanted: (method, x, y, note) of the point that each name belongs to."""
        wanted = sorted(wanted, key=lambda label: label[2])
        places = spread([label[2] for label in wanted], LABEL_GAP, TOP + 6, self.bottom - 14)
        for (method, x, y, note), place in zip(wanted, places):
            style, _ = self.style(method)
            self.add(f'<path class="lead s{style}" d="M{x + 10:.1f},{y:.1f} L{self.right + 6},{place:.1f} '
                     f'L{self.right + 14},{place:.1f}"/>')
            self.text(self.right + 19, place, method, f"label f{style}")
            self.text(self.right + 19, place + 13, note, "note sub")

    def save(self, path):
        light = "".join(f".s{n} {{ stroke: {c}; }} .f{n} {{ fill: {c}; }} " for n, c, _, _ in self.styles.values())
        dark = "".join(f".s{n} {{ stroke: {c}; }} .f{n} {{ fill: {c}; }} " for n, _, c, _ in self.styles.values())
        self.parts.insert(0, f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="6"/>')
        body = "\n".join(self.parts)
        path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
                        f'width="{WIDTH}" height="{HEIGHT}" role="img">\n<style>{CSS}  {light}\n'
                        f"  @media (prefers-color-scheme: dark) {{{DARK}    {dark}\n  }}\n</style>\n{body}\n</svg>\n")


def subtitle(run, what):
    return (f"{what}, {run.get('dimension', 16)} floats each, {run['data'].rpartition('/')[2]}, k = {run['k']}; "
            "median of single queries on one thread")


def useful(settings):
    """The settings of one method that no other of its own beats in both latency and recall, by recall."""
    kept = []
    for row in sorted(settings, key=lambda row: (row["latency_us"], -row["recall"])):
        if not kept or row["recall"] > kept[-1]["recall"]:
            kept.append(row)
    return kept


def beside(places, column):
    """The places with those in the column moved apart sideways where marks would cover one another."""
    moved = dict(places)
    taken = []
    for key, (x, y) in sorted(places.items(), key=lambda place: place[1][1]):
        if x == column:
            shifts = (0, 14, -14, 28, -28)
            free = [s for s in shifts if all(abs(y - v) > 11 or abs(column + s - u) > 11 for u, v in taken)]
            moved[key] = (column + (free or shifts)[0], y)
            taken.append(moved[key])
    return moved


def by_method(results):
    methods = defaultdict(list)
    for row in results:
        methods[row["method"]].append(row)
    return methods


def draw_recall(run, path):
    methods = {method: useful(settings) for method, settings in by_method(run["results"]).items()}
    rows = [row for settings in methods.values() for row in settings]
    picture = Picture("Latency against recall", subtitle(run, f"{run['n']:,} vectors"), right=178)
    misses = [1 - row["recall"] for row in rows if row["recall"] < 1]
    # Recall 1 has no place on a logarithmic scale of misses: it gets a column of its own, behind a gap.
    column = picture.right - 44
    picture.add(f'<rect class="band" x="{column - 44}" y="{TOP}" width="88" height="{picture.bottom - TOP}"/>')
    y_of = picture.latency_axis([row["latency_us"] for row in rows])
    worst = min(0.9, max(misses, default=0.1) * 1.4)
    least = min(misses, default=0.001) / 1.6
    x_of = Axis(worst, least, LEFT, column - 44)
    for miss in Axis(least, worst, 0, 1).ticks((1,) if worst / least > 300 else (1, 2, 5)):
        picture.grid_x(x_of(miss), f"{1 - miss:.10g}")
    picture.grid_x(column, "1")
    picture.text(column, TOP - 9, "every neighbour found", "tick", "middle")
    places = {(method, i): (x_of(1 - row["recall"]) if row["recall"] < 1 else column, y_of(row["latency_us"]))
              for method, settings in methods.items() for i, row in enumerate(settings)}
    places = beside(places, column)
    labels = []
    for method, settings in methods.items():
        picture.line(method, [places[method, i] for i in range(len(settings))])
        best = settings[-1]
        note = f"{duration(best['latency_us'])}, recall {math.floor(best['recall'] * 1e5) / 1e5:g}"
        labels.append((method, *places[method, len(settings) - 1], note))
    picture.labels(labels)
    finish(picture, "recall: share of the true neighbours found", path)


def draw_growth(runs, recall, path):
    series = defaultdict(dict)
    for run in runs:
        for method, settings in by_method(run["results"]).items():
            fit = [row for row in settings if row["recall"] >= recall]
            if fit:
                series[method][run["n"]] = min(row["latency_us"] for row in fit)
    if not series:
        fail(f"no method reaches a recall of {recall}")
    sizes = sorted({run["n"] for run in runs})
    what = f"{number(sizes[0])} to {number(sizes[-1])} vectors"
    picture = Picture(f"Latency as the gallery grows, at recall {recall:g} or better", subtitle(runs[-1], what),
                      right=178)
    y_of = picture.latency_axis([us for line in series.values() for us in line.values()])
    x_of = Axis(*around(sizes, 1.2), LEFT, picture.right)
    for n in sizes:
        picture.grid_x(x_of(n), number(n))
    labels = []
    for method, line in series.items():
        places = [(x_of(n), y_of(us)) for n, us in sorted(line.items())]
        picture.line(method, places)
        first, last = min(line), max(line)
        note = duration(line[last])
        if first != last:
            note += f", grows as n^{math.log(line[last] / line[first]) / math.log(last / first):.2f}"
        labels.append((method, *places[-1], note))
    picture.labels(labels)
    finish(picture, "vectors in the gallery", path)


def finish(picture, x_title, path):
    picture.add(f'<path class="frame" d="M{LEFT},{TOP} V{picture.bottom} H{picture.right}"/>')
    picture.text((LEFT + picture.right) / 2, picture.bottom + 46, x_title, "axis", "middle")
    picture.text(LEFT - 54, TOP - 10, "time of a query", "axis")
    picture.save(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", choices=["recall", "growth"])
    parser.add_argument("runs", nargs="+", metavar="RUN.json")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--recall", type=float, default=0.9997)
    arguments = parser.parse_args()
    runs = [load(path) for path in arguments.runs]
    if arguments.picture == "growth":
        draw_growth(sorted(runs, key=lambda run: run["n"]), arguments.recall, arguments.output)
    elif len(runs) != 1:
        fail("'recall' draws one run")
    else:
        draw_recall(runs[0], arguments.output)


if __name__ == "__main__":
    main()
