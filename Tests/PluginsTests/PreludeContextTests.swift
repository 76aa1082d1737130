import PluginTesting
import Screening
import Testing

@testable import PluginTools
@testable import Plugins

/// `ctx` as scripts meet it: arguments are checked, unknown names suggested, endings final.
@Suite("Script context")
struct PreludeContextTests {
    @Test(
        "A wrong use of the context is reported with its path, what was expected or a suggestion",
        arguments: [
            ("return ctx.order.place{}", "hint", "did you mean 'orders'?"), ("return ctx.order", "message", "ctx has no 'order'"),
            ("ctx.x=1", "message", "ctx.x cannot be assigned"), ("return ctx.secret.apikey", "hint", "did you mean 'api_key'?"),
            ("ctx.log.error('x')", "hint", "known here: debug, info, warn"),
            ("ctx.orders.place{externalId='x'}", "hint", "did you mean 'external_id'?"),
            ("ctx.orders.place{external_id='x',candidate={phone=3},package='p'}", "path", "candidate.phone"),
            ("ctx.orders.place{external_id='x'}", "message", "ctx.orders.place: candidate should be table, found nothing"),
            ("ctx.orders.place{external_id='x',package='p',candidate={first_name='Ana',last_name='Roe'}}", "path", "candidate.email"),
            ("ctx.orders.cancel({id='x'})", "hint", "pass order.id"), ("require 'jsn'", "hint", "did you mean 'json'?"),
            ("require 'host.http'", "path", "host.http"), ("ctx.reject()", "message", "ctx.reject: message should be text, found nothing"),
            ("ctx.retry{after=-1,reason='x'}", "path", "after"), ("ctx.retry{}", "path", "reason"),
            ("ctx.kv.set('a')", "hint", "ctx.kv.delete removes a key"),
            ("ctx.kv.set('a',1,{ttl=0})", "path", "ttl"), ("ctx.http.get()", "path", "url"), ("ctx.http.request{url='u'}", "path", "method"),
            ("ctx.http.get('u',{header={}})", "hint", "did you mean 'headers'?"),
            ("ctx.http.get('u',{headers={a='x\\r\\nb: c'}})", "path", "headers.a"),
            ("ctx.http.get('u',{headers={Host='x'}})", "path", "headers.host"), ("ctx.http.request{method='trace',url='u'}", "path", "method"),
            ("ctx.http.get('u',{json=1,body='x'})", "path", "body"),
            ("ctx.http.get('u',{timeout=0})", "path", "timeout"), ("ctx.http.get('https://x.test/'..ctx.secret.api_key)", "path", "url"),
            ("local r=event.body.b.c.d", "code", "script_error"),
        ]
    )
    func mistakesAreExplained(_ lua: String, _ member: String, _ expected: String) async throws {
        let outcome = try await PluginHarness.run("\n\n\(lua)")
        #expect(outcome.error?[member]?.text == expected, "\(outcome.end)")
        #expect(outcome.error?["line"] == 3)
    }

    @Test("A script can catch a host error and read its code and path")
    func errorsOfTheHostCanBeCaught() async throws {
        let steps = [FixtureStep("orders.get", answer: .error(HostCallError("gone", "it is gone", path: "id")))]
        let outcome = try await PluginHarness.run("\nlocal ok,e=pcall(ctx.orders.get,'x')\nreturn {ok,tostring(e),e.code,e.path}", steps: steps)
        #expect(outcome.value == [false, "it is gone", "gone", "id"])
    }

    @Test(
        "Ending a run with reject, retry, park or skip cannot be undone by pcall",
        arguments: [
            ("pcall(function() ctx.reject('no') end) return 1", HookEnd.rejected("no")),
            ("ctx.retry{after=5,reason='x'}", .retry(after: .seconds(5), "x")),
            ("pcall(ctx.park, 'p') error('after')", .parked("p")), ("xpcall(ctx.skip, print, 's') return 1", .skipped("s")), ("", .done(.null)),
            ("return {a=json.null}", .done(["a": .null])), ("local co = pcall(pcall, ctx.reject, 'deep') return co", .rejected("deep")),
        ]
    )
    func endingsAreFinal(_ lua: String, _ end: HookEnd) async throws {
        #expect(try await PluginHarness.run(lua).end == end)
    }

