"""A small WebDriver client: headless Chromium, driven through chromedriver, with Python's standard library only."""

import base64
import json
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

BROWSER_OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--disable-sync",
                   "--hide-scrollbars", "--window-size=1240,1000"]
KEYS = {"ArrowRight": "\ue014", "ArrowDown": "\ue015", "Home": "\ue011", "Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004"}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def find_program(*names):
    for name in names:
        if found := shutil.which(name):
            return found
    raise RuntimeError(f"this test needs {' or '.join(names)}; scripts/setup.sh installs it")


class Browser:
    """One window. `folder` holds the profile and must be empty; close() ends browser and driver."""

    def __init__(self, folder, options=()):
        chromium = find_program("chromium", "chromium-browser", "google-chrome")
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.driver = subprocess.Popen([find_program("chromedriver"), "--port=0"], stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, text=True)
        self.session = None
        try:
            self.address = f"http://127.0.0.1:{self.read_port()}"
            # A page draws what follows a key or a click when it gets to it: an element is waited for.
            capabilities = {"timeouts": {"implicit": 15000},
                            "goog:chromeOptions": {"binary": chromium,
                                                   "args": [*BROWSER_OPTIONS, *options,
                                                            f"--user-data-dir={folder}"]},
                            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
            self.session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}},
                                     whole=True)["sessionId"]
        except BaseException:
            self.close()
            raise

    def read_port(self):
        lines = []
        for line in self.driver.stdout:
            lines.append(line)
            if "started successfully on port" in line:
                return int(line.split("port")[-1].strip(" .\n"))
        raise RuntimeError("chromedriver did not start: " + "".join(lines))

    def call(self, method, path, body=None, whole=False):
        url = self.address + (path if whole else f"/session/{self.session}{path}")
        request = urllib.request.Request(url, method=method, headers={"Content-Type": "application/json"},
                                         data=None if body is None else json.dumps(body).encode())
        try:
            with self.opener.open(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()[:500]}") from None

    def close(self):
        try:
            if self.session:
                self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()

    def open(self, path):
        self.visit(Path(path).resolve().as_uri())

    def visit(self, url):
        self.call("POST", "/url", {"url": url})

    def element(self, selector):
        return self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        """As a person does: what is covered or not there can't be clicked."""
        self.call("POST", f"/element/{self.element(selector)}/click", {})

    def type(self, selector, text):
        """Presses keys in a field; into a file field goes a path."""
        self.call("POST", f"/element/{self.element(selector)}/value", {"text": text})

    def resize(self, width, height):
        """The page's own width, as on a phone of that size."""
        self.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}})

    def run(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def run_async(self, script, *arguments):
        return self.call("POST", "/execute/async", {"script": script, "args": list(arguments)})

    def log(self, kind):
        """What was logged since the last call: "browser" is the console, "performance" the network."""
        return self.call("POST", "/se/log", {"type": kind})

    def requests(self):
        """Addresses that pages asked for since the last call."""
        messages = (json.loads(entry["message"])["message"] for entry in self.log("performance"))
        return [message["params"]["request"]["url"] for message in messages
                if message["method"] == "Network.requestWillBeSent"]

    def pointer(self, *actions):
        """Each action: ("move", x, y) in pixels of the window, ("down",), ("up",)."""
        names = {"move": "pointerMove", "down": "pointerDown", "up": "pointerUp"}
        steps = []
        for name, *place in actions:
            step = {"type": names[name]}
            step |= {"x": int(place[0]), "y": int(place[1]), "duration": 0} if place else {"button": 0}
            steps.append(step)
        self.call("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": steps}]})

    def wheel(self, x, y, delta):
        step = {"type": "scroll", "x": int(x), "y": int(y), "deltaX": 0, "deltaY": delta}
        self.call("POST", "/actions", {"actions": [{"type": "wheel", "id": "wheel", "actions": [step]}]})

    def press(self, key):
        value = KEYS.get(key, key)
        steps = [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": steps}]})

    def prefer(self, scheme):
        """"light" or "dark"."""
        self.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]}})

    def screenshot(self, path, width=1240):
        """The whole page."""
        height = self.run("return document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        shot = self.call("POST", "/goog/cdp/execute", {"cmd": "Page.captureScreenshot", "params": {
            "captureBeyondViewport": True, "clip": clip}})
        Path(path).write_bytes(base64.b64decode(shot["data"]))
