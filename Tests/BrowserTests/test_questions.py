"""Ten questions of a support desk at nine in the morning: each is answered from the first page with no more than three clicks. A search counts as one."""
import pathlib, unittest
import stories
from browser import Browser
from stage import Simulators, call, eventually, scratch

MOST = 3


class Questions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = scratch()
        cls.addClassCleanup(cls.scratch.cleanup)
        folder = pathlib.Path(cls.scratch.name)
        cls.simulators = Simulators(folder)
        cls.addClassCleanup(cls.simulators.stop)
        cls.host = stories.full(folder / "full", cls.simulators)
        cls.addClassCleanup(cls.host.stop)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)
        # Somebody sends what is not signed.
        status, _ = call("POST", f"{cls.host.url}/ats/acme/standard", {"data": {}})
        assert status == 401, status
        eventually("issue about the script", lambda: cls.host.items("/issues?kind=script_failing"))

    def setUp(self):
        self.visitor = self.browser.visitor(self.host)
        self.addCleanup(self.visitor.close)
        self.page, self.clicks = self.visitor.page, 0
        self.visitor.go("/")
        self.addCleanup(lambda: self.assertEqual(self.visitor.complaints, [], "the browser complains"))

    def find(self, text):
        self.page.keyboard.press("/")
        self.page.keyboard.type(text)
        before = self.page.url
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: url != before)
        self.page.wait_for_load_state()
        self.clicks += 1

    def click(self, locator):
        locator.first.click()
        self.page.wait_for_load_state()
        self.clicks += 1

    def link(self, name, **options):
        self.click(self.page.get_by_role("link", name=name, **options))

    def answered(self, *words, most=MOST):
        def found():
            text = self.visitor.text().lower()
            if all(word.lower() in text for word in words):
                return True
            self.page.wait_for_timeout(300)
            return None
        try:
            eventually(f"{words} on the page", found, 15)
        except AssertionError:
            raise AssertionError(f"{words} are not all on {self.page.url}:\n{self.visitor.text()[:3000]}") from None
        self.assertLessEqual(self.clicks, most)
        print(f"\n{self.id().rsplit('.', 1)[1]}: {self.clicks}", end="")

    def test_where_is_janes_check(self):
        self.find("jane doe")
        self.answered("Jane Doe", "awaiting candidate", "With the candidate", most=1)

    def test_why_is_it_late(self):
        self.find("jane doe")
        self.answered("since", "Zinc waits for something that the candidate has to do", "Whose time it was", most=1)

    def test_who_has_to_act(self):
        self.answered("Who has to act", "candidate", "recruiter", "provider", "us", most=0)

    def test_did_the_ats_hear(self):
        self.find("jane doe")
        self.answered("What the ATS was told", "was told at", "204", most=1)

    def test_was_it_ordered_twice(self):
        self.find("jane doe")
        self.answered("Sent", "once", most=1)
        self.link("Case file")
        self.answered("It was sent once", "Signature", most=2)

    def test_why_was_this_delivery_refused(self):
        self.click(self.page.locator("main a[href='/connections/acme']"))
        self.answered("refused since one was last accepted", "signature", most=1)

    def test_what_changed_at_that_time(self):
        self.link("Audit", exact=True)
        self.answered("settings.applied", most=1)

    def test_what_began_with_a_reload(self):
        self.link("Dead letters", exact=True)
        self.answered("the reload at", most=1)

    def test_who_looked_at_jane(self):
        self.find("jane doe")
        self.visitor.go("/")
        self.clicks = 0
        self.find("jane doe")
        self.answered("Who looked, who did what", "admin", "looked", most=1)

    def test_what_is_stuck_for_one_cause(self):
        self.click(self.page.locator("main article.needs h3 a", has_text="initech"))
        self.answered("Holds up", "3", "What to do", most=1)

    def test_can_it_be_undone(self):
        # An adoption, a pause: what took it back stands where it was done.
        order = self.host.order("acme", "application-301")
        taken = {item["provider_ref"] for item in self.host.items("/orders?limit=200")}
        reference = next(item["id"] for item in self.simulators.control("zinc", method="GET")["items"] if item["id"] not in taken)
        self.host.api("POST", f"/orders/{order['id']}/resolve", {"action": "adopt", "provider_ref": reference})
        self.find("application-301")
        self.click(self.page.locator("main details.act > summary", has_text="Take back"))
        self.click(self.page.locator("dialog[open] button[type=submit]"))
        self.answered("uncertain", "Did Zinc get it?", most=3)
        self.visitor.go("/")
        self.clicks = 0
        self.click(self.page.locator("main a[href='/connections/globex']"))
        self.answered("Resume", "The contract is being", most=1)


if __name__ == "__main__":
    unittest.main()
