import CrashTesting
import Screening
import ScreeningTesting

@testable import Stores

/// One test's database.
struct PostgresDatabase: Sendable {
    let url: String

    init(on server: PostgresServer? = nil) async throws {
        if let server { url = try server.newDatabase() } else { url = try await PostgresServer.shared.value.newDatabase() }
    }

    /// A store whose time is the clock's.
    func open(keys: [Secret] = [], clock: any WallClock = ManualClock()) async throws -> PostgresStore {
        try await PostgresStore.open(url: url, keys: keys, clock: clock, random: SystemRandom(), time: .clock(clock))
    }

    /// A store whose time is the database's.
    func openAsInService(clock: any WallClock = SystemClock()) async throws -> any Store {
        try await StoreURL.open(url, relativeTo: "/", clock: clock, random: SystemRandom())
    }

    /// Runs statements on a connection of their own. Returns the last one's rows.
    @discardableResult
    func run(_ sql: String...) throws -> [PostgresRow] {
        try PostgresConnection(PostgresOptions(url)).exchange(sql.map { PostgresStatement($0, isKept: false) }).last?.rows ?? []
    }
}
