"""Somebody without a mouse."""
import pathlib, time, unittest
import pages, stories
from browser import WIDTHS, Browser
from stage import Simulators, scratch

# What has the focus, and whether one can see that it has.
FOCUS = """() => {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    const outer = e.closest("svg") && e.tagName.toLowerCase() !== "svg" ? e : e;
    return {
        what: e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + " " + (e.getAttribute("aria-label") || e.textContent || e.name || "").trim().slice(0, 40),
        name: (e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") || e.textContent || e.labels?.[0]?.textContent || e.title || "").trim(),
        visible: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        inside: box.width > 0 && box.height > 0,
        order: [...document.querySelectorAll("*")].indexOf(outer),
    };
}"""


class Keyboard(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = scratch()
        cls.addClassCleanup(folder.cleanup)
        cls.simulators = Simulators(pathlib.Path(folder.name))
        cls.addClassCleanup(cls.simulators.stop)
        cls.host = stories.full(pathlib.Path(folder.name) / "host", cls.simulators)
        cls.addClassCleanup(cls.host.stop)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.visitor = self.browser.visitor(self.host)
        self.addCleanup(self.visitor.close)
        self.page = self.visitor.page

    def test_the_focus_is_seen_on_everything_and_goes_in_order(self):
        order = self.host.order("acme", "application-101")
        for path in ("/", "/orders", f"/orders/{order['id']}", "/events", "/issues", "/dead", "/connections/acme", "/accounts/zinc-uk", "/webhooks/hr-system"):
            for width in (WIDTHS[0], WIDTHS[-1]):
                self.visitor.go(path)
                self.visitor.look(width, "light")
                last, seen = -1, 0
                for _ in range(60):
                    self.page.keyboard.press("Tab")
                    focus = self.page.evaluate(FOCUS)
                    if focus is None or focus["order"] < last:
                        break
                    last, seen = focus["order"], seen + 1
                    with self.subTest(page=path, width=width, element=focus["what"]):
                        self.assertTrue(focus["visible"], "the focus is not seen")
                        self.assertTrue(focus["inside"], "the focus is on something that takes no place")
                        self.assertTrue(focus["name"], "it has no name")
                self.assertGreater(seen, 8, f"{path} at {width} px: the focus went through {seen} elements only")

    def test_the_first_stop_skips_to_the_content(self):
        self.visitor.go("/orders")
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Tab")
        self.assertTrue(self.page.evaluate("() => document.activeElement.closest('main') !== null"))

    def test_slash_searches_and_g_goes(self):
        self.visitor.go("/")
        self.page.keyboard.press("/")
        self.assertEqual(self.page.evaluate("() => document.activeElement.id"), "search")
        self.page.keyboard.press("Escape")
        self.page.locator("h1").click()
        for letter, path in (("o", "/orders"), ("i", "/issues"), ("d", "/dead"), ("e", "/events"), ("r", "/runs"), ("c", "/connections")):
            with self.subTest(letter=letter):
                self.page.keyboard.press("g")
                self.page.keyboard.press(letter)
                self.page.wait_for_url("**" + path)

    def test_a_question_mark_lists_the_keys_and_escape_closes(self):
        self.visitor.go("/")
        self.page.keyboard.press("?")
        self.assertTrue(self.page.locator("dialog#keys").is_visible())
        self.page.keyboard.press("Escape")
        self.assertFalse(self.page.locator("dialog#keys").is_visible())

    def test_j_and_k_go_through_rows_and_enter_opens_one(self):
        self.visitor.go("/events")
        self.page.keyboard.press("j")
        self.page.keyboard.press("j")
        self.page.keyboard.press("k")
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/events/evt_*")

    def test_a_page_that_refreshes_leaves_the_focus_and_what_was_moved_where_they_are(self):
        changes = iter(range(1, 100))

        def refreshed(part):
            """Changes something until a part of the page was put in anew."""
            self.page.evaluate("part => { document.getElementById(part).dataset.old = '1'; }", part)
            self.host.place("acme", f"refresh-{time.monotonic_ns()}-{next(changes)}", "Nina", "Vos")
            self.page.wait_for_function("part => document.getElementById(part).dataset.old === undefined", arg=part)

        focus = "() => document.activeElement.getAttribute('href') || document.activeElement.textContent"
        for path, part, stop in (("/", "now", "#now article h3 a"), ("/events", "events", "#events tbody tr:nth-child(2) a")):
            with self.subTest(page=path):
                self.visitor.go(path)
                self.page.locator(stop).first.focus()
                before = self.page.evaluate(focus)
                refreshed(part)
                self.assertEqual(self.page.evaluate(focus), before)
        self.visitor.go("/")
        self.page.locator("#time-table > summary").click()
        self.visitor.look(320, "light")
        box = "#time-table .scroll"
        self.page.evaluate("box => { document.querySelector(box).scrollLeft = 40; }", box)
        moved = self.page.evaluate("box => document.querySelector(box).scrollLeft", box)
        refreshed("now")
        self.assertEqual(self.page.evaluate("box => document.querySelector(box).scrollLeft", box), moved)

    def test_what_is_selected_stays_selected_and_the_page_says_that_it_stands_still(self):
        self.visitor.go("/")
        self.page.evaluate("() => getSelection().selectAllChildren(document.querySelector('#now article p'))")
        before = self.page.evaluate("() => getSelection().toString()")
        self.host.place("acme", f"selected-{time.monotonic_ns()}", "Nina", "Vos")
        self.page.wait_for_function("() => document.getElementById('live-state').textContent.includes('selected')")
        self.assertEqual(self.page.evaluate("() => getSelection().toString()"), before)
        self.page.evaluate("() => getSelection().removeAllRanges()")
        self.page.wait_for_function("() => document.getElementById('live-state').textContent === 'live'")

    def test_keys_can_be_switched_off_and_on_again(self):
        self.visitor.go("/")
        self.page.locator("#show-keys").click()
        self.page.locator("#keys-work").uncheck()
        self.page.keyboard.press("Escape")
        self.visitor.go("/orders")
        self.page.keyboard.press("?")
        self.page.keyboard.press("/")
        self.assertFalse(self.page.locator("dialog#keys").is_visible())
        self.assertNotEqual(self.page.evaluate("() => document.activeElement.id"), "search")
        self.page.locator("#show-keys").click()
        self.page.locator("#keys-work").check()
        self.page.locator("dialog#keys button").click()
        self.page.keyboard.press("/")
        self.assertEqual(self.page.evaluate("() => document.activeElement.id"), "search")

    def test_a_dialog_can_be_left_without_a_keyboard(self):
        self.visitor.go("/connections/acme")
        self.page.locator("details.act > summary", has_text="Pause").click()
        self.page.locator("dialog[open] button", has_text="Not now").click()
        self.assertEqual(self.page.locator("dialog[open]").count(), 0)
        self.assertIsNone(self.host.api("GET", "/connections/acme")["paused"])

    def test_a_dialog_holds_the_focus_and_gives_it_back(self):
        self.visitor.go("/connections/acme")
        summary = self.page.locator("details.act > summary", has_text="Pause")
        summary.focus()
        self.page.keyboard.press("Enter")
        dialog = self.page.locator("dialog[open]")
        self.assertTrue(dialog.is_visible())
        for _ in range(6):
            self.page.keyboard.press("Tab")
            self.assertTrue(self.page.evaluate("() => { const e = document.activeElement; return e === document.body || e.closest('dialog') !== null; }"))
        self.page.keyboard.press("Escape")
        self.assertEqual(self.page.evaluate("() => document.activeElement.textContent"), "Pause")


if __name__ == "__main__":
    unittest.main()
