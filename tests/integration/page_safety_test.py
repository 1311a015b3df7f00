#!/usr/bin/env python3
"""The page of `simdb serve`, in headless Chromium: who is let in, hostile names, other clients, lost servers, small screens.

usage: page_safety_test.py SIMDB [unittest options]
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
from page_case import PageCase, main  # noqa: E402
from page_looks import AXE, IS_WIDER, check_axe, check_phone, striped  # noqa: E402
from page_server import Server, wait_for  # noqa: E402

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
          "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'")
HOSTILE = ["<img src=x onerror=\"document.title='owned'\">", "right\u202etfel", "__proto__", "constructor", "../../etc/passwd",
           "</script><script>document.title='owned'</script>", "a&class=b#c%2F?d", "x" * 1024, "\U0001f9f2 magnet"]


class Door(PageCase):
    def is_expected(self, text):
        return "status of 401" in text

    def forget(self):
        self.browser.visit(self.server.url)
        self.browser.run("sessionStorage.clear()")

    def test_the_printed_link_opens_the_page_once(self):
        self.forget()
        self.browser.visit("about:blank")  # nobody asks the server while it is away
        self.server.stop()
        self.server.start(self.server.port)
        self.browser.visit(self.server.link)
        self.until_text("h2", "What is this?")
        self.assertEqual(self.browser.run("return location.href"), self.server.url)
        self.assertEqual(self.browser.run("return history.length > 0 && document.cookie"), "")
        self.browser.call("POST", "/refresh", {})
        self.until_text("h2", "What is this?")
        self.forget()
        self.browser.visit("about:blank")
        self.browser.visit(self.server.link)
        self.until_text(".gate", "This link was used before")

    def test_a_token_is_pasted_and_a_wrong_one_refused(self):
        self.forget()
        self.browser.call("POST", "/refresh", {})
        self.browser.type("#token", "w" * 32)
        self.press_button("Open")
        self.until_text(".gate", "This token isn’t right.")
        self.browser.run("document.getElementById('token').select()")
        self.browser.type("#token", self.server.token)
        self.browser.press("Enter")
        self.until_text("h2", "What is this?")
        self.assertNotIn(self.server.token, self.browser.run("return location.href + document.cookie + document.body.innerHTML"))

    def test_a_token_that_ends_shows_the_form(self):
        self.browser.run("sessionStorage.setItem('simdb-token', 'x'.repeat(32))")
        self.browser.call("POST", "/refresh", {})
        self.until_text(".gate", "The token isn’t valid any more.")


class Open(unittest.TestCase):
    """`simdb serve --open`, with a browser that notes what it is asked to show."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="simdb-open-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.server = Server(Path(PageCase.program).resolve(), self.folder)
        self.addCleanup(self.server.stop)

    def test_the_browser_gets_the_printed_link(self):
        browser = self.folder / "xdg-open"
        browser.write_text(f'#!/bin/sh\necho "$# $1" > "{self.folder}/part" && mv "{self.folder}/part" "{self.folder}/asked"\n')
        browser.chmod(0o700)
        self.server.start(0, "--open", env=os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}"})
        self.assertTrue(wait_for((self.folder / "asked").exists))
        self.assertEqual((self.folder / "asked").read_text(), f"1 {self.server.link}\n")

    def test_without_a_browser_it_says_so_and_serves(self):
        with open(self.folder / "told", "w+") as told:
            self.server.start(0, "--open", env=os.environ | {"PATH": str(self.folder / "empty")}, stderr=told)
            self.assertEqual(self.server.ask("GET", "/livez")[0], 200)
            told.seek(0)
            self.assertIn("there is no program xdg-open (package xdg-utils)", told.read())

    def test_a_socket_of_this_user_has_no_page_to_open(self):
        done = subprocess.run([self.server.program, "serve", "--db", self.folder / "db", "--open", "--listen",
                               f"unix:{self.folder}/http.sock"], capture_output=True, text=True, check=False, timeout=30)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--open needs an address of this machine", done.stderr)


