"""What a page forbids the browser, and what another page cannot make it do."""
import http.server, pathlib, threading, unittest
import pages, stories
from browser import Browser
from stage import ADMIN, Simulators, eventually, scratch


class Elsewhere:
    """A host under another address."""

    def __init__(self, url):
        self.url = url


class Policy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = scratch()
        cls.addClassCleanup(folder.cleanup)
        cls.simulators = Simulators(pathlib.Path(folder.name))
        cls.addClassCleanup(cls.simulators.stop)
        cls.host = stories.empty(pathlib.Path(folder.name) / "host", cls.simulators)
        cls.addClassCleanup(cls.host.stop)
        cls.host.place("acme", "application-1", *stories.MARKUP)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def test_every_page_allows_only_what_is_its_own(self):
        visitor = self.browser.visitor(self.host)
        for path in ["/login"] + pages.of(self.host):
            with self.subTest(page=path):
                answer = visitor.go(path)
                policy = answer.headers.get("content-security-policy", "")
                for rule in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'",
                             "base-uri 'none'", "require-trusted-types-for 'script'"):
                    self.assertIn(rule, policy)
                self.assertNotIn("unsafe", policy)
                self.assertEqual(answer.headers.get("referrer-policy"), "no-referrer")
                self.assertEqual(answer.headers.get("x-content-type-options"), "nosniff")
        visitor.close()

    def test_over_plain_http_to_a_name_of_another_machine_everything_works_and_nothing_is_complained_of(self):
        browser = self.browser.another("--host-resolver-rules=MAP screening.test 127.0.0.1")
        self.addCleanup(browser.close)
        there = Elsewhere(self.host.url.replace("127.0.0.1", "screening.test"))
        visitor = browser.visitor(there, token=None)
        visitor.sign_in(ADMIN)
        for verb, done in (("Pause", "pause"), ("Resume", "resume")):
            visitor.go("/connections/acme")
            self.assertEqual(visitor.complaints, [])
            visitor.page.locator("details.act > summary", has_text=verb).click()
            visitor.page.locator("dialog[open] button[type=submit]").click()
            visitor.page.wait_for_url(f"**?done={done}")
        visitor.page.wait_for_function("() => document.getElementById('live-state').textContent === 'live'")
        self.assertEqual(visitor.complaints, [])
        visitor.close()

    def test_what_is_inline_or_foreign_is_refused(self):
        visitor = self.browser.visitor(self.host)
        visitor.go("/")
        refused = visitor.page.evaluate("""async () => {
            const seen = [];
            document.addEventListener("securitypolicyviolation", event => seen.push(event.effectiveDirective));
            const style = document.createElement("p");
            style.setAttribute("style", "color: red");
            document.body.append(style);
            const image = new Image();
            image.src = "http://127.0.0.1:9/pixel.png";
            try { document.body.insertAdjacentHTML("beforeend", "<b>no</b>"); } catch { seen.push("trusted-types"); }
            await new Promise(done => setTimeout(done, 300));
            return seen;
        }""")
        self.assertIn("style-src-attr", refused)
        self.assertIn("img-src", refused)
        self.assertIn("trusted-types", refused)
        visitor.close()

    def test_another_sites_form_does_nothing(self):
        page = (f'<form id="f" method="post" action="{self.host.url}/connections/acme/pause"><input name="note" value="from elsewhere"></form>'
                "<script>document.getElementById('f').submit()</script>").encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_):
                pass

        foreign = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=foreign.serve_forever, daemon=True).start()
        self.addCleanup(foreign.shutdown)
        visitor = self.browser.visitor(self.host)
        # Another port is the same site to a cookie, but another origin.
        visitor.page.goto(f"http://127.0.0.1:{foreign.server_address[1]}/")
        visitor.page.wait_for_url(lambda url: "pause" in url or "login" in url)
        self.assertIsNone(self.host.api("GET", "/connections/acme")["paused"])
        visitor.close()

    def test_a_read_token_sees_no_name_and_no_button(self):
        visitor = self.browser.visitor(self.host, self.host.token("reader", "read"))
        for path in pages.of(self.host):
            with self.subTest(page=path):
                visitor.go(path)
                text = visitor.text()
                self.assertNotIn("Ana", text)
                self.assertNotIn("@example.test", text)
                self.assertEqual(visitor.page.locator("main form[method=post]").count(), 0, "there is a form that it may not send")
        visitor.close()

    def test_a_revoked_token_ends_its_sign_in(self):
        made = self.host.api("POST", "/tokens", {"name": "leaver", "scopes": ["read"]})
        visitor = self.browser.visitor(self.host, made["token"])
        self.assertNotIn("/login", visitor.page.url)
        self.host.api("DELETE", f"/tokens/{made['id']}")
        visitor.go("/orders")
        self.assertIn("/login", visitor.page.url)
        visitor.close()

    def test_without_its_script_a_page_still_works(self):
        visitor = self.browser.visitor(self.host, java_script_enabled=False)
        visitor.go("/connections/acme")
        visitor.page.get_by_text("Pause", exact=True).first.click()
        visitor.page.locator("textarea[name=note]:visible").fill("without a script")
        visitor.page.get_by_role("button", name="Pause").click()
        self.assertIn("paused", visitor.text().lower())
        eventually("the pause", lambda: self.host.api("GET", "/connections/acme")["paused"])
        self.host.api("POST", "/connections/acme/resume", {})
        self.assertEqual(visitor.page.locator("button:visible", has_text="Not now").count(), 0, "a button that does nothing without the script")
        visitor.close()

    def test_a_delivery_that_is_pasted_stands_in_no_address(self):
        visitor = self.browser.visitor(self.host)
        visitor.go("/")
        visitor.page.locator("#search").fill('{"text": "' + "x" * 20_000 + '"}')
        visitor.page.locator("#search").press("Enter")
        visitor.page.wait_for_url("**/orders/delivery")
        self.assertIn("It was not received", visitor.text())
        self.assertEqual(visitor.complaints, [])
        visitor.close()


if __name__ == "__main__":
    unittest.main()
