import CrashTesting
import Foundation
import Providers
import Screening
import ScreeningTesting
import Testing

@testable import FairleadHost
@testable import Stores

/// What a host does with a store from before: one of an older schema, and one that a restore put back.
@Suite("A host and the store from before") struct RestoredHostTests {
    enum Kind: String, CaseIterable, Sendable { case sqlite, postgres }

    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let products = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    private let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-before-\(UUID().uuidString)")

    private func settings(_ url: String, backups: String? = nil) throws -> Settings {
        let text = """
            store: { url: "\(url)" }
            encryption: { allow_unsealed: true }
            plugins: { paths: ["\(Self.repository.path)/plugins"] }
            workers: { path: "\(Self.products.path)/fairlead-lua", count: 1 }
            \(backups.map { "backup: { path: \"\($0)\" }" } ?? "")

            """
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "fairlead.yaml").path
        return try Settings.read(text: text, file: file, environment: [:], providers: Catalog.builtIn.map(\.manifest))
    }

    private func url(_ kind: Kind) async throws -> String {
        kind == .sqlite ? "sqlite:store.db" : try await PostgresServer.shared.value.newDatabase()
    }

    /// A store with an order in it, closed again.
    private func fill(_ settings: Settings, then sql: String? = nil) async throws {
        let store = try await settings.store.open(keys: [], clock: SystemClock(), random: SystemRandom())
        let now = SystemClock().now()
        let order = Order(
            id: IdentifierKind.order.make(at: now, from: SystemRandom()),
            connection: "acme",
            account: "zinc-uk",
            provider: "zinc",
            externalID: "application-1",
            package: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test"),
            metadata: [:],
            callbackToken: Secret(SystemRandom().token()),
            createdAt: now,
            updatedAt: now
        )
        _ = try await store.place(order)
        if let sql {
            if let store = store as? SQLiteStore { try await change(store, sql) }
            if let store = store as? PostgresStore { try await change(store, sql) }
        }
        await store.close()
    }

    private func change<Some: SQLStore>(_ store: Some, _ sql: String) async throws {
        try await store.write(TouchedRows()) { try $0.change(sql, []) }
    }

    @Test("An older schema is backed up before it is changed: the backup is there also where the change fails", arguments: Kind.allCases)
    func olderSchema(_ kind: Kind) async throws {
        let url = try await self.url(kind)
        defer { try? FileManager.default.removeItem(at: folder) }
        let backups = folder.appending(path: "backups")
        // It says that it is older than it is: the tables of the newest schema are there, so bringing it up to date fails.
        try await fill(try self.settings(url), then: "DELETE FROM schema_migrations WHERE number = \(SchemaMigration.known)")
        if kind == .postgres {
            await #expect { try await Host(try self.settings(url), Host.Parts(listens: false)) } throws: { "\($0)".contains("backup.path") }
            #expect(!FileManager.default.fileExists(atPath: backups.path))
        }
        let settings = try self.settings(url, backups: kind == .sqlite ? nil : backups.path)
        await #expect(throws: (any Error).self) { try await Host(settings, Host.Parts(listens: false)) }
        let place = kind == .sqlite ? folder : backups
        let made = try FileManager.default.contentsOfDirectory(atPath: place.path).filter {
            $0.hasPrefix("before-schema-") && $0.hasSuffix(".backup")
        }
        let file = place.appending(path: try #require(made.first)).path
        let proof = try await StoreBackup.verify(file, keys: [])
        #expect(made.count == 1 && proof.isProven && proof.sampled > 0, "\(proof.reasons)")
        #expect(proof.manifest.schema == SchemaMigration.known - 1 && proof.manifest.rows(of: "orders") == 1)
    }

    @Test("A store of the present schema is not backed up because a host starts", arguments: Kind.allCases)
    func presentSchema(_ kind: Kind) async throws {
        let url = try await self.url(kind)
        defer { try? FileManager.default.removeItem(at: folder) }
        let settings = try self.settings(url)
        try await fill(settings)
        try await Host(settings, Host.Parts(listens: false, works: false)).close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.hasSuffix(".backup") })
    }

    @Test("The keys that a restore moved aside go when the window is over, and not while the store is held", arguments: Kind.allCases)
    func keysMovedAside(_ kind: Kind) async throws {
        let settings = try self.settings(try await self.url(kind))
        defer { try? FileManager.default.removeItem(at: folder) }
        try await fill(settings)
        let file = folder.appending(path: "made.backup").path
        let now = SystemClock().now()
        _ = try await StoreBackup.make(of: settings.store.url, relativeTo: "/", at: file, keys: [], version: "test", now: now)
        let outcome = try await StoreRestore.restore(
            file,
            keysPath: nil,
            into: settings.store.url,
            relativeTo: "/",
            keys: [],
            replacing: true,
            now: now
        )
        #expect(outcome.movedAside.contains { $0.contains("keys") })
        let (clock, log) = (ManualClock(at: now), LogRecorder())
        let store = try await settings.store.open(keys: [], clock: SystemClock(), random: SystemRandom())
        let keys = KeysMovedAside(
            store: store,
            url: settings.store.url,
            window: { .seconds(30 * 86_400) },
            clock: clock,
            removalTime: { clock.now() },
            logger: log.logger
        )
        func removed() -> Int { log.lines.count { $0.contains("restore.keys_removed") } }
        clock.advance(by: .seconds(31 * 86_400))
        await keys.removeOld()
        #expect(removed() == 0, "it is held: somebody may go back to what was moved aside")
        try await store.perform([.pause(.store, nil)])
        clock.advance(by: .seconds(-2 * 86_400))
        await keys.removeOld()
        #expect(removed() == 0, "the window is not over")
        clock.advance(by: .seconds(2 * 86_400))
        await keys.removeOld()
        #expect(removed() > 0)
        let left = try await StoreRestore.removeKeysMovedAside(before: clock.now(), of: settings.store.url, relativeTo: "/")
        #expect(left.isEmpty)
        #expect(try await store.order(connection: "acme", externalID: "application-1")?.candidate.firstName.value == "Ana")
        await store.close()
    }
}
