"""What every view of the page must be: whole on a phone, and sound for axe-core in light and dark."""

from pathlib import Path

AXE = Path(__file__).resolve().parents[2] / "server/page/node_modules/axe-core/axe.min.js"
IS_WIDER = "return document.documentElement.scrollWidth > window.innerWidth"
BEYOND = """
  return [...document.querySelectorAll('button, a, input, h1, h2, p')].filter((one) =>
    one.offsetParent && !one.closest('.unseen, .skip, .scroll, .tabs') && one.getBoundingClientRect().right > innerWidth)
    .map((one) => one.outerHTML);"""
SERIOUS = """
  const done = arguments[0];
  axe.run(document, { resultTypes: ['violations'] }).then((result) => done(result.violations
    .filter((one) => ['serious', 'critical', 'moderate'].includes(one.impact))
    .map((one) => one.id + ': ' + one.nodes.map((node) => node.html).join(' '))), (error) => done([String(error)]));"""


def check_phone(case, page=""):
    """`case` is a PageCase whose window is as narrow as a phone."""
    case.assertFalse(case.browser.run(IS_WIDER), page)
    case.assertEqual([one for one in case.browser.run(BEYOND) if "skip" not in one], [], page)


def check_axe(case, page=""):
    """Nothing if axe-core is not there: scripts/build_page.sh fetches it where there is npm."""
    if not AXE.exists():
        return
    case.browser.run_async("Promise.allSettled(document.getAnimations().map((one) => one.finished)).then(arguments[0])")
    case.browser.run(AXE.read_text() + "; window.axe = axe;")
    case.assertEqual(case.browser.run_async(SERIOUS), [], page)


def check_looks(case):
    try:
        case.browser.resize(390, 844)
        check_phone(case)
        for scheme in ("light", "dark"):
            case.browser.prefer(scheme)
            check_axe(case, scheme)
    finally:
        case.browser.prefer("light")
        case.browser.resize(1240, 1000)


def striped(path, kind=0):
    """A picture of stripes, no shape of the drawn database."""
    side = 64
    rows = b"".join(bytes((0, 0, 0) if (x * (kind % 3) + y) // (6 + kind) % 2 else (255, 255, 255))
                    for y in range(side) for x in range(side))
    head = b"BM" + (54 + len(rows)).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
    info = (40).to_bytes(4, "little") + side.to_bytes(4, "little") * 2 + b"\x01\0\x18\0" + bytes(24)
    path.write_bytes(head + info + rows)
    return path
