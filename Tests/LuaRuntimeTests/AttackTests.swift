import Foundation
import LuaRuntime
import Testing

/// Every script under `Tests/Attacks` ends as its first line says, and the pool serves others as if nothing had happened.
/// One after the other: a worker that gets no core is killed by the clock on the wall, which is right but not what is looked at here.
@Suite("Hostile scripts", .serialized)
struct AttackTests {
    struct Attack: CustomTestStringConvertible {
        let name: String
        let source: String
        /// An error code, `ok`, or `any` where more than one end is right.
        let expected: String
        /// Whether only killing the process stops it.
        let needsProcess: Bool

        var testDescription: String { name }
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Attacks")

    static let attacks: [Attack] = {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasSuffix(".lua") }.sorted()
        return names.compactMap { name in
            guard let source = try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8) else { return nil }
            let words = source.prefix { $0 != "\n" }.split(separator: " ").dropFirst(2).map(String.init)
            return Attack(name: name, source: source, expected: words.first ?? "", needsProcess: words.contains("process"))
        }
    }()

    @Test("There are more than one hundred hostile scripts to run")
    func thereAreAttacks() {
        #expect(Self.attacks.count > 100)
    }

    @Test("A hostile script in a worker ends as expected, and the pool serves the next run", arguments: attacks)
    func inAWorker(_ attack: Attack) async throws {
        try await LuaPool.with { pool async throws in
            try await check(attack, in: pool)
            let after = try await Fixture.run("return function(request) return request end", request: #"{"n":1}"#, in: pool, tenant: "other")
            #expect(after.text == #"{"n":1}"#)
        }
    }

    @Test("A hostile script run in this process ends as expected", arguments: attacks.filter { !$0.needsProcess })
    func inProcess(_ attack: Attack) async throws {
        try await LuaPool.with(.inProcess) { pool in try await check(attack, in: pool) }
    }

    private func check(_ attack: Attack, in pool: LuaPool) async throws {
        let limits = attack.expected == "cpu_limit" ? Limits(sliceCPU: .milliseconds(60)) : Limits(sliceCPU: .seconds(2))
        let end = try await Fixture.run(attack.source, in: pool, limits: limits)
        if let error = end.error {
            #expect(attack.expected == error.code.rawValue || attack.expected == "any", "\(error)")
            #expect(error.script != nil)
            // A result that cannot be JSON is found after the script has returned: there is no line then.
            #expect(error.line != nil || attack.name.hasPrefix("value_"), "\(error)")
        } else {
            #expect(attack.expected == "any" || (attack.expected == "ok" && end.text == #""held""#), "\(end)")
        }
    }
}
