#!/usr/bin/env python3
"""The page Review of `simdb serve`, in headless Chromium: unknown pictures, labels in doubt, duplicates, confused classes.

usage: page_review_test.py SIMDB [unittest options]
"""

import json
import sys

sys.dont_write_bytecode = True
from page_case import PageCase, main  # noqa: E402
from page_looks import check_looks, striped  # noqa: E402
from page_server import wait_for  # noqa: E402

CARDS = "return document.querySelectorAll('.entry').length"


class ReviewCase(PageCase):
    def until_cards(self, count):
        self.until(f"{CARDS} === arguments[0]", f"not {count} entries", count)

    def items(self, name):
        return json.loads(self.server.ask("GET", f"/v1/items?class={name}&limit=100")[2])["items"]

    def settle(self):
        """Keys act on an entry that has stood there for half a second."""
        self.until("return document.querySelector('.entry.active') !== null", "no entry is current")
        self.browser.run_async("setTimeout(arguments[0], 600)")


class Unknown(ReviewCase):
    """With a calibration."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calibrate()
        cls.stripes = [striped(cls.folder / f"stripes{index}.bmp", index) for index in range(3)]

    def setUp(self):
        self.browser.visit("about:blank")
        waiting = json.loads(self.server.ask("GET", "/v1/unknowns")[2])["unknowns"]
        if waiting:
            self.server.ask("POST", "/v1/unknowns/delete", {"ids": [one["id"] for one in waiting]})
        for name in self.server.classes().keys() - {"circle", "rectangle", "triangle"}:
            self.server.ask("POST", "/v1/classes/delete", {"class": name})
        self.browser.log("browser")
        self.enter()

    def ask_about(self, *pictures):
        self.show(*pictures)
        self.until("return document.querySelectorAll('.verdict.unknown').length === arguments[0]", "not all are unknown",
                   len(pictures))
        self.browser.run("location.hash = '#/review'")
        self.until_cards(len(pictures))

    def until_waiting(self, count):
        """On the server."""
        waiting = lambda: json.loads(self.server.ask("GET", "/v1/unknowns?limit=1")[2])["total"]  # noqa: E731
        self.assertTrue(wait_for(lambda: waiting() == count), f"{waiting()} wait, not {count}")

    def until_added(self, name, count):
        self.assertTrue(wait_for(lambda: self.server.classes().get(name) == count), self.server.classes())

    def test_an_unknown_picture_is_kept_and_named_in_one_step(self):
        self.ask_about(self.stripes[0])
        self.until_text(".top nav", "Review 1")
        self.until("return document.querySelector('.entry img')?.naturalWidth === 64", "no picture")
        self.press_button("Name it")
        self.browser.type(".entry [role=combobox]", "stripes")
        self.press_button("New class")
        self.until_text(".empty", "No unknown pictures wait")
        self.until_added("stripes", 1)
        self.until_waiting(0)
        self.press_button("Undo")
        self.until_cards(1)
        self.until_added("stripes", None)
        self.until_waiting(1)

    def test_keys_name_and_delete(self):
        self.ask_about(*self.stripes[:2])
        self.settle()
        self.browser.press("n")
        self.until("return document.activeElement.getAttribute('role') === 'combobox'", "no field for the class")
        for key in ("s", "t", "r", "Enter"):
            self.browser.press(key)
        self.until_cards(1)
        self.until_added("str", 1)
        self.settle()
        self.browser.press("d")
        self.until_text(".notice.pending", "Deleting 1 unknown picture in 8 seconds")
        self.until_waiting(1)
        self.browser.press("u")
        self.until_cards(1)

    def test_several_are_named_at_once(self):
        self.ask_about(*self.stripes)
        for index in (0, 1, 2):
            self.browser.run("document.querySelectorAll('.entry input')[arguments[0]].click()", index)
        self.until_text(".selection", "3 selected")
        self.press_button("Name…")
        self.browser.type("dialog [role=combobox]", "stripes")
        self.browser.press("Enter")
        self.until_text(".empty", "No unknown pictures wait")
        self.until_added("stripes", 3)

    def test_what_would_be_known_by_now_is_told_and_added(self):
        self.ask_about(self.stripes[0])
        alike = bytearray(self.stripes[0].read_bytes())
        for place in range(1, 9):  # another client teaches it by pictures with some pixels changed
            alike[-3 * place] ^= 0x40
            self.server.ask("POST", "/v1/items?class=stripes", bytes(alike), {"Content-Type": "image/bmp"})
        self.until_text(".found", "One waiting unknown would now be known.")
        self.until_text(".entry h2", "Would now be stripes")
        self.press_button("Add it to its class")
        self.until_text(".empty", "No unknown pictures wait")
        self.until_waiting(0)

    def test_another_client_s_unknown_appears(self):
        self.ask_about(self.stripes[0])
        self.server.ask("POST", "/v1/query?keep-unknown=true", self.stripes[1].read_bytes(), {"Content-Type": "image/bmp"})
        self.until_cards(2)

    def test_looks(self):
        self.ask_about(*self.stripes)
        check_looks(self)


class Labels(ReviewCase):
    def setUp(self):
        super().setUp()
        self.wrong = self.items("circle")[0]["id"]
        self.server.ask("POST", "/v1/items/move", {"ids": [self.wrong], "class": "triangle"})
        self.enter("#/review/labels")
        self.until(f"{CARDS} > 0", "nothing is in doubt")
        self.count = self.browser.run(CARDS)
        self.until_text(".entry", "triangle")

    def item_class(self):
        return json.loads(self.server.ask("GET", f"/v1/items/{self.wrong}")[2])["class"]

    def choose(self):
        """The wrong label's entry becomes the current one."""
        self.browser.run("document.querySelector(`[aria-label^='Picture ${arguments[0]} of']`).focus()", self.wrong)
        self.settle()

    def until_class(self, name):
        self.assertTrue(wait_for(lambda: self.item_class() == name), self.item_class())

    def test_one_key_moves_it_and_undo_takes_it_back(self):
        self.choose()
        self.assertIn("Move to circle", self.text(".entry.active"))
        self.until("return [...document.querySelectorAll('.entry.active img')].filter((one) => one.naturalWidth > 0).length > 5",
                   "the neighbours have no pictures")
        self.browser.press("Enter")
        self.until_text(".notice", "Moved 1 picture to circle")
        self.until_class("circle")
        self.until("return document.querySelector(`[aria-label='Picture ${arguments[0]} of triangle']`) === null", "it stays", self.wrong)
        self.browser.press("u")
        self.until_class("triangle")
        self.until("return document.querySelector(`[aria-label='Picture ${arguments[0]} of triangle']`) !== null", "it does not come back",
                   self.wrong)

    def test_a_label_that_is_right_is_listed_no_more_until_that_is_undone(self):
        self.choose()
        self.browser.press("l")
        self.until_text(".notice", f"Picture {self.wrong} stays in triangle")
        self.until_text(".lead", "1 more were found right")
        self.assertEqual(self.item_class(), "triangle")
        self.press_button("Undo")
        self.until("return document.querySelector(`[aria-label='Picture ${arguments[0]} of triangle']`) !== null", "it does not come back",
                   self.wrong)
        self.until("return !document.querySelector('.lead').innerText.includes('found right')", "it is kept still")

    def test_delete_waits_and_another_class_is_one_choice(self):
        self.choose()
        self.browser.press("d")
        self.until_text(".notice.pending", "Deleting 1 picture in 8 seconds")
        self.until_cards(self.count - 1)
        self.press_button("Undo")
        self.until_cards(self.count)
        self.choose()
        self.browser.press("e")
        self.until("return document.activeElement.getAttribute('role') === 'combobox'", "no field for the class")
        self.browser.type(".entry [role=combobox]", "rect")
        self.press_button("rectangle")
        self.until_class("rectangle")

    def test_looks(self):
        check_looks(self)


