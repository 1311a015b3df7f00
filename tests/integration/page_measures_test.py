#!/usr/bin/env python3
"""The page Measures of `simdb serve`, in headless Chromium: accuracy, confusion, reliability, jobs.

usage: page_measures_test.py SIMDB [unittest options]
"""

import json
import sys

sys.dont_write_bytecode = True
from page_case import PageCase, main  # noqa: E402
from page_looks import check_looks  # noqa: E402

# A part of the API answers this.
CANNED = """
  const [start, answer] = arguments;
  const ownFetch = window.fetch;
  window.asked = [];
  window.fetch = (path, how) => {
    if (!String(path).startsWith(start)) return ownFetch(path, how);
    window.asked.push((how?.method ?? 'GET') + ' ' + path);
    return Promise.resolve(new Response(JSON.stringify(answer)));
  };"""


class Measures(PageCase):
    def open(self):
        self.browser.run("location.hash = '#/measures'")
        self.until_text("h1", "Measures")

    def test_figures_matrix_and_what_others_change(self):
        self.open()
        self.until_text(".figures", "Accuracy")
        self.assertRegex(self.text(".figures"), r"Accuracy \d+(\.\d)? % \d+ of 18 pictures taken for another class")
        self.assertEqual(self.browser.run("return document.querySelectorAll('.matrix tbody td').length"), 9)
        self.assertIn("Reliability", self.browser.run("return document.querySelector('.plot').getAttribute('aria-label')"))
        self.assertGreater(self.browser.run("return document.querySelectorAll('.plot .bar').length"), 0)
        circles = json.loads(self.server.ask("GET", "/v1/items?class=circle")[2])["items"]
        self.server.ask("POST", "/v1/items/move", {"ids": [one["id"] for one in circles[:2]], "class": "disc"})
        self.until("return document.querySelectorAll('.matrix tbody td').length === 16", "the new class does not appear")
        self.until("return [...document.querySelectorAll('.matrix td')].some((one) => /disc, taken for circle: [12] of 2/.test(one.title))",
                   "disc is not taken for circle")
        check_looks(self)

    def test_of_many_classes_the_most_confused_pairs(self):
        names = [f"class {index}" for index in range(40)]
        self.browser.run(CANNED, "/v1/confusion", {
            "change": 1, "items": 400, "of": 1000, "accuracy": 0.9, "balanced_accuracy": 0.8, "calibration_error": 0.02, "unknown": None,
            "classes": [{"class": name, "items": 10, "right": 9} for name in names],
            "confusions": [{"class": names[3], "predicted": names[4], "items": 3}, {"class": names[4], "predicted": names[3], "items": 2},
                           *({"class": name, "predicted": names[0], "items": 1} for name in names[5:])],
            "reliability": [{"confidence": 0.9, "accuracy": 0.9, "items": 400}]})
        self.open()
        self.until_text(".pairs li", "3 of class 3 taken for class 4 2 of class 4 taken for class 3")
        self.assertIn("400 of 1,000", self.text(".page-head"))
        self.assertEqual(self.browser.run("return document.querySelectorAll('.matrix').length"), 0)
        self.assertEqual(self.browser.run("return document.querySelectorAll('.pairs li').length"), 20)
        self.press_button("All 36 pairs")
        self.until_text("h1", "Review")

    def test_calibrate_and_verify(self):
        self.open()
        self.until_text("[data-kind=calibrate]", "Not calibrated")
        self.press_button("Calibrate")
        self.until_text("[data-kind=calibrate]", "of 3 classes calibrated")
        self.until_text("[data-kind=calibrate]", "Done,")
        self.press_button("Verify")
        self.until_text("[data-kind=verify]", "18 items are sound")
        self.browser.call("POST", "/refresh", {})  # it is told to who comes later too
        self.until_text("[data-kind=verify]", "18 items are sound")

    def test_a_job_that_runs_shows_how_far_and_can_be_stopped(self):
        job = {"id": 7, "kind": "verify", "state": "running", "done": 5, "total": 20, "started": "2026-11-29T12:00:00Z",
               "ended": None, "result": None, "error": None}
        self.browser.run(CANNED, "/v1/jobs", {"jobs": [job]} | job)
        self.open()
        self.until_text("[data-kind=verify]", "25 %")
        self.assertEqual(self.browser.run("return document.querySelector('progress').value"), 0.25)
        self.assertTrue(self.browser.run("return document.querySelector('[data-kind=calibrate] button').disabled"))
        check_looks(self)
        self.press_button("Stop")
        self.until("return window.asked.includes('DELETE /v1/jobs/7')", "it is not stopped")


if __name__ == "__main__":
    main(__doc__)