class Served(PageCase):
    def test_fields_of_the_files(self):
        for path, kind in (("/", "text/html"), ("/app.js", "text/javascript"), ("/map.js", "text/javascript"),
                           ("/app.css", "text/css"),
                           ("/icon.svg", "image/svg+xml")):
            with self.subTest(path=path):
                status, fields, body = self.server.ask("GET", path, fields={"Authorization": "none"})
                self.assertEqual(status, 200)
                self.assertEqual(fields["Content-Security-Policy"], POLICY)
                self.assertEqual(fields["Content-Type"].split(";")[0], kind)
                self.assertGreater(len(body), 100)
                again = self.server.ask("GET", path, fields={"If-None-Match": fields["ETag"]})
                self.assertEqual((again[0], again[2]), (304, b""))
        self.assertEqual(self.server.ask("GET", "/?x=1")[0], 400)
        self.assertEqual(self.server.ask("POST", "/", b"")[0], 405)

    def test_a_link_of_another_site_opens_the_page_and_nothing_else(self):
        link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        self.assertEqual(self.server.ask("GET", "/", fields=link)[0], 200)
        self.assertEqual(self.server.ask("GET", "/", fields=link | {"Sec-Fetch-Dest": "iframe"})[0], 403)
        self.assertEqual(self.server.ask("GET", "/v1/classes", fields=link)[0], 403)
        self.assertEqual(self.server.ask("GET", "/app.js", fields={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"})[0], 403)

    def test_first_paint_and_layout(self):
        """Half a second is what is promised; a machine that runs other tests beside gets four times that."""
        self.browser.run("""
          new PerformanceObserver((list) => list.getEntries().forEach((one) => {
            window.shifted = (window.shifted ?? 0) + (one.hadRecentInput ? 0 : one.value);
          })).observe({ type: 'layout-shift', buffered: true });""")
        self.until("return performance.getEntriesByName('first-contentful-paint').length === 1", "nothing is painted")
        self.assertLess(self.browser.run("return performance.getEntriesByName('first-contentful-paint')[0].startTime"), 2000)
        self.enter("#/classes")
        self.until("return document.querySelectorAll('.tile img').length === 12", "no pictures")
        self.assertLess(self.browser.run("return window.shifted ?? 0"), 0.02)


class Hostile(PageCase):
    def test_names_are_only_text(self):
        picture = self.server.pictures("circle", 1, skip=8)[0]
        for name in HOSTILE:
            self.server.add(name, picture)
        self.enter("#/classes")
        self.until_text(".page-head", f"{len(HOSTILE) + 3} classes")
        titles = self.browser.run("return [...document.querySelectorAll('.tile bdi')].map((one) => one.title)")
        for name in HOSTILE:
            self.assertIn(name.replace("\u202e", "⟨202E⟩"), titles)
        self.assertNotIn("\u202e", self.browser.run("return document.body.innerText"))
        self.assertFalse(self.browser.run(IS_WIDER))
        for name in HOSTILE:
            with self.subTest(name=name[:40]):
                self.browser.run("location.hash = '#/class/' + encodeURIComponent(arguments[0])", name)
                self.until("return document.querySelectorAll('.item img').length === 1 && "
                           "document.querySelector('h1 bdi').title === arguments[0]", "its page does not show",
                           name.replace("\u202e", "⟨202E⟩"))
                self.assertFalse(self.browser.run(IS_WIDER))
        self.browser.press("1")
        self.show(picture)
        self.until("return document.querySelectorAll('.neighbors img').length > 5", "no answer")
        self.press_button("Another class")
        self.browser.type("[role=combobox]", "<img")
        self.browser.press("ArrowDown")
        self.browser.press("Enter")
        self.until_text(".settled", "Was already in <img")
        self.assertFalse(self.browser.run(IS_WIDER))
        self.assertEqual(self.browser.run("return document.title"), "Ask · simdb")
        self.assertEqual(self.browser.run("return document.querySelectorAll('script').length"), 1)
        self.assertTrue(self.browser.run("return [...document.images].every((one) => one.src.startsWith('blob:'))"))
        self.assertEqual(self.browser.run("return Object.keys(Object.prototype).length"), 0)

    def test_trusted_types_stop_markup(self):
        self.assertEqual(self.browser.run("""
          try { document.body.innerHTML = '<b>x</b>'; } catch (error) { return error.name; }
          return 'set';"""), "TypeError")
        self.browser.log("browser")  # the violation that this was


class Live(PageCase):
    def is_expected(self, text):
        return "net::ERR_" in text  # the browser's own words for a server that is gone

    def test_what_another_client_adds_appears(self):
        self.enter("#/class/circle")
        self.until("return document.querySelectorAll('.item').length === 6", "no pictures")
        self.server.add("circle", self.server.pictures("circle", 1, skip=9)[0])
        self.until("return document.querySelectorAll('.item').length === 7", "the new picture does not appear")
        self.server.add("square", self.server.pictures("rectangle", 1, skip=9)[0])
        self.until_text(".top nav", "Classes 4")

    def test_a_lost_server_is_told_and_found_again(self):
        self.enter("#/classes")
        self.until_text(".page-head", "3 classes")
        self.server.stop()
        self.until_text(".banner.lost", "The server can’t be reached.")
        self.until_text(".banner.lost", "Next try in")
        self.server.start(self.server.port)
        self.server.add("square", self.server.pictures("rectangle", 1, skip=9)[0])
        self.press_button("Try now")
        self.until_text(".banner.found", "The server is back.")
        self.until_text(".page-head", "4 classes")
        self.until("return document.querySelectorAll('.tile img').length === 13", "pictures are missing")
        self.until("return document.querySelector('.banner') === null", "the banner stays")


class Rebinding(PageCase):
    options = ("--host-resolver-rules=MAP evil.test 127.0.0.1",)

    def is_expected(self, text):
        return "status of 421" in text or "favicon" in text

    def test_another_name_for_this_machine_gets_nothing(self):
        for path in ("/", "/app.js", "/map.js", "/app.css", "/icon.svg", "/v1/classes", "/v1/stats", "/livez", "/v1/openapi.json", "/metrics"):
            with self.subTest(path=path):
                self.browser.visit(f"http://evil.test:{self.server.port}{path}")
                self.assertIn('"status":421', self.browser.run("return document.body.innerText"))
                told = self.browser.run_async("""
                  const [path, token, done] = arguments;
                  fetch(path, { headers: { Authorization: 'Bearer ' + token } })
                    .then(async (answer) => done([answer.status, await answer.text()]), () => done(null));""",
                                              path, self.server.token)
                self.assertEqual(told[0], 421)
                self.assertNotIn("circle", told[1])


class Unknown(PageCase):
    """With a calibration."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calibrate()

    def setUp(self):
        self.browser.log("browser")
        self.enter()

    def test_known_and_unknown_in_words(self):
        self.show(self.server.pictures("circle", 1)[0], striped(self.folder / "stripes.bmp"))
        self.until_text(".card.active .verdict", "This is circle")
        self.assertRegex(self.text(".card.active .verdict"), r"at least as alike to its class as \d+ % .*\(p 1\.00\)")
        self.browser.press("j")
        self.until_text(".card.active .verdict", "Unknown")
        self.assertIn("No class fits: 95 % of known pictures are more alike to their class", self.text(".card.active .verdict"))
        self.assertNotIn("Right, add it", self.text(".card.active .actions"))
        self.press_button("New class")
        self.browser.type("[role=combobox]", "stripes")
        self.browser.press("Enter")
        self.until_text(".settled", "Added to stripes")
        self.press_button("Undo")
        self.until_text(".card.active .verdict", "Unknown")


class Screens(PageCase):
    def tearDown(self):
        self.browser.resize(1240, 1000)
        super().tearDown()

    def each_page(self):
        self.enter("#/")
        self.show(*self.server.pictures("circle", 2, skip=7))
        self.until("return document.querySelectorAll('.verdict').length === 2", "no answers")
        self.browser.click(".why summary")
        yield "ask"
        self.press_button("Another class")
        yield "choice"
        self.enter("#/classes")
        self.until("return document.querySelectorAll('.tile img').length === 12", "no pictures")
        yield "classes"
        self.enter("#/class/circle")
        self.until("return document.querySelectorAll('.item img').length === 6", "no pictures")
        self.browser.run("document.querySelector('.item').click()")
        self.until_text(".selection", "1 selected")
        yield "class"
        self.press_button("Rename")
        yield "dialog"

    def test_a_phone_needs_no_sideways_scrolling(self):
        self.browser.resize(390, 844)
        for page in self.each_page():
            check_phone(self, page)

    def test_axe_finds_nothing_serious(self):
        if not AXE.exists():
            self.skipTest("axe-core is not there: scripts/build_page.sh fetches it where there is npm")
        for scheme in ("light", "dark"):
            self.browser.prefer(scheme)
            for page in self.each_page():
                check_axe(self, f"{page}, {scheme}")

    def test_keys_are_listed_and_can_be_switched_off(self):
        self.browser.press("?")
        self.until_text("dialog", "The answer is right: add the picture")
        self.browser.run("document.querySelector('dialog input').click()")
        self.browser.press("Escape")
        self.until("return document.querySelector('dialog') === null", "the list stays")
        self.browser.press("2")
        self.assertEqual(self.text("h2"), "What is this?")
        self.browser.run("localStorage.clear()")

    def test_focus_is_visible_and_the_content_is_one_key_away(self):
        self.browser.press("Tab")
        self.assertEqual(self.browser.run("return document.activeElement.textContent"), "To the content")
        self.browser.press("Enter")
        self.assertEqual(self.browser.run("return document.activeElement.id"), "content")
        self.browser.press("Tab")
        outline = self.browser.run("const style = getComputedStyle(document.activeElement);"
                                   "return style.outlineStyle + ' ' + style.outlineWidth")
        self.assertEqual(outline, "solid 2px")


if __name__ == "__main__":
    main(__doc__)
