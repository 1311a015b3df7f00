"""What the tests of the page of `simdb serve` share: a server, a browser, and steps as a person takes them."""

import sys
import tempfile
import unittest
from pathlib import Path

from page_server import Server, wait_for
from web_driver import Browser

TEXT = "return (document.querySelector(arguments[0])?.innerText ?? '').replace(/\\s+/g, ' ')"
# The middle of a button, brought into view.
BUTTON = """
  const button = [...document.querySelectorAll('button, a, [role=option]')]
      .find((one) => one.offsetParent && !one.disabled && one.innerText.trim().startsWith(arguments[0]));
  button?.scrollIntoView({ block: 'center' });
  if (!button) return null;
  const frame = button.getBoundingClientRect();
  return [frame.left + frame.width / 2, frame.top + frame.height / 2];"""


class PageCase(unittest.TestCase):
    """A server and a window, let in by the printed link. Every test begins with the database's three classes."""

    program = None  # simdb
    options = ()

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="simdb-page-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.server = Server(Path(cls.program).resolve(), cls.folder)
        cls.server.start()
        cls.addClassCleanup(cls.server.stop)
        cls.browser = Browser(cls.folder / "profile", cls.options)
        cls.addClassCleanup(cls.browser.close)
        cls.browser.resize(1240, 1000)

    @classmethod
    def calibrate(cls):
        """The server goes on with all drawn pictures and a calibration."""
        cls.server.stop()
        cls.server.run("add", "--by-folder", cls.server.images)
        cls.server.run("calibrate")
        cls.server.start(cls.server.port)

    def setUp(self):
        if self.server.process is None:
            self.server.start(self.server.port)
        self.browser.visit("about:blank")  # the page of the test before asks for nothing more
        self.server.clear()
        self.server.fill()
        self.browser.log("browser")
        self.enter()

    def tearDown(self):
        """Nothing may be said on the console: no error, no violation of the policy."""
        told = [entry["message"] for entry in self.browser.log("browser")]
        self.assertEqual([text for text in told if not self.is_expected(text)], [])

    def is_expected(self, _text):
        return False

    def enter(self, place="#/"):
        self.browser.visit(self.server.url)
        self.browser.run("sessionStorage.setItem('simdb-token', arguments[0]); location.hash = arguments[1]",
                         self.server.token, place)
        self.browser.call("POST", "/refresh", {})
        self.until("return document.querySelector('.line.live') !== null", "the page is not live")

    def until(self, script, message, *arguments):
        found = wait_for(lambda: self.browser.run(script, *arguments))
        self.assertTrue(found, f"{message}; the page says: {self.text('body')[:1500]}")
        return found

    def text(self, selector):
        return self.browser.run(TEXT, selector)

    def until_text(self, selector, part):
        return self.until(f"return ({TEXT.removeprefix('return ')}).includes(arguments[1])", f"no '{part}' in {selector}",
                          selector, part)

    def press_button(self, label):
        x, y = self.until(BUTTON, f"no button '{label}'", label)
        self.browser.pointer(("move", x, y), ("down",), ("up",))

    def show(self, *pictures):
        self.browser.type("#files", "\n".join(str(one) for one in pictures))

    def until_classes(self, wanted):
        self.assertEqual(wait_for(lambda: self.server.classes() == wanted and wanted), wanted, self.server.classes())



def main(usage):
    if len(sys.argv) < 2:
        sys.exit(usage)
    PageCase.program = sys.argv.pop(1)
    unittest.main()
