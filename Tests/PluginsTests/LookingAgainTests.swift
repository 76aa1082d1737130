import PluginTesting
import Screening
import ScreeningTesting
import Synchronization
import Testing

@testable import Plugins

/// After `ctx.retry` the next attempt asks anew what was only read, and never does anything twice.
@Suite("Looking again after a retry")
struct LookingAgainTests {
    private func failure(_ end: HookEnd) -> JSON? { if case .failed(let failure) = end { failure.error.json } else { nil } }

    @Test("What was only read is asked anew after ctx.retry, whatever the answer was", arguments: [200, 401, 404])
    func readsAreAskedAnew(_ status: Int) async throws {
        let host = PluginScriptHost { _, number in WireResponse(status, json: ["n": .int(Int64(number))]) }
        let script = PluginHarness.script(
            """
            local reply = ctx.http.get("https://api.example.test/event")
            local kept = ctx.kv.get("token")
            local order = ctx.orders.find { external_id = "x" }
            if ctx.run.attempt < 4 then ctx.retry { after = 1, reason = "not yet" } end
            return { reply.json.n, kept or "nothing" }
            """
        )
        for number in 1...3 {
            guard case .retry = try await host.attempt(script, number: number) else { return #expect(Bool(false)) }
        }
        _ = try await host.remember([], doing: host.keeping("new", key: "token", for: nil))
        #expect(try await host.attempt(script, number: 4) == .done([4, "new"]))
        #expect(host.sent.count == 4)
        #expect(host.steps.map(\.attempts) == [4, 4, 4])
    }

    @Test("ctx.retry with keep remembers what was read, too")
    func keep() async throws {
        let host = PluginScriptHost { _, _ in WireResponse(404) }
        let script = PluginHarness.script(
            """
            local reply = ctx.http.get("https://api.example.test/event")
            if ctx.run.attempt < 3 then ctx.retry { reason = "later", keep = true } end
            return reply.status
            """
        )
        for number in 1...2 { _ = try await host.attempt(script, number: number) }
        #expect(try await host.attempt(script, number: 3) == .done(404))
        #expect(host.sent.count == 1)
    }

    @Test("What a run changed, and what it read before that, stays remembered; what it read after that is asked anew")
    func actsStand() async throws {
        let host = PluginScriptHost { _, number in WireResponse(200, json: ["n": .int(Int64(number))]) }
        let script = PluginHarness.script(
            """
            local before = ctx.http.get("https://api.example.test/before").json.n
            local note = ctx.http.post("https://api.example.test/note", { json = { seen = before } }).json.n
            ctx.kv.set("noted", note)
            local id = ctx.uuid()
            local after = ctx.http.get("https://api.example.test/after").json.n
            if after < 5 then ctx.retry { reason = "not yet" } end
            return { before, note, after, id == ctx.kv.get("id") }
            """
        )
        _ = try await host.attempt(script)
        _ = try await host.attempt(script, number: 2)
        #expect(try await host.attempt(script, number: 3) == .done([1, 2, 5, false]))
        #expect(host.sent.map(\.path) == ["/before", "/note", "/after", "/after", "/after"])
    }

    @Test("A new answer may lead the script to other calls; each act is done once whatever call the host dies at")
    func branches() async throws {
        let script = PluginHarness.script(
            """
            local event = ctx.http.get("https://api.example.test/event")
            if event.status == 404 then
              ctx.now() ctx.uuid() ctx.random() ctx.uuid()
              ctx.retry { after = 1, reason = "not readable yet" }
            end
            local note = ctx.http.post("https://api.example.test/a", { json = { a = 1 } })
            local detail = ctx.http.get("https://api.example.test/detail")
            ctx.orders.place { external_id = "x", package = "p", candidate = { first_name = "Ana", last_name = "Roe", email = "ana@example.test" } }
            ctx.http.post("https://api.example.test/b", { json = { b = 1 } })
            return "ordered"
            """
        )
        for death in 2...6 {
            struct Death: Error {}
            let state = Mutex(0)
            let host = PluginScriptHost { request, number in
                if request.path == "/event", number == 1 { return WireResponse(404) }
                let calls = state.withLock { count in
                    count += 1
                    return count
                }
                // Dies after the other side has acted.
                if calls == death - 1 { throw Death() }
                return WireResponse(200, json: [:])
            }
            guard case .retry = try await host.attempt(script) else { return #expect(Bool(false)) }
            var end: HookEnd?
            do { end = try await host.attempt(script, number: 2) } catch is Death { end = try await host.attempt(script, number: 2) }
            #expect(end == .done("ordered"), "died at call \(death): \(String(describing: end))")
            #expect(host.orders.count == 1)
            for path in ["/a", "/b"] {
                let keys = zip(host.sent, host.keys).filter { $0.0.path == path }.map(\.1)
                #expect(Set(keys).count == 1 && keys[0] != nil, "died at call \(death): \(keys)")
            }
            #expect(Set(host.keys.compactMap { $0 }).count == 2)
        }
    }

    @Test("Wherever the host dies at its writings, before or after one is on disk, the run goes on and does each act once", arguments: [false, true])
    func everyWriting(_ isWritten: Bool) async throws {
        let script = PluginHarness.script(
            """
            local event = ctx.http.get("https://api.example.test/event")
            if event.status == 404 then
              ctx.uuid() ctx.random() ctx.http.get("https://api.example.test/other") ctx.kv.get("seen")
              ctx.retry { after = 1, reason = "not readable yet" }
            end
            local detail = ctx.http.get("https://api.example.test/detail")
            if detail.status == 404 then ctx.now() ctx.retry { after = 1, reason = "not readable yet" } end
            ctx.http.post("https://api.example.test/a", { json = { a = 1 } })
            ctx.orders.place { external_id = "x", package = "p", candidate = { first_name = "Ana", last_name = "Roe", email = "ana@example.test" } }
            ctx.kv.set("done", true)
            ctx.http.post("https://api.example.test/b", { json = { b = 1 } })
            return "ordered"
            """
        )
        for death in 1...14 {
            let seen = Mutex<Set<String>>([])
            let host = PluginScriptHost { request, _ in
                let isFirst = seen.withLock { $0.insert(request.path).inserted }
                return WireResponse(isFirst && ["/event", "/detail"].contains(request.path) ? 404 : 200, json: [:])
            }
            host.die(atWriting: death, isWritten: isWritten)
            var (number, end): (Int, HookEnd?) = (1, nil)
            for _ in 0..<8 {
                do { end = try await host.attempt(script, number: number) } catch is PluginScriptHost.Death { continue }
                guard case .retry? = end else { break }
                number += 1
            }
            #expect(end == .done("ordered"), "died at writing \(death): \(String(describing: end))")
            #expect(host.orders.count == 1, "died at writing \(death)")
            for path in ["/a", "/b"] {
                let keys = zip(host.sent, host.keys).filter { $0.0.path == path }.map(\.1)
                #expect(Set(keys).count == 1 && keys[0] != nil, "died at writing \(death): \(keys)")
            }
        }
    }

    @Test("A new answer begins its branch at once: an attempt that ends right after it leaves nothing in the way")
    func newAnswerAlone() async throws {
        let host = PluginScriptHost { _, number in WireResponse(number == 1 ? 404 : 200, json: [:]) }
        let script = PluginHarness.script(
            """
            if ctx.http.get("https://api.example.test/event").status == 404 then ctx.uuid() ctx.retry { reason = "not yet" } end
            if ctx.run.attempt == 2 then error("mine") end
            ctx.http.post("https://api.example.test/a", { json = { a = 1 } })
            return "done"
            """
        )
        for number in 1...2 { _ = try await host.attempt(script, number: number) }
        #expect(try await host.attempt(script, number: 3) == .done("done"))
        #expect(host.sent.map(\.path) == ["/event", "/event", "/a"])
    }

    @Test("After the run branched, another call in place of one of the present branch is still an error")
    func branchesAreStrict() async throws {
        let host = PluginScriptHost { _, number in WireResponse(number == 1 ? 404 : 200, json: [:]) }
        let script = PluginHarness.script(
            """
            if ctx.http.get("https://api.example.test/event").status == 404 then ctx.uuid() ctx.retry { reason = "not yet" } end
            ctx.http.post("https://api.example.test/a", { json = { n = ctx.run.attempt } })
            error("again")
            """
        )
        for number in 1...2 { _ = try await host.attempt(script, number: number) }
        let end = try await host.attempt(script, number: 3)
        #expect(failure(end)?["code"] == "nondeterministic_script")
        #expect(failure(end)?["line"] == 2)
        #expect(host.sent.map(\.path) == ["/event", "/event", "/a"])
    }

    @Test("A step says which line of the script made it, and where it stands in a script that makes the same call elsewhere")
    func lines() async throws {
        let host = PluginScriptHost { _, _ in WireResponse(503) }
        let body = """
            local id = ctx.uuid()
            local again = function(url) return ctx.http.get(url) end
            local reply =
              again("https://api.example.test/event")
            ctx.retry { reason = "later", keep = true }
            """
        let (first, changed) = (PluginHarness.script("\n" + body), PluginHarness.script("\n-- since then\n" + body))
        _ = try await host.attempt(first)
        #expect(host.steps.map(\.place?.line) == [2, 3])
        #expect(Set(host.steps.map(\.place?.script)).count == 1 && host.steps[0].place?.script.hasSuffix("main.lua") == true)
        _ = try await host.attempt(first, number: 2)
        #expect(host.steps.map(\.place?.line) == [2, 3])
        _ = try await host.attempt(changed, number: 3)
        #expect(host.steps.map(\.place?.line) == [3, 4])
    }

    @Test("Steps that a run does not reach any more are left behind")
    func leftBehind() async throws {
        let host = PluginScriptHost { _, number in WireResponse(number == 1 ? 404 : 200, json: [:]) }
        let script = PluginHarness.script(
            """
            if ctx.http.get("https://api.example.test/event").status == 404 then
              ctx.uuid() ctx.kv.get("a") ctx.retry { reason = "not yet" }
            end
            """
        )
        for number in 1...2 { _ = try await host.attempt(script, number: number) }
        #expect(host.steps.map(\.isLeftBehind) == [false, true, true])
    }

    @Test("An error other than ctx.retry asks nothing anew")
    func otherErrors() async throws {
        let host = PluginScriptHost { _, _ in WireResponse(404) }
        let script = PluginHarness.script(#"ctx.http.get("https://api.example.test/event") error("mine")"#)
        for number in 1...3 { _ = try await host.attempt(script, number: number) }
        #expect(host.sent.count == 1)
    }
}
