"""Takes the four pictures of the README and the docs: a usual morning of invented people."""
import pathlib
import stories
from browser import Browser
from stage import ROOT, Simulators, eventually, scratch

PICTURES = (("now", "/", "light"), ("orders", "/orders", "light"), ("order", None, "light"), ("dead", "/dead", "dark"))


def main():
    images = ROOT / "docs" / "images"
    images.mkdir(exist_ok=True)
    # Nobody on these pictures has markup for a name.
    stories.MARKUP = ("Ana", "Roe")
    with scratch() as name:
        folder = pathlib.Path(name)
        simulators = Simulators(folder)
        host = stories.full(folder / "full", simulators)
        browser = Browser()
        try:
            eventually("issue about the script", lambda: host.items("/issues?kind=script_failing"))
            order = host.order("acme", "application-101")
            visitor = browser.visitor(host)
            for picture, path, theme in PICTURES:
                visitor.look(1280, theme)
                visitor.go(path or f"/orders/{order['id']}")
                visitor.page.screenshot(path=images / f"{picture}.png")
        finally:
            browser.close()
            host.stop()
            simulators.stop()


if __name__ == "__main__":
    main()
