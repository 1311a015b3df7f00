#!/usr/bin/env python3
"""Pictures of the page of `simdb serve` for eyes: every view, on a desk and on a phone, light and dark.

usage: page_screenshots.py SIMDB FOLDER
"""

import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
from page_server import Server  # noqa: E402
from web_driver import Browser  # noqa: E402

SCREENS = {1240: 900, 390: 844}


def main(program, folder):
    with tempfile.TemporaryDirectory(prefix="simdb-page-") as root:
        server = Server(Path(program).resolve(), root)
        server.run("add", "--by-folder", server.images)
        server.run("calibrate")
        server.run("sample-data", Path(root) / "others", "--class-by", "shape", "--count", "2", "--colors", "3", "--seed", "9")
        server.start()
        browser = Browser(Path(root) / "profile", ("--use-angle=swiftshader", "--enable-unsafe-swiftshader"))

        def shoot(name):
            time.sleep(0.5)
            for width, height in SCREENS.items():
                browser.resize(width, height)
                for scheme in ("light", "dark"):
                    browser.prefer(scheme)
                    time.sleep(0.4)
                    browser.screenshot(Path(folder) / f"{name}_{width}_{scheme}.png", width)
            browser.resize(1240, 900)

        try:
            browser.visit(server.url)
            shoot("door")
            browser.visit("about:blank")
            browser.visit(server.link)
            shoot("start")
            pictures = [*server.pictures("circle", 1), *(Path(root) / "others/triangle").iterdir()]
            browser.type("#files", "\n".join(str(one) for one in pictures))
            shoot("ask")
            browser.press("j")
            browser.press("e")
            shoot("another_class")
            browser.press("Escape")
            browser.run("document.querySelector('details').open = true")
            shoot("why")
            for place in ("review", "review/labels", "review/duplicates", "review/confused", "map", "measures"):
                browser.run("location.hash = '#/' + arguments[0]", place)
                time.sleep(1)
                shoot(place.replace("/", "_"))
            browser.press("2")
            shoot("classes")
            browser.click(".tile a")
            time.sleep(0.5)
            browser.click(".item")
            shoot("class")
            browser.press("?")
            shoot("keys")
            browser.press("Escape")
            time.sleep(0.3)
            browser.click(".page-head .danger")
            shoot("deleting")
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
    main(*sys.argv[1:])
