"""What people come for, from the first page to the end of it."""
import pathlib, unittest
import stories
from browser import Browser
from stage import Host, Simulators, eventually, scratch


class Journeys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = scratch()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.folder = pathlib.Path(cls.scratch.name)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def start(self, accounts=None, connections=None, scripts=None):
        """A host with simulators of its own; and somebody in front of it."""
        self.simulators = Simulators(self.folder)
        self.addCleanup(self.simulators.stop)
        self.settings = (
            "accounts:\n" + (accounts or stories.account("zinc-uk", self.simulators))
            + "connections:\n" + (connections or stories.connection("acme", self.simulators)))
        self.host = Host(self.folder / self._testMethodName, self.settings, scripts)
        self.addCleanup(self.host.stop)
        self.visitor = self.browser.visitor(self.host)
        self.addCleanup(self.visitor.close)
        self.page = self.visitor.page
        self.addCleanup(lambda: self.assertEqual(self.visitor.complaints, [], "the browser complains"))

    def see(self, text, seconds=20):
        """Waits until the page says something, looking again as its script does."""
        def found():
            if text.lower() in self.visitor.text().lower():
                return True
            self.page.wait_for_timeout(300)
            return None
        try:
            eventually(f"“{text}” on the page", found, seconds)
        except AssertionError:
            self.page.reload()
            self.assertIn(text.lower(), self.visitor.text().lower(), self.page.url)

    def act(self, name, note=None, scope="main"):
        """Opens what a button does, writes a note, and has it done."""
        self.page.locator(f"{scope} details.act > summary", has_text=name).first.click()
        dialog = self.page.locator("dialog[open]")
        if note:
            dialog.locator("textarea[name=note]").fill(note)
        dialog.locator("button[type=submit]").click()
        self.page.wait_for_load_state()

    def test_jane_is_found_in_one_box(self):
        self.start()
        for number, (first, last) in enumerate([("Jane", "Doe"), ("Janet", "Low"), stories.MARKUP], 101):
            self.simulators.order(self.host, "acme", f"application-{number}", first, last)
        order = self.host.order_in("requested", "acme", "application-101")
        self.simulators.zinc(order["provider_ref"], "awaiting-candidate")
        self.host.order_in("awaiting_candidate", "acme", "application-101")
        self.visitor.go("/")
        self.page.keyboard.press("/")
        self.page.keyboard.type("doe jane")
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"**/orders/{order['id']}")
        self.see("Jane Doe")
        self.see("candidate")

    def test_a_person_is_erased(self):
        self.start()
        self.simulators.order(self.host, "acme", "application-101", "Jane", "Doe")
        order = self.host.order_in("requested", "acme", "application-101")
        self.visitor.go(f"/orders/{order['id']}")
        self.page.get_by_role("link", name="This person").click()
        self.page.wait_for_url("**/person")
        self.see("Nothing has been done yet")
        self.see("Still open")
        # By keyboard alone: the dialog opens with the note, and Escape leaves everything as it was.
        summary = self.page.locator("main details.act > summary", has_text="Erase all the same")
        summary.focus()
        self.page.keyboard.press("Enter")
        self.page.locator("dialog[open]").wait_for()
        self.page.keyboard.press("Escape")
        self.assertEqual(self.host.items("/erasures"), [])
        self.act("Erase all the same", "asked by letter")
        self.page.wait_for_url("**/erasures/ers_*")
        self.see("It is done")
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name="Download the certificate").click()
        self.assertIn("certificate-ers_", download.value.suggested_filename)
        self.assertNotIn("Doe", pathlib.Path(download.value.path()).read_text())
        self.visitor.go("/orders?q=doe")
        self.see("No order matches")

    def test_a_wrong_key_is_mended(self):
        self.start()
        wrong = self.settings.replace(stories.ZINC_KEY, "the-key-of-last-year")
        self.host.reload(wrong)
        self.simulators.order(self.host, "acme", "application-101", *stories.MARKUP)
        issue = eventually("issue", lambda: self.host.items("/issues?kind=credentials_refused"))[0]
        self.visitor.go("/issues")
        self.page.get_by_role("link", name=issue["title"]).first.click()
        self.see("1 order")
        self.page.get_by_role("link", name="zinc-uk", exact=True).first.click()
        self.page.wait_for_url("**/accounts/zinc-uk")
        self.act("Check now")
        self.see("still does not take the key")
        self.host.reload(self.settings)
        self.act("Check now")
        self.see("The provider takes the key. What waited for it goes on.")
        self.host.order_in("requested", "acme", "application-101")
        eventually("end of the issue", lambda: self.host.api("GET", f"/issues/{issue['id']}")["state"] == "resolved")

    def test_an_uncertain_order_is_resolved(self):
        self.start()
        stories.lose_the_answer(self.simulators)
        self.simulators.order(self.host, "acme", "application-101", *stories.MARKUP)
        order = self.host.order_in("uncertain", "acme", "application-101")
        # Somebody else's request, which another order has, is not offered.
        self.simulators.order(self.host, "acme", "application-102", "Ben", "Lee")
        other = self.host.order_in("requested", "acme", "application-102")
        self.visitor.go("/orders?state=uncertain")
        self.page.locator(f"main a[href='/orders/{order['id']}']").first.click()
        self.page.wait_for_url(f"**/orders/{order['id']}")
        taken = {other["provider_ref"]}
        reference = next(item["id"] for item in self.simulators.control("zinc", method="GET")["items"] if item["id"] not in taken)
        self.see("What Zinc has")
        self.assertNotIn(other["provider_ref"], self.visitor.text())
        self.adopt(reference)
        self.assertEqual(self.host.order_in("requested", "acme", "application-101")["provider_ref"], reference)
        self.assertEqual(len(self.simulators.control("zinc", method="GET")["items"]), 2, "it was ordered twice")

    def test_an_order_is_not_resolved_on_a_page_that_is_out_of_date(self):
        self.start()
        stories.lose_the_answer(self.simulators)
        self.simulators.order(self.host, "acme", "application-101", *stories.MARKUP)
        order = self.host.order_in("uncertain", "acme", "application-101")
        self.visitor.go(f"/orders/{order['id']}")
        self.page.locator("main details.act > summary", has_text="None of these: send again").click()
        # Meanwhile a colleague sends it again, and that answer is lost as well.
        stories.lose_the_answer(self.simulators)
        self.host.api("POST", f"/orders/{order['id']}/resolve", {"action": "resubmit"})
        eventually("second request", lambda: len(self.simulators.control("zinc", method="GET")["items"]) == 2)
        self.host.order_in("uncertain", "acme", "application-101")
        self.visitor.complaints.clear()
        self.page.locator("dialog[open] button[type=submit]").click()
        self.page.wait_for_load_state()
        self.see("Nothing was done.")
        self.see("has changed since you looked at it")
        self.visitor.complaints.clear()
        self.assertEqual(len(self.simulators.control("zinc", method="GET")["items"]), 2, "it was ordered a third time")

    def adopt(self, reference):
        """What Zinc has stands beside what was sent; the one that nobody else has is adopted by its button."""
        row = self.page.locator("main tr", has_text=reference)
        row.locator("details.act > summary", has_text="Adopt").click()
        dialog = self.page.locator("dialog[open]")
        self.assertIn(reference, dialog.inner_text())
        self.assertIn("Nothing is ordered", dialog.inner_text())
        dialog.locator("button[type=submit]").click()
        self.page.wait_for_load_state()
        self.see("Your decision is carried out.")

    def test_a_bad_script_is_put_back_and_what_died_tried_again(self):
        self.start()
        settings = self.settings.replace("    callback_hosts:", "    script: office.lua\n    callback_hosts:", 1)
        self.host.write("office.lua", stories.PLAIN_SCRIPT)
        self.host.reload(settings)
        self.host.write("office.lua", stories.OFFICE_SCRIPT)
        self.host.reload()
        for number in range(101, 104):
            self.simulators.order(self.host, "acme", f"application-{number}", *stories.MARKUP, "pkg_2")
        eventually("dead letters", lambda: len(self.host.items("/runs?state=dead")) == 3)
        eventually("issue", lambda: self.host.items("/issues?kind=script_failing"))
        self.visitor.go("/dead")
        self.see("the reload at")
        self.page.locator("main a[href^='/runs/run_']").first.click()
        self.see("office.lua:7")
        self.assertGreater(self.page.locator(".source .failed").count(), 0, "the line is not marked")
        self.host.write("office.lua", stories.PLAIN_SCRIPT)
        self.host.reload()
        self.page.reload()
        self.see("What is different today")
        self.act("What would today's script do?")
        self.see("What today's script would do")
        self.see("It orders")
        self.assertEqual(len(self.host.items("/orders")), 0, "trying has ordered something")
        self.visitor.go("/dead")
        self.page.get_by_role("link", name="Plan a retry of all…").first.click()
        self.see("3 runs match")
        self.assertEqual(len(self.host.items("/runs?state=dead")), 3, "a plan has done something")
        self.page.locator("main textarea[name=note]").fill("the script is put back")
        self.page.get_by_role("button", name="Retry 3 runs").click()
        self.page.wait_for_url("**/bulk/*")
        self.see("3 of 3")
        for number in range(101, 104):
            self.host.order("acme", f"application-{number}")
        self.visitor.go("/dead")
        self.see("No dead letters")

    def test_a_connection_is_paused_with_a_note_and_goes_on(self):
        self.start()
        self.visitor.go("/connections")
        self.page.get_by_role("link", name="acme").first.click()
        self.act("Pause", "The contract is being renewed.")
        self.see("The contract is being renewed.")
        self.simulators.order(self.host, "acme", "application-101", *stories.MARKUP)
        self.visitor.go("/events?connection=acme")
        self.see("paused")
        self.assertEqual(self.host.items("/orders"), [])
        self.visitor.go("/connections/acme")
        self.act("Resume")
        self.see("It goes on.")
        self.host.order_in("requested", "acme", "application-101")

    def test_events_are_replayed_by_plan(self):
        self.start()
        for number in range(101, 104):
            self.simulators.order(self.host, "acme", f"application-{number}", *stories.MARKUP)
            self.host.order_in("requested", "acme", f"application-{number}")
        eventually("end of the events", lambda: len(self.host.items("/events?kind=ats&state=done")) == 3)
        self.visitor.go("/events?kind=ats&state=done")
        self.page.get_by_role("link", name="Plan a replay of all that match…").click()
        self.see("3 events match")
        self.page.get_by_role("button", name="Replay 3 events").click()
        self.page.wait_for_url("**/bulk/*")
        self.see("3 of 3")
        self.assertEqual(len(self.simulators.control("zinc", method="GET")["items"]), 3, "somebody was ordered twice")

    def test_a_case_file_is_handed_over(self):
        self.start()
        self.simulators.order(self.host, "acme", "application-101", *stories.MARKUP)
        order = self.host.order_in("requested", "acme", "application-101")
        self.simulators.zinc(order["provider_ref"], "all-clear", "clear")
        self.host.order_in("completed", "acme", "application-101")
        self.visitor.go(f"/orders/{order['id']}")
        link = self.page.locator(f"main a[href^='/orders/{order['id']}/case']").first
        address = self.host.url + link.get_attribute("href")
        answer = self.page.request.get(address)
        self.assertEqual(answer.status, 200)
        text = answer.text()
        self.assertIn("&lt;b&gt;Ana", text)
        self.assertNotIn("<b>Ana", text)
        self.assertNotIn("src=\"http", text)
        saved = self.folder / "case.html"
        saved.write_text(text)
        alone = self.browser.chromium.new_context(offline=True).new_page()
        alone.goto(saved.as_uri())
        shown = alone.locator("body").inner_text()
        for word in (order["provider_ref"], "application-101", "once", "signature"):
            self.assertIn(word.lower(), shown.lower())
        alone.context.close()


if __name__ == "__main__":
    unittest.main()