    @Test("Host values have nil for missing fields, and only payloads contain JSON null")
    func whatTheHostMadeHasNoNulls() async throws {
        let steps = [FixtureStep("orders.get", answer: .reply(["id": "ord_1", "outcome": .null, "metadata": ["z": .null]]))]
        let outcome = try await PluginHarness.run("local o=ctx.orders.get'x' return tostring(o.outcome)..tostring(o.metadata.z)", steps: steps)
        #expect(outcome.value == "nilnil")
        #expect(try await PluginHarness.run("return tostring(event.body.a)").value == "null")
    }

    @Test("Orders accept numeric external IDs and packages, and null for optional candidate fields")
    func identifiersMayBeNumbers() async throws {
        let outcome = try await PluginHarness.run(
            "ctx.orders.place{external_id=101,package=7,metadata={a=1},"
                + "candidate={first_name='Ana',last_name='Roe',email='ana@example.test',phone=json.null,level={1}}}"
        )
        #expect(outcome.orders.map(\.externalID) == ["101"] && outcome.orders.map(\.package) == ["7"])
        #expect(outcome.orders.first?.candidate.phone == nil)
        #expect(outcome.orders.first?.candidate.json["level"] == [1])
    }

    @Test("An order can be placed only with an account of the connection")
    func accountsAreTheConnections() async throws {
        let place =
            "return ctx.orders.place{external_id='x',package='p',account='%@',candidate={first_name='Ana',last_name='Roe',email='ana@example.test'}}.account"
        #expect(try await PluginHarness.run(place.replacing("%@", with: "zinc-eu")).value == "zinc-eu")
        #expect(try await PluginHarness.run(place.replacing("%@", with: "other")).error?["path"] == "account")
    }

    @Test("Request bodies, forms and headers are encoded as the script gave them")
    func requestsAsTheyGoOut() async throws {
        let outcome = try await PluginHarness.run(
            "ctx.http.post('https://api.example.test/a',{body='\\xff\\0'}) ctx.http.put('https://api.example.test/b',{form={a=1,b={'x','y'}},headers={['X-A']=5}})"
        )
        #expect(outcome.calls.map(\.name) == ["http.post", "http.put"])
        #expect(outcome.calls.first?.arguments["body_base64"] == "/wA=")
        #expect(outcome.calls.last?.arguments["form"] == ["a": "1", "b": ["x", "y"]])
        #expect(outcome.calls.last?.arguments["headers"] == ["x-a": "5"])
    }

    @Test("Scripts read a response's status, headers, JSON and raw bytes")
    func repliesAsTheyComeIn() async throws {
        let steps = [
            FixtureStep("http.get", ["url": "https://api.example.test/json"], answer: .reply(["json": ["a": 1]])),
            FixtureStep("http.get", ["url": "https://api.example.test/bytes"], answer: .reply(["status": 202, "body_base64": "/wA="])),
        ]
        let outcome = try await PluginHarness.run(
            "local r=ctx.http.get('https://api.example.test/json') local b=ctx.http.get('https://api.example.test/bytes') "
                + "return {r.json.a, r.json==r.json, r.status, r.headers['content-type'], b.status, tostring(b.json), b.body=='\\xff\\0'}",
            steps: steps
        )
        #expect(outcome.value == [1, true, 200, "application/json", 202, "nil", true])
    }

    @Test("Personal data and secrets are redacted in logs and printed text")
    func logsAndPrintAreRedacted() async throws {
        let outcome = try await PluginHarness.run(
            "ctx.log.info('mail '..event.body.email,{a=1,phone='+441632960000'}) print('a',nil,2) ctx.log.warn('x '..ctx.secret.api_key)"
        )
        #expect(outcome.logs.map { $0["message"] } == ["mail ‹personal›", "a\tnil\t2", "x secret:api_key"])
        #expect(outcome.logs.first?["fields"] == ["a": 1, "phone": "‹personal›"])
        #expect(outcome.logs.map { $0["level"] } == ["info", "info", "warn"])
    }