class Duplicates(ReviewCase):
    def setUp(self):
        super().setUp()
        self.picture = self.server.pictures("circle", 1)[0].read_bytes()
        self.server.ask("POST", "/v1/items?class=triangle&on-duplicate=add", self.picture)
        self.enter("#/review/duplicates")
        self.until_cards(1)

    def test_side_by_side_one_is_deleted_with_undo(self):
        self.until("return document.querySelectorAll('.side img').length === 2", "no two pictures")
        self.assertEqual(self.browser.run("return [...document.querySelectorAll('.side a')].map((one) => one.innerText).sort()"),
                         ["circle", "triangle"])
        self.assertIn("The same file in 2 classes", self.text(".entry h2"))
        self.browser.click(".side li:nth-child(2) .danger")
        self.until_text(".side li:nth-child(2)", "being deleted")
        self.press_button("Undo")
        self.until("return document.querySelectorAll('.side .danger').length === 2", "not back")
        self.assertEqual(sum(self.server.classes().values()), 19)
        self.browser.click(".side li:nth-child(2) .danger")
        self.until_text(".empty", "No picture is there twice")
        self.until_classes({"circle": 6, "rectangle": 6, "triangle": 6})

    def test_conflicts_come_first_and_live(self):
        twice = self.server.pictures("rectangle", 1)[0].read_bytes()
        self.server.ask("POST", "/v1/items?class=rectangle&key=again&on-duplicate=add", twice)
        self.server.ask("POST", "/v1/items?class=square&on-duplicate=add", twice)
        self.until_cards(2)
        self.until("return [...document.querySelectorAll('.entry h2')].every((one) => one.innerText.includes('in 2 classes'))",
                   "conflicts are not told")

    def test_looks(self):
        check_looks(self)


class Confused(ReviewCase):
    def test_pairs_lead_to_their_classes_and_follow_changes(self):
        self.enter("#/review/confused")
        ids = [one["id"] for one in self.items("circle")[:3]]
        self.server.ask("POST", "/v1/items/move", {"ids": ids, "class": "disc"})
        self.until_text(".pairs", "taken for")
        self.until("return document.querySelectorAll('.pairs img').length >= 6", "no pictures")
        check_looks(self)
        self.browser.click(".pairs a[href='#/class/disc']")
        self.until_text("h1", "disc")


if __name__ == "__main__":
    main(__doc__)
