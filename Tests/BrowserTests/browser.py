"""Chromium, as a person would use it, and what it complains of."""
import os, pathlib
from playwright.sync_api import sync_playwright
from stage import ADMIN, ROOT

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
WIDTHS = (320, 400, 1280)
THEMES = ("light", "dark")
HEIGHT = 900


def axe_script():
    """The JavaScript of axe-core, as PyPI has it."""
    import axe_playwright_python
    return (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


# Runs where the page cannot see it: violations as one line each, with the first places.
AXE = """async () => {
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map(v => `${v.id}: ${v.help}: ` + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " +
        (n.any[0] || n.all[0] || n.none[0] || { message: "" }).message).join("; "));
}"""

# What a page holds that it must not: elements that a name made, and what is wider than the window.
WIDER = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.querySelectorAll("body *")].filter(e => {
        if (e.getBoundingClientRect().right <= width + 1) return false;
        for (let p = e.parentElement; p; p = p.parentElement) {
            if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(p).overflowX)) return false;
        }
        return true;
    });
    return wide.slice(0, 3).map(e => e.tagName.toLowerCase() + "." + e.className + " reaches " + Math.round(e.getBoundingClientRect().right));
}"""


class Browser:
    """One Chromium. As root it has no sandbox: a CI runs as root, and it sees nothing but what these tests serve."""

    def __init__(self, arguments=(), playwright=None):
        self.is_own = playwright is None
        self.playwright = playwright or sync_playwright().start()
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.chromium = self.playwright.chromium.launch(executable_path=CHROMIUM, args=options + ["--disable-dev-shm-usage", *arguments])

    def visitor(self, host, token=ADMIN, **options):
        return Visitor(self.chromium.new_context(viewport={"width": 1280, "height": HEIGHT}, **options), host, token)

    def another(self, *arguments):
        """Another Chromium, started with these arguments as well."""
        return Browser(arguments, self.playwright)

    def close(self):
        self.chromium.close()
        if self.is_own:
            self.playwright.stop()


class Visitor:
    """Somebody in front of a dashboard: one tab, signed in."""

    def __init__(self, context, host, token):
        self.context, self.host = context, host
        self.page = context.new_page()
        self.page.set_default_timeout(15_000)
        # What the browser said of the present page: errors of the console, violations of its policy, exceptions.
        self.complaints = []
        self.page.on("console", lambda message: message.type in ("error", "warning") and self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if token:
            self.sign_in(token)

    def sign_in(self, token):
        self.go("/login")
        self.page.locator("input[name=token]").fill(token)
        self.page.locator("input[name=token]").press("Enter")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def go(self, path):
        self.complaints.clear()
        return self.page.goto(self.host.url + path, wait_until="load")

    def look(self, width, theme):
        """The same page in another window, or another theme."""
        self.page.emulate_media(color_scheme=theme)
        self.page.set_viewport_size({"width": width, "height": HEIGHT})

    def wider(self):
        return self.page.evaluate(WIDER)

    def text(self):
        return self.page.locator("body").inner_text()

    def shot(self, name):
        folder = ROOT / ".build" / "screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png", full_page=True)

    def close(self):
        self.context.close()


class Inspector(Visitor):
    """A visitor whose pages let axe in. The policy of a page would keep it out, so it is put aside here: other visitors hold the page to it."""

    def __init__(self, browser, host, token=ADMIN):
        super().__init__(browser.chromium.new_context(viewport={"width": 1280, "height": HEIGHT}, bypass_csp=True), host, token)
        self.script = axe_script()

    def findings(self):
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(self.script)
        return self.page.evaluate(AXE)