    /// A name that a refetching script was answered, or that stands in a provider's webhook, is in nothing that is shown to everybody.
    @Test("Personal data from responses and stored values is redacted in logs and errors")
    func whatTheScriptWasAnsweredIsRedacted() async throws {
        let steps = [
            FixtureStep("http.get", answer: .reply(["json": ["data": ["full_name": "Zebediah Quux", "address": ["line": "9 Orchard\nRoad"]]]])),
            FixtureStep("kv.get", answer: .reply(["first_name": "Marge"])),
        ]
        let fetch = "local d=ctx.http.get('https://api.example.test/p').json.data local k=ctx.kv.get('k') "
        let failed = try await PluginHarness.run(
            fetch + "print(d.full_name..k.first_name) error('bad name '..d.full_name..' of '..d.address.line)",
            steps: steps
        )
        #expect(failed.error?["message"] == "bad name ‹personal› of ‹personal›", "\(failed.error ?? .null)")
        #expect(failed.logs.map { $0["message"] } == ["‹personal›‹personal›"])
        let input: JSON = ["args": [["raw": #"{"name":"Zebediah Quux"}"#], ["raw_base64": .string(Array(#"{"name":"Marge"}"#.utf8).base64)]]]
        let redactor = Redactor(input: input)
        #expect(redactor.redacted("Zebediah Quux and Marge, Zebediah") == "‹personal› and ‹personal›, Zebediah")
        #expect(redactor.redacted(JSON.int(.min)) == .int(.min))
    }

    @Test("Many values that begin alike are hidden, the longest first, and a text that is like all of them stays")
    func valuesThatBeginAlike() {
        let alike = String(repeating: "a", count: 300)
        let names = (0..<197).map { JSON.string(alike + String($0) + "z") } + ["Ann", "Anna Roe", "Anna Rome"]
        let redactor = Redactor(input: ["names": .array(names)])
        let text = String(repeating: "a", count: 4096)
        #expect(redactor.redacted(text) == text)
        #expect(redactor.redacted("\(alike)7z \(alike)77z \(alike)777z") == "‹personal› ‹personal› \(alike)777z")
        #expect(redactor.redacted("Anna Roe, Anna Rom, Anna Rome, An") == "‹personal›, ‹personal›a Rom, ‹personal›, An")
    }

    @Test("A member's name says that its value is personal in letters of either case, anywhere in it, and however it is written")
    func namesOfMembers() {
        let names = ["name", "Full_NAME", "e-email-2", "PhoneNumber", "mobile", "homeAddress", "date_of_birth", "STREET", "postCode", "ünphoneü"]
        for name in names {
            let value: JSON = ["x": .object(JSON.Members([(name, JSON.string("Quux"))]))]
            #expect(Redactor(input: value).redacted("a Quux") == "a ‹personal›", "\(name)")
            #expect(Redactor(input: ["raw": .string(value.string())]).redacted("a Quux") == "a ‹personal›", "\(name)")
        }
        #expect(Redactor(input: ["raw": #"{"n\u0061me":"Quux"}"#]).redacted("a Quux") == "a ‹personal›")
        for name in ["nam", "ame", "emai", "phon", "addres", "", "id"] {
            #expect(Redactor(input: .object(JSON.Members([(name, JSON.string("Quux"))]))).redacted("a Quux") == "a Quux", "\(name)")
        }
    }

    @Test("A text without a personal value stays as it is, and one with e-mail addresses and numbers loses only those")
    func textsThatNameNobody() {
        let redactor = Redactor(input: ["name": "Quux"])
        for text in ["", "no such package", "12345678", "1 2 3", "Qu ux", "Zoë\r\nę", "e\u{301}"] {
            #expect(Array(redactor.redacted(text).utf8) == Array(text.utf8))
        }
        #expect(redactor.redacted("of Quux: 123456789, 12345678 and a@example.test") == "of ‹personal›: ‹personal›, 12345678 and ‹personal›")
    }

    @Test("Every reply's values are hidden, whether few replies came or more than are held until they are needed")
    func repliesBeyondWhatIsHeld() {
        var replies = Redactor.Replies()
        for number in 0..<10 { replies.add(["value": ["name": .string("Quux\(number)")]], size: Redactor.Replies.held / 3) }
        let redactor = Redactor(input: .null, replies: replies)
        for number in 0..<10 { #expect(redactor.redacted("a Quux\(number)") == "a ‹personal›") }
    }

    @Test("Personal data is redacted in the reason a run ends with")
    func theReasonOfARunIsRedacted() async throws {
        let fixture = Fixture(name: "bench", hook: "on_event", input: ["raw": "{}"])
        let step = FixtureStep("http.get", answer: .reply(["json": ["name": "Zebediah Quux"]]))
        let plugin = try PluginHarness.plugin(
            PluginHarness.script("ctx.retry { reason = 'no ' .. ctx.http.get('https://api.example.test/p').json.name }")
        )
        let connection = DryRunConnection(id: "acme", plugin: plugin, accounts: [], settings: [:])
        let (attempt, _) = try await PluginHarness.runner.attempt(connection, "on_event", fixture) { input in
            DryRunHost(connection, input: input, now: fixture.now, steps: [step], stubs: [])
        }
        guard case .retry(_, let reason) = attempt.end else {
            Issue.record("\(attempt.end)")
            return
        }
        #expect(reason == "no Zebediah Quux" && attempt.redacted(reason) == "no ‹personal›")
    }

    @Test(
        "half a character in a text hides neither it nor the rest",
        arguments: [#"\ud83d"#, #"\ude00"#, #"\ud83dx"#, #"\ud83d\u0041"#, #"\ud800\ud83d\ude00"#]
    )
    func halfACharacter(_ text: String) async throws {
        let raw = #"{"note":"a\#(text)","id":7}"#
        let outcome = try await PluginHarness.run("return {event.body.id, event.body.note:find('\u{FFFD}', 1, true)}", raw: raw)
        #expect(outcome.value == [7, 2, 4], "\(String(describing: outcome.error))")
        #expect(try await PluginHarness.run("return pcall(require('json').decode, event.raw)", raw: raw).value == true)
    }

    @Test("No script runs on a body that cannot be read: the failure says where, and what was expected")
    func bodies() async throws {
        let words = try await PluginHarness.run("return event.raw", raw: "not json")
        #expect(words.error?["code"] == "unreadable_body" && words.error?["path"] == "byte 0" && words.error?["expected"] == "JSON")
        let bytes = try await PluginHarness.run(main: PluginHarness.script("return #event.raw"), input: ["raw_base64": "eyJhIjoi/yJ9"])
        #expect(bytes.error?["message"] == "the text is not UTF-8 at byte 6")
        for empty in ["", " ", "null"] {
            #expect(try await PluginHarness.run("return 1", raw: empty).error?["code"] == "unreadable_body", "\(empty)")
        }
    }

    @Test("A whole number of a body is one text, and stays exact beyond 64 bits")
    func wholeNumbers() async throws {
        let script = "local m = require('map')(event.body) return {m:text('a'), m:text('b'), m:text('c'), tostring(event.body.d), m:text('e')}"
        let raw = #"{"a":4101.0,"b":4.101e3,"c":9007199254740993.0,"d":12345678901234567890,"e":1.5}"#
        #expect(try await PluginHarness.run(script, raw: raw).value == ["4101", "4101", "9007199254740993", "12345678901234567890", "1.5"])
        let own = "return {require('screening').id(8.0), tostring(require('screening').id(8.5)), tostring(require('screening').id(1e300))}"
        #expect(try await PluginHarness.run(own).value == ["8", "nil", "nil"])
    }
}
