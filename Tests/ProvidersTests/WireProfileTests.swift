import Screening
import ScreeningTesting
import Testing

@testable import Providers

@Suite("Wire profiles and templates")
struct WireProfileTests {
    private func scope() -> WireScope {
        WireScope(Samples.zinc).with(Samples.order(Samples.zinc, phone: nil)).with("reference", "a/b").with("callback_url", nil)
    }

    @Test("Placeholders become values of their own kind, or text")
    func fill() {
        let template: JSON = [
            "id": "${order.id}", "external": "${order.external_id}", "grade": "${order.metadata.grade}", "all": "${order.metadata}",
            "name": "${order.candidate.first_name} ${ order.candidate.last_name }", "line": "grade ${order.metadata.grade}", "fixed": 3,
            "list": ["${order.package}", "${order.candidate.phone}", true], "plain": "a $${b} c", "open": "${order.id",
        ]
        let expected: JSON = [
            "id": "ord_0123", "external": "application-101", "grade": 7, "all": ["site": "North", "grade": 7], "name": "Ana Roe", "line": "grade 7",
            "fixed": 3, "list": ["pkg_77", true], "plain": "a ${b} c", "open": "${order.id",
        ]
        #expect(WireTemplate.fill(template, from: scope()) == expected)
    }

    @Test("Text that is a whole number may be sent as one")
    func numbers() {
        let scope = WireScope(Samples.zinc).with("reference", "0815").with("key", "pkg_7")
        #expect(
            WireTemplate.fill(["a": "${reference:number}", "b": "${key:number}", "c": "${none:number}"], from: scope) == ["a": 815, "b": "pkg_7"]
        )
    }

    @Test("What has no value is left out")
    func leftOut() {
        let template: JSON = [
            "phone": "${order.candidate.phone}", "text": "call ${order.candidate.phone}", "url": "${callback_url}", "none": "${order.metadata.none}",
            "inner": ["phone": "${order.candidate.phone}"], "empty": [:], "kept": ["a": "${reference}", "b": "${order.outcome}"], "null": .null,
        ]
        #expect(WireTemplate.fill(template, from: scope()) == ["empty": [:], "kept": ["a": "a/b"], "null": .null])
    }

    @Test("A path's values are one segment each; a value that is none stops the call")
    func path() throws {
        func url(_ path: String, _ reference: String) throws -> String {
            let call = try #require(WireCall(name: "results", section: ["path": .string(path)]))
            return try call.request(WireScope(Samples.zinc).with("reference", reference), baseURL: "https://x.example.test/", authorization: nil).url
        }
        #expect(try url("/r/${reference}/x", "a/../b?c#d é") == "https://x.example.test/r/a%2F..%2Fb%3Fc%23d%20%C3%A9/x")
        #expect(try url("/r/{id}", "7") == "https://x.example.test/r/7")
        #expect(try url("https://other.example.test/${reference}", "7") == "https://other.example.test/7")
        for reference in ["", ".", ".."] { #expect(throws: ProviderError.self) { try url("/r/${reference}", reference) } }
    }

    @Test("Query parameters are encoded and left out like members")
    func query() throws {
        let call = try #require(
            WireCall(name: "results", section: ["path": "/r?v=2", "query": ["id": "${reference}", "n": 5, "phone": "${order.candidate.phone}"]])
        )
        #expect(try call.request(scope(), baseURL: "https://x.example.test", authorization: nil).url == "https://x.example.test/r?v=2&id=a%2Fb&n=5")
    }

    @Test("An account's block changes sections member by member; null takes away")
    func merge() {
        let defaults: JSON = ["create": ["path": "/a", "body": ["x": 1, "y": 2], "id": "id"], "cancel": ["path": "/c"]]
        let profile = WireProfile(defaults, changedBy: ["create": ["body": ["z": 3], "id": .null], "cancel": .null, "find": ["by": "email"]])
        #expect(profile.section("create") == ["path": "/a", "body": ["z": 3]])
        #expect(profile.call("cancel") == nil)
        #expect(profile.section("find") == ["by": "email"])
    }

    @Test(
        "What is wrong with a block is said with its place, and what was probably meant",
        arguments: [
            (["creat": [:]], "wire.creat: there is no such key; did you mean create?"),
            (["create": ["boddy": [:]]], "wire.create.boddy: there is no such key; did you mean body?"),
            (["create": ["path": "checks"]], "wire.create.path: expected a path that begins with /, or a whole URL, found a string"),
            (["create": ["body": ["x": "${ordr.id}"]]], "wire.create.body: ${ordr.id} names no value; did you mean order?"),
            (["create": ["id": 5]], "wire.create.id: expected a dotted path or a list of them, found a number"),
            (["cancel": ["method": "DELETE"]], "wire.cancel: names no path"),
            (["cancel": ["path": "/c", "too_late": [200]]], "wire.cancel.too_late: expected a list of HTTP statuses from 400 on, found a list"),
            (["find": ["list": "."]], "wire.find: names neither by nor match, or no path"),
            (["create": .null], "wire.create: cannot be taken away"), ([1], "wire: expected an object, found a list"),
        ] as [(JSON, String)]
    )
    func problems(_ wire: JSON, _ expected: String) {
        #expect(ZincProvider().problems(with: Samples.zinc.wired(wire)) == [expected])
    }

    @Test("Meanings of words must be ours")
    func meanings() {
        let problems = ZincProvider().problems(with: Samples.zinc.wired(["statuses": ["on-hold": "held"], "outcomes": ["x": "submitting"]]))
        #expect(problems.count == 2)
        #expect(problems.first?.hasPrefix("wire.statuses.on-hold: expected one of requested, awaiting_candidate") == true)
        var account = Samples.workerChecks
        account.baseURL = ""
        #expect(WorkerChecksProvider().problems(with: account) == ["base_url: expected a URL that begins with https://"])
    }

    @Test("A scope, which holds secrets, prints none of them")
    func redaction() {
        var dumped = ""
        dump(scope(), to: &dumped)
        for text in ["\(scope())", dumped] { #expect(!text.contains("zinc-key") && !text.contains("ana@example.test")) }
    }
}
