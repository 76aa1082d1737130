import CrashTesting
import Screening
import ScreeningTesting

@testable import Stores

/// One test's database.
struct PostgresDatabase: Sendable {
    /// How the stores reach it.
    enum Way: CaseIterable, Sendable { case direct, pooled }

    let url: String
    /// Past a pooler, where there is one.
    private let direct: String

    init(on server: PostgresServer? = nil, by way: Way = .direct) async throws {
        if let server { direct = try server.newDatabase() } else { direct = try await PostgresServer.shared.value.newDatabase() }
        url = way == .direct ? direct : try await PgBouncer.shared.value.url(of: direct)
    }

    init(url: String) { (self.url, direct) = (url, url) }

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
        try PostgresConnection(PostgresOptions(direct)).exchange(sql.map { PostgresStatement($0, isKept: false) }).last?.rows ?? []
    }
}
