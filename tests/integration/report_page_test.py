#!/usr/bin/env python3
"""The page of `simdb eval --report`, in headless Chromium: it draws, turns, answers the pointer and reaches nowhere.

usage: report_page_test.py REPORT_DEMO_PAGE [unittest options]
       report_page_test.py REPORT_DEMO_PAGE --screenshots FOLDER    no tests: pictures of the pages
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
from web_driver import Browser  # noqa: E402

DEMO_PAGE = None
# The script that the page begins with; as a module, it tells nobody what is in it.
SHARED = Path(__file__).resolve().parents[2] / "server/page/source/shared.js"

# What report_demo_page draws: name -> its arguments.
PAGES = {"few": ["3", "40"], "many": ["200", "30"], "hostile": ["11", "20", "hostile"], "single": ["1", "1"]}

# Distinct colours of a canvas; an empty one has a single one, transparent.
COUNT_COLOURS = """
  const canvas = document.getElementById(arguments[0]);
  const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return new Set(pixels).size;"""
PICTURE = "return document.getElementById(arguments[0]).toDataURL()"
MIDDLE = """
  const canvas = document.getElementById(arguments[0]);
  canvas.scrollIntoView({ block: 'center' });
  const frame = canvas.getBoundingClientRect();
  return [frame.left, frame.top, frame.width, frame.height];"""
NEXT_FRAMES = """
  const done = arguments[0];
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)));"""


class ReportPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="simdb-report-")
        cls.addClassCleanup(cls.folder.cleanup)
        root = Path(cls.folder.name)
        for name, arguments in PAGES.items():
            subprocess.run([DEMO_PAGE, root / f"{name}.html", *arguments], check=True)
        (root / "profile").mkdir()
        cls.browser = Browser(root / "profile")
        cls.addClassCleanup(cls.browser.close)
        cls.browser.call("POST", "/url", {"url": "about:blank"})  # so that the new tab's own requests are over

    def open(self, name):
        self.browser.log("browser")
        self.browser.requests()
        self.browser.prefer("light")
        self.browser.open(Path(self.folder.name) / f"{name}.html")
        self.browser.run_async(NEXT_FRAMES)

    def picture(self, canvas):
        self.browser.run_async(NEXT_FRAMES)
        return self.browser.run(PICTURE, canvas)

    def frame(self, canvas):
        """Left, top, width and height of a canvas that was scrolled into view."""
        frame = self.browser.run(MIDDLE, canvas)
        self.browser.run_async(NEXT_FRAMES)
        return frame

    def middle(self, canvas):
        left, top, width, height = self.frame(canvas)
        return left + width / 2, top + height / 2

    def tooltip(self):
        return self.browser.run("const box = document.getElementById('tooltip');"
                                "return box.hidden ? null : box.textContent")

    def point_at_something(self, canvas):
        """Moves the pointer over a canvas, row by row, until the tooltip shows."""
        left, top, width, height = self.frame(canvas)
        for row in range(3, 9):
            for column in range(2, 19):
                self.browser.pointer(("move", left + width * column / 20, top + height * row / 12))
                if self.tooltip() is not None:
                    return
        self.fail(f"no tooltip anywhere over {canvas}")

    def test_scripts_run_without_a_word_on_the_console(self):
        for name in PAGES:
            with self.subTest(page=name):
                self.open(name)
                self.assertEqual(self.browser.run("return document.documentElement.dataset.ready"), "yes")
                self.assertEqual(self.browser.log("browser"), [])

    def test_asks_for_nothing_but_itself(self):
        for name in PAGES:
            with self.subTest(page=name):
                self.open(name)
                self.point_at_something("similarity")
                asked = [url for url in self.browser.requests() if not url.startswith("data:")]
                self.assertEqual(asked, [(Path(self.folder.name) / f"{name}.html").as_uri()])

    def test_policy_stops_requests(self):
        self.open("few")
        stopped = self.browser.run_async("""
          const done = arguments[0];
          document.addEventListener('securitypolicyviolation', (event) => done(event.blockedURI));
          new Image().src = 'http://127.0.0.1:9/steal.png';
          setTimeout(() => done('nothing'), 3000);""")
        self.assertEqual(stopped, "http://127.0.0.1:9/steal.png")
        self.assertEqual(self.browser.run_async(
            "const done = arguments[0]; fetch('http://127.0.0.1:9/').then(() => done('went'), () => done('stopped'))"),
            "stopped")

    def test_draws_every_canvas(self):
        for name in ("few", "many", "hostile"):
            self.open(name)
            for canvas, colours in (("features", 50), ("components", 50), ("similarity", 100), ("confusion", 5)):
                with self.subTest(page=name, canvas=canvas):
                    self.assertGreater(self.browser.run(COUNT_COLOURS, canvas), colours)

    def test_draws_how_far_the_confidence_holds(self):
        self.open("few")
        bars, points = self.browser.run("""
          return [document.querySelectorAll('#reliability .bar').length,
                  document.querySelector('#risk .curve').points.numberOfItems];""")
        self.assertEqual(bars, 11)  # bins without images have none
        self.assertEqual(points, 100)
        self.assertIn("calibration error 6.0 %", self.browser.run("return document.body.innerText"))

    def test_dragging_turns_one_plot(self):
        self.open("few")
        features, components = self.picture("features"), self.picture("components")
        self.assertEqual(self.picture("features"), features)
        x, y = self.middle("features")
        self.browser.pointer(("move", x, y), ("down",), ("move", x + 90, y + 30), ("up",), ("move", 2, 2))
        self.assertNotEqual(self.picture("features"), features)
        self.assertEqual(self.picture("components"), components)

    def test_wheel_and_keys_move_a_plot_and_home_brings_it_back(self):
        self.open("few")
        start = self.picture("components")
        x, y = self.middle("components")
        top = self.browser.run("return window.scrollY")
        self.browser.pointer(("move", x, y), ("move", x + 1, y))
        self.browser.wheel(x, y, -240)
        self.assertEqual(self.browser.run("return window.scrollY"), top)
        self.browser.pointer(("move", 2, 2))
        zoomed = self.picture("components")
        self.assertNotEqual(zoomed, start)
        self.browser.run("document.getElementById('components').focus({ preventScroll: true })")
        self.browser.press("ArrowRight")
        self.assertNotEqual(self.picture("components"), zoomed)
        self.browser.press("Home")
        self.assertEqual(self.picture("components"), start)

    def test_pointing_at_a_point_shows_its_picture(self):
        for canvas in ("features", "components"):
            self.open("few")
            before = self.picture("features"), self.picture("components")
            self.point_at_something(canvas)
            self.assertRegex(self.tooltip(), "red|green|blue")
            self.assertRegex(self.tooltip(), r"shape_\d+\.png")
            self.browser.run_async(NEXT_FRAMES)
            self.assertEqual(self.browser.run("return document.querySelector('#tooltip img').naturalWidth"), 28)
            # The point is marked in both plots.
            self.assertNotEqual(self.picture("features"), before[0])
            self.assertNotEqual(self.picture("components"), before[1])
            self.browser.pointer(("move", 2, 2))
            self.assertIsNone(self.tooltip())
            self.assertEqual((self.picture("features"), self.picture("components")), before)

    def test_pointing_at_the_matrices_names_both_sides(self):
        self.open("few")
        left, top, width, height = self.frame("confusion")
        self.browser.pointer(("move", left + width - 8, top + height - 8))
        self.assertRegex(self.tooltip(), r"^isblue.*readblue.* of 40 \(")
        left, top, width, height = self.frame("similarity")
        self.browser.pointer(("move", left + width * 0.6, top + height * 0.3))
        self.assertIn("similarity", self.tooltip())
        self.assertEqual(self.browser.run("return document.querySelectorAll('#tooltip img').length"), 2)

    def test_legend_hides_classes(self):
        self.open("few")
        pictures = [self.picture("features")]
        for button in range(3):
            self.browser.run("document.querySelectorAll('#legend button')[arguments[0]].click()", button)
            pictures.append(self.picture("features"))
        self.assertEqual(len(set(pictures)), 4)
        self.browser.run("document.getElementById('legend-all').click()")
        self.assertEqual(self.picture("features"), pictures[0])
        self.browser.run("document.getElementById('errors-only').click()")
        self.assertNotEqual(self.picture("features"), pictures[0])

    def test_hostile_names_are_only_text(self):
        self.open("hostile")
        for canvas in ("similarity", "confusion", "features"):
            self.point_at_something(canvas)
        self.assertEqual(self.browser.run("return document.title"), '<b>hostile</b> & "names" · simdb evaluation')
        self.assertEqual(self.browser.run("return document.querySelectorAll('script').length"), 2)
        self.assertEqual(self.browser.run("return document.querySelectorAll('h1 b').length"), 0)
        self.assertEqual(self.browser.run(
            "return [...document.images].filter((image) => !image.src.startsWith('data:image/')).length"), 0)
        legend = self.browser.run("return [...document.querySelectorAll('#legend bdi')].map((name) => name.textContent)")
        self.assertIn("</script><img src=x onerror=\"document.title='owned'\">", legend)
        self.assertIn("<img src=x onerror=document.title='pwned'>", legend)
        self.assertIn("right⟨202E⟩tfel", legend)
        self.assertIn("zero⟨200B⟩width ⟨E0041⟩ ⟨2028⟩", legend)
        self.assertNotIn("\u202e", self.browser.run("return document.body.innerText"))

    def test_escapes_the_same_characters_as_the_terminal(self):
        self.open("few")
        shared = SHARED.read_text(encoding="utf-8").split("export {")[0]
        page = self.browser.run(shared + """
          const escaped = [];
          for (let code = 0; code <= 0x10FFFF; ++code) {
            const text = String.fromCodePoint(code);
            if ((code < 0xD800 || code > 0xDFFF) && printable(text) !== text) escaped.push(code);
          }
          return escaped;""")
        terminal = subprocess.run([DEMO_PAGE, "escaped"], check=True, capture_output=True, text=True).stdout
        self.assertEqual(page, [int(code) for code in terminal.split()])
        self.assertGreater(len(page), 4096)

    def test_many_classes_and_images_stay_usable(self):
        self.open("many")
        self.assertIn("5,000 of 6,000", self.browser.run("return document.getElementById('points-note').textContent"))
        self.assertIn("60 of 6,000", self.browser.run("return document.getElementById('similarity-note').textContent"))
        self.assertEqual(self.browser.run("return document.querySelectorAll('#legend button').length"), 200)
        self.assertFalse(self.browser.run("return document.documentElement.scrollWidth > window.innerWidth"))
        self.assertEqual(self.browser.run("return document.querySelectorAll('#errors li').length"), 60)
        self.browser.run("document.getElementById('errors-more').click()")
        self.assertEqual(self.browser.run("return document.querySelectorAll('#errors li').length"), 120)
        self.browser.run("""
          const filter = document.getElementById('legend-filter');
          filter.value = 'CLASS 15';
          filter.dispatchEvent(new Event('input'));""")
        shown = "return [...document.querySelectorAll('#legend button')].filter((button) => !button.hidden).length"
        self.assertEqual(self.browser.run(shown), 10)

    def test_follows_the_dark_theme(self):
        self.open("few")
        light = {canvas: self.picture(canvas) for canvas in ("features", "components", "similarity", "confusion")}
        background = "return getComputedStyle(document.body).backgroundColor"
        page = self.browser.run(background)
        self.browser.prefer("dark")
        self.assertNotEqual(self.browser.run(background), page)
        for canvas, picture in light.items():
            self.assertNotEqual(self.picture(canvas), picture, canvas)


def take_screenshots(folder):
    """Every page, light and dark, for eyes."""
    with tempfile.TemporaryDirectory(prefix="simdb-report-") as root:
        (Path(root) / "profile").mkdir()
        browser = Browser(Path(root) / "profile")
        try:
            for name, arguments in PAGES.items():
                page = Path(root) / f"{name}.html"
                subprocess.run([DEMO_PAGE, page, *arguments], check=True)
                for scheme in ("light", "dark"):
                    browser.prefer(scheme)
                    browser.open(page)
                    browser.run_async(NEXT_FRAMES)
                    browser.screenshot(Path(folder) / f"{name}_{scheme}.png")
        finally:
            browser.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    DEMO_PAGE = Path(sys.argv.pop(1)).resolve()
    if sys.argv[1:2] == ["--screenshots"]:
        take_screenshots(sys.argv[2])
    else:
        unittest.main()
