import Foundation
import PluginTesting
import Screening
import Testing

@testable import Plugins

/// The table of the host's API is what scripts really see: the prelude says what it knows when it is asked for something unknown.
@Suite("Host API table")
struct HostAPITests {
    @Test("The prelude exposes exactly the members listed in the host API table", arguments: HostAPI.parts.filter { $0.kind != .value }.map(\.name))
    func thePreludeExposesExactlyTheTable(_ name: String) async throws {
        let part = try #require(HostAPI.part(name))
        let value = name == "map" ? "map({})" : name
        let outcome = try await PluginHarness.run("local ok,e=pcall(function() return \(value).zzzzzzzz end) return {e.expected}")
        let known = outcome.value?.items?.first?.text?.split(separator: ", ").map { String($0) } ?? []
        let members = part.members.filter { name != "ctx" || !HostAPI.ofProviders.contains($0.name) }
        #expect(Set(known) == Set(members.map(\.name)), "\(outcome.end)")
        for member in members {
            let type = try await PluginHarness.run("return type((\(value)).\(member.name))").value?.text
            #expect((type == "function") == (member.parameters != nil), "\(name).\(member.name) is \(type ?? "nothing")")
        }
    }

    @Test(
        "Host calls accept exactly the options listed in the host API table",
        arguments: [
            ("place_options", "ctx.orders.place{zzzzzzzz=1}"), ("find_options", "ctx.orders.find{zzzzzzzz=1}"),
            ("retry_options", "ctx.retry{zzzzzzzz=1}"), ("kv_options", "ctx.kv.set('k',1,{zzzzzzzz=1})"),
            ("request_options", "ctx.http.request{zzzzzzzz=1}"),
        ]
    )
    func optionsAreThoseOfTheTable(_ name: String, _ call: String) async throws {
        let outcome = try await PluginHarness.run("local ok,e=pcall(function() \(call) end) return {e.expected}")
        let known = outcome.value?.items?.first?.text?.split(separator: ", ").map { String($0) } ?? []
        #expect(Set(known) == Set(try #require(HostAPI.part(name)).members.map(\.name)), "\(outcome.end)")
    }

    @Test("Documented globals and libraries exist in scripts, and unsafe ones such as os and io do not")
    func globalsAndLibrariesAreThere() async throws {
        for name in HostAPI.globals { #expect(try await PluginHarness.run("return \(name) ~= nil").value == true, "\(name)") }
        for (library, members) in HostAPI.libraries {
            for member in members { #expect(try await PluginHarness.run("return \(library).\(member) ~= nil").value == true, "\(library).\(member)") }
        }
        for name in ["os", "io", "debug", "package", "coroutine", "dofile", "collectgarbage", "_G"] {
            #expect(try await PluginHarness.run("return \(name) == nil").value == true, "\(name)")
        }
    }

    @Test("The values passed to hooks have exactly the fields listed in the host API table")
    func valuesAreThoseThatHooksGet() async throws {
        let script = PluginHarness.script("local n={} for k in pairs(event) do n[#n+1]=k end return n")
        let event = try await PluginHarness.run(main: script, input: ["raw": "{}", "occurred_at": "2026-03-01T09:30:00.000Z"])
        #expect(Set(event.value?.items?.compactMap(\.text) ?? []) == Set(try #require(HostAPI.part("event")).members.map(\.name)))
        let order = Order(
            id: "ord_1",
            connection: "acme",
            account: "zinc",
            provider: "zinc",
            externalID: "a",
            package: "p",
            candidate: try Candidate(json: ["first_name": "Ana", "last_name": "Roe", "email": "ana@example.test"]),
            metadata: [:],
            callbackToken: Secret("t"),
            createdAt: Timestamp(milliseconds: 0),
            updatedAt: Timestamp(milliseconds: 0)
        )
        #expect(
            Set(order.json.members?.pairs.map(\.name) ?? []) == Set(try #require(HostAPI.part("order")).members.map(\.name)).subtracting(["created"])
        )
    }
}
