"""Every page, with nothing on it, with a usual morning, and with everything failing."""
import pathlib, re, unittest
import pages, stories
from browser import THEMES, WIDTHS, Browser, Inspector
from stage import Simulators, scratch


class Pages:
    """The checks of one story's pages, in every window and theme."""

    story = None

    @classmethod
    def setUpClass(cls):
        folder = scratch()
        cls.addClassCleanup(folder.cleanup)
        simulators = Simulators(pathlib.Path(folder.name))
        cls.addClassCleanup(simulators.stop)
        cls.host = cls.story(pathlib.Path(folder.name) / "host", simulators)
        cls.addClassCleanup(cls.host.stop)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def everywhere(self, visitor, look):
        """Calls `look` for every page, window and theme; what fails says which it was."""
        for path in pages.of(self.host):
            visitor.go(path)
            for width in WIDTHS:
                for theme in THEMES:
                    with self.subTest(page=path, width=width, theme=theme):
                        visitor.look(width, theme)
                        look(path, width, theme)

    def test_the_browser_has_nothing_to_complain_of_and_all_fits(self):
        visitor = self.browser.visitor(self.host)

        def look(path, width, theme):
            self.assertEqual(visitor.complaints, [], "the browser complains")
            self.assertEqual(visitor.wider(), [], "something is wider than the window")
            # Shown as it was written; as an element it would have no brackets.
            self.assertEqual(visitor.page.locator("b:text-is('Ana')").count(), 0, "a name has become an element")
            if width != 400:
                name = re.sub(r"[^a-z0-9_]+", "-", path.lower()) if path != "/" else "-now"
                visitor.shot(f"{type(self).__name__.lower()}{name}-{width}-{theme}")

        self.everywhere(visitor, look)
        visitor.close()

    def test_axe_finds_nothing(self):
        inspector = Inspector(self.browser, self.host)
        self.everywhere(inspector, lambda *_: self.assertEqual(inspector.findings(), [], "axe finds something"))
        inspector.close()


class Empty(Pages, unittest.TestCase):
    story = staticmethod(stories.empty)


class Full(Pages, unittest.TestCase):
    story = staticmethod(stories.full)


class Failing(Pages, unittest.TestCase):
    story = staticmethod(stories.failing)


if __name__ == "__main__":
    unittest.main()
