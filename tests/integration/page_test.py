#!/usr/bin/env python3
"""The page of `simdb serve`, in headless Chromium: what a person does on it, by clicks and keys.

usage: page_test.py SIMDB [unittest options]
"""

import sys

sys.dont_write_bytecode = True
from page_case import PageCase, main  # noqa: E402
from page_server import wait_for  # noqa: E402


class Ask(PageCase):
    def test_an_answer_shows_class_neighbours_votes_and_why(self):
        self.show(*self.server.pictures("circle", 1, skip=7))
        self.until_text(".verdict h2", "circle")
        self.assertIn("Right, add it", self.text(".actions"))
        self.until("return [...document.querySelectorAll('.neighbors img')].filter((one) => one.naturalWidth > 0).length >= 5",
                   "no thumbnails")
        self.assertTrue(self.browser.run("return [...document.images].every((one) => one.src.startsWith('blob:'))"))
        self.assertRegex(self.text(".votes"), r"circle\s+\d+ %")
        self.assertGreater(self.browser.run("return document.querySelector('.votes .bar i').offsetWidth"), 50)
        self.browser.click(".why summary")
        self.assertIn("Most alike", self.text(".why"))
        self.assertEqual(self.browser.run("return document.querySelector('.ask [role=status]').textContent")[:8], "Probably")

    def test_one_click_confirms_and_undo_takes_it_back(self):
        self.show(*self.server.pictures("circle", 1, skip=7))
        self.press_button("Right, add it")
        self.until_text(".settled", "Added to circle")
        self.until_classes({"circle": 7, "rectangle": 6, "triangle": 6})
        self.press_button("Undo")
        self.until_text(".verdict h2", "circle")
        self.until_classes({"circle": 6, "rectangle": 6, "triangle": 6})

    def test_keys_confirm_correct_and_undo(self):
        self.show(*self.server.pictures("circle", 1, skip=7), *self.server.pictures("triangle", 1, skip=7))
        self.until("return document.querySelectorAll('.verdict').length === 2", "no two answers")
        self.until_text(".card.active .verdict", "circle")
        wait_for(lambda: False, 0.6)  # an answer that is this new can't be confirmed by a key
        self.browser.press("Enter")
        self.until_text(".settled", "Added to circle")
        self.browser.press("e")
        self.until("return document.activeElement.getAttribute('role') === 'combobox'", "no field for the class")
        for key in ("r", "e", "c", "ArrowDown", "Enter"):
            self.browser.press(key)
        self.until_classes({"circle": 7, "rectangle": 7, "triangle": 6})
        self.until("return document.querySelectorAll('.settled').length === 2", "not both are done")
        self.browser.press("u")
        self.until_classes({"circle": 7, "rectangle": 6, "triangle": 6})

    def test_another_class_is_found_by_typing(self):
        self.show(*self.server.pictures("circle", 1, skip=7))
        self.press_button("Another class")
        self.browser.type("[role=combobox]", "TRI")
        self.assertEqual(self.browser.run("return [...document.querySelectorAll('[role=option] bdi')].map((one) => one.textContent)"),
                         ["triangle"])
        self.press_button("triangle")
        self.until_classes({"circle": 6, "rectangle": 6, "triangle": 7})

    def test_the_first_class_of_an_empty_database(self):
        self.server.clear()
        self.until_text("h2", "No classes yet")
        self.assertIn("Drop pictures of one part to begin", self.text(".inlet"))
        self.show(*self.server.pictures("circle", 3))
        self.until_text(".verdict", "Nothing to compare with yet")
        self.press_button("All are one class")
        self.browser.type("[role=combobox]", "washer")
        self.press_button("New class")
        self.until_classes({"washer": 3})
        self.until_text(".top nav", "1")

    def test_waiting_pictures_are_asked_again_when_something_is_learned(self):
        self.server.clear()
        self.show(*self.server.pictures("circle", 1), *self.server.pictures("circle", 1, skip=1))
        self.until("return document.querySelectorAll('.verdict').length === 2", "no two answers")
        self.press_button("New class")
        self.browser.type("[role=combobox]", "washer")
        self.browser.press("Enter")
        self.until_text(".settled", "Added to washer")
        self.until_text(".card.active .verdict", "Probably washer")

    def test_dropped_and_pasted_pictures(self):
        for kind in ("drop", "paste"):
            self.browser.run_async("""
              const [kind, done] = arguments;
              const canvas = document.createElement('canvas');
              canvas.width = canvas.height = 40;
              canvas.toBlob((blob) => {
                const data = new DataTransfer();
                data.items.add(new File([blob], kind + '.png', { type: 'image/png' }));
                const event = kind === 'drop' ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
                                              : new ClipboardEvent('paste', { clipboardData: data, bubbles: true });
                document.body.dispatchEvent(event);
                done(event.defaultPrevented);
              });""", kind)
            self.until(f"return document.querySelector('[aria-label=\"{kind}.png\"] .verdict') !== null", f"no answer to a {kind}")

    def canned(self, status, answer, fields=""):
        """Every query gets this answer: what the drawn database doesn't give."""
        self.browser.run("""
          const [status, answer, wait] = arguments;
          window.ownFetch ??= window.fetch;
          window.asked = 0;
          window.fetch = (path, how) => {
            if (!String(path).startsWith('/v1/query')) return window.ownFetch(path, how);
            ++window.asked;
            return Promise.resolve(new Response(JSON.stringify(answer), { status, headers: wait ? { 'Retry-After': wait } : {} }));
          };""", status, answer, fields)

    def test_in_doubt_every_class_that_fits_is_one_click(self):
        self.canned(200, {"class": "circle", "confidence": 0.6, "accepted": False, "decision": "ambiguous", "alpha": 0.05,
                          "possible": [{"class": "circle", "p": 0.4}, {"class": "triangle", "p": 0.2}],
                          "ranking": [{"class": "circle", "score": 0.6}, {"class": "triangle", "score": 0.4}],
                          "neighbors": []})
        self.show(*self.server.pictures("circle", 1, skip=7))
        self.until_text(".verdict", "One of 2 classes")
        self.assertIn("More than one class fits. Which one is it?", self.text(".verdict"))
        self.browser.press("Enter")  # confirms nothing: there is no one answer
        self.press_button("triangle")
        self.until_classes({"circle": 6, "rectangle": 6, "triangle": 7})

    def test_a_busy_server_is_asked_again_and_then_told(self):
        self.canned(503, {"detail": "too many requests; try again"}, "1")
        self.show(*self.server.pictures("circle", 1, skip=7))
        self.until_text(".failed", "The server is busy. Try again in a moment.")
        self.assertEqual(self.browser.run("return window.asked"), 4)
        self.browser.run("window.fetch = window.ownFetch")
        self.press_button("Try again")
        self.until_text(".verdict", "Probably circle")

    def test_the_camera_of_a_phone(self):
        camera = self.browser.run("const one = document.getElementById('camera'); return [one.accept, one.getAttribute('capture')]")
        self.assertEqual(camera, ["image/*", "environment"])


