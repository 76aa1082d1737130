import Foundation
import CrashTesting
import Screening
import ScreeningTesting
import Testing

@testable import Stores

/// Whoever has the files of a sealed store learns nothing about people from them.
@Suite("Personal data in the files of a store", .serialized) struct PostgresAndSQLiteLeakTests {
    /// Invented values that no name of a table, a state or a time contains.
    private static let values = [
        "Anatolina", "Roewenfeld", "anatolina.roewenfeld@example.test", "+441632960917", "17 Invented Lane", "application-secretly-named",
        "ref-of-provider-99",
        "kept-by-a-script", "note-from-the-ats", "reply-of-a-service", "refused-because-of-her", "callback-token-of-the-order",
    ]

    /// Puts a person's values wherever a store can hold them.
    private func fill(_ store: any Store) async throws {
        let now = Timestamp(milliseconds: 1_772_357_400_000)
        let person = Candidate(firstName: Self.values[0], lastName: Self.values[1], email: Self.values[2], phone: Self.values[3], country: "GB")
        let draft = Order(
            id: "ord_leak",
            connection: "acme",
            account: "zinc-uk",
            provider: "zinc",
            externalID: Self.values[5],
            package: "pkg_1",
            candidate: person,
            metadata: ["address": .string(Self.values[4])],
            callbackToken: Secret("callback-token-of-the-order"),
            createdAt: now,
            updatedAt: now
        )
        var order = try await store.place(draft).order
        order.version += 1
        order.providerRef = Self.values[6]
        order.status.reportURL = Personal("https://reports.example.test/\(Self.values[6])")
        order.status.problem = Problem(code: "refused", message: Self.values[10], at: now)
        let request = ReceivedRequest(
            method: "POST",
            path: "/webhook/\(Self.values[8])",
            query: ["name": Self.values[0]],
            headers: ["x-person": Self.values[2]],
            body: Array(#"{"address":"\#(Self.values[4])","note":"\#(Self.values[8])"}"#.utf8)
        )
        let event = Event(id: "evt_leak", kind: .ats, connection: "acme", request: request, receivedAt: now)
        _ = try await store.accept(event, dedupe: DedupeKey(Self.values[5]))
        let run = Run(
            id: "run_leak",
            connection: "acme",
            plugin: "webhook",
            pluginVersion: "1.0.0",
            script: "hash",
            hook: "on_event",
            event: event.id,
            order: nil,
            input: .event(parameters: ["id": Self.values[8]]),
            result: ["reason": .string(Self.values[10])],
            lastFailure: FailedAttempt(attempt: 1, at: now, RunFailure("script_error", Self.values[10])),
            logs: [["message": .string(Self.values[4])]],
            createdAt: now
        )
        try await store.perform([
            .order(order), .run(run), .event(id: event.id, state: .dead, problem: Problem(code: "x", message: Self.values[10], at: now)),
            .timeline(
                TimelineEntry(
                    order: order.id,
                    at: now,
                    kind: "problem",
                    text: Self.values[10],
                    details: ["name": .string(Self.values[0])],
                    actor: .person(address: Personal(Self.values[2]), name: Personal(Self.values[0])),
                    note: Personal(Self.values[7])
                )
            ),
        ])
        let step = Step(
            number: 1,
            kind: "http",
            requestHash: "h",
            request: ["json": .string(Self.values[3])],
            reply: ["body": .string(Self.values[9])],
            at: now
        )
        let kept = StepEffect.value(connection: "acme", key: Self.values[2], .string(Self.values[7]), expires: nil)
        _ = try await store.remember([step], of: run.id, doing: kept)
        _ = try await store.begin(key: Self.values[5], bodyHash: "hash")
        try await store.recordResponse(key: Self.values[5], status: 201, body: Array(Self.values[2].utf8))
        // What was put in can be found again by those who have the key.
        var query = OrderQuery()
        query.text = Personal(String(Self.values[1].prefix(5)))
        #expect(try await store.orders(query, PageRequest()).items.map(\.id) == [order.id])
    }

    /// The values that stand in a folder's files in some common writing.
    private func found(in folder: String) throws -> Set<String> {
        var found: Set<String> = []
        guard let files = FileManager.default.enumerator(atPath: folder) else { return found }
        for case let name as String in files {
            guard let content = FileManager.default.contents(atPath: folder + "/" + name) else { continue }
            for value in Self.values {
                let writings =
                    [Data(value.utf8), Data(value.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }), Data(Array(value.utf8).hex.utf8)]
                    + (0..<3).map { Data(Array((String(repeating: " ", count: $0) + value).utf8).base64.dropFirst(4).dropLast(4).utf8) }
                if writings.contains(where: { content.range(of: $0) != nil }) { found.insert(value) }
            }
        }
        return found
    }

    @Test("What looks for values finds them where they are plain")
    func thePlainIsFound() throws {
        let folder = try SQLiteFolder()
        for (number, value) in Self.values.enumerated() { try Data("--\(value)--".utf8).write(to: URL(fileURLWithPath: folder.file("\(number)"))) }
        #expect(try found(in: folder.path) == Set(Self.values))
    }

    @Test("The files of a SQLite store show nothing, with encryption.keys or without", arguments: [true, false])
    func aSQLiteFileShowsNothing(isSealed: Bool) async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open(keys: isSealed ? [SealTests.key(1)] : [])
        try await fill(store)
        #expect(try found(in: folder.path).isEmpty)
        await store.close()
        #expect(try found(in: folder.path).isEmpty)
    }

    @Test("The folder of a PostgreSQL server shows nothing, with encryption.keys or without", arguments: [true, false])
    func aPostgresFolderShowsNothing(isSealed: Bool) async throws {
        let server = try await PostgresServer()
        let database = try await PostgresDatabase(on: server)
        let store = try await database.open(keys: isSealed ? [SealTests.key(1)] : [])
        try await fill(store)
        await store.close()
        try database.run("CHECKPOINT")
        #expect(try found(in: server.folder).isEmpty)
        try server.stop()
    }
}