class RefusedFiles(PageCase):
    def is_expected(self, text):
        return "status of 415" in text  # the browser's own line

    def test_a_file_that_is_no_picture(self):
        fake = self.folder / "fake.png"
        fake.write_bytes(b"no picture")
        self.show(fake)
        self.until_text(".failed", "This file is no picture that can be read here.")
        self.assertEqual(self.browser.run("return document.querySelector('.failed p').getAttribute('role')"), "alert")


class Classes(PageCase):
    def test_a_grid_with_counts_and_pictures(self):
        self.browser.press("2")
        self.until_text(".page-head", "3 classes, 18 pictures")
        self.until("return [...document.querySelectorAll('.tile img')].filter((one) => one.naturalWidth > 0).length === 12",
                   "no pictures of classes")
        self.browser.type("#class-filter", "tri")
        self.until("return document.querySelectorAll('.tile').length === 1", "not filtered")

    def test_pages_of_a_class(self):
        ids = self.server.classes()
        self.assertEqual(ids["circle"], 6)
        for shape in ("circle", "rectangle", "triangle"):
            for picture in self.server.pictures(shape, 20):
                for name in ("big", "big2"):
                    self.server.add(name, picture)
        self.server.ask("POST", "/v1/classes/rename", {"from": "big2", "to": "big", "merge": True})
        self.enter("#/class/big")
        self.until("return document.querySelectorAll('.item').length === 100", "no first page")
        self.press_button("Show more")
        self.until("return document.querySelectorAll('.item').length === 120", "no second page")
        self.assertNotIn("Show more", self.text("main"))

    def test_rename_and_undo(self):
        self.enter("#/class/circle")
        self.press_button("Rename")
        self.browser.run("document.getElementById('new-name').select()")
        self.browser.type("#new-name", "disc")
        self.browser.press("Enter")
        self.until_classes({"disc": 6, "rectangle": 6, "triangle": 6})
        self.until_text("h1", "disc")
        self.press_button("Undo")
        self.until_classes({"circle": 6, "rectangle": 6, "triangle": 6})
        self.until_text("h1", "circle")

    def test_merge_and_undo(self):
        self.enter("#/class/circle")
        self.press_button("Merge")
        self.browser.type("dialog [role=combobox]", "tri")
        self.browser.press("Enter")
        self.until_classes({"rectangle": 6, "triangle": 12})
        self.press_button("Undo")
        self.until_classes({"circle": 6, "rectangle": 6, "triangle": 6})

    def test_delete_waits_and_can_be_undone(self):
        self.enter("#/class/circle")
        self.press_button("Delete")
        self.until_text(".notice.pending", "Deleting circle and its 6 pictures in 8 seconds")
        self.assertIn("Nothing happens if this page is closed", self.text(".notice.pending"))
        first = self.text(".countdown")
        self.until(f"return document.querySelector('.countdown').innerText !== '{first}'", "no countdown")
        self.assertEqual(self.server.classes()["circle"], 6)
        self.until_text(".tile.leaving", "being deleted")
        self.press_button("Undo")
        wait_for(lambda: False, 9)
        self.assertEqual(self.server.classes()["circle"], 6)
        self.enter("#/class/circle")
        self.press_button("Delete")
        self.until_classes({"rectangle": 6, "triangle": 6})
        self.until_text(".page-head", "2 classes")

    def test_selected_pictures_are_moved_and_deleted(self):
        self.enter("#/class/circle")
        self.until("return document.querySelectorAll('.item').length === 6", "no pictures")
        for number in (0, 1):
            self.browser.run("document.querySelectorAll('.item')[arguments[0]].click()", number)
        self.until_text(".selection", "2 selected")
        self.press_button("Move")
        self.browser.type("dialog [role=combobox]", "new place")
        self.browser.press("Enter")
        self.until_classes({"circle": 4, "new place": 2, "rectangle": 6, "triangle": 6})
        self.press_button("Undo")
        self.until_classes({"circle": 6, "rectangle": 6, "triangle": 6})
        self.until("return document.querySelectorAll('.item').length === 6", "the pictures are not back")
        self.browser.click(".item")
        self.browser.run("document.querySelector('.selection .danger').click()")
        self.until("return document.querySelectorAll('.item').length === 5", "still shown")
        self.assertEqual(self.server.classes()["circle"], 6)
        self.until_classes({"circle": 5, "rectangle": 6, "triangle": 6})


class Merging(PageCase):
    def is_expected(self, text):
        return "status of 409" in text

    def test_a_name_that_is_taken_asks_to_merge(self):
        self.enter("#/class/circle")
        self.press_button("Rename")
        self.browser.run("document.getElementById('new-name').select()")
        self.browser.type("#new-name", "triangle")
        self.browser.press("Enter")
        self.until_text("dialog", "There is a class triangle already")
        self.assertEqual(self.server.classes()["triangle"], 6)
        self.browser.run("document.querySelector('dialog .main').click()")
        self.until_classes({"rectangle": 6, "triangle": 12})


if __name__ == "__main__":
    main(__doc__)
