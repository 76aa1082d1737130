/// What is known of a store's backups and restores.
public protocol BackupLedger: Sendable {
    /// How the backups stand that the host makes by itself, and the last that was made by hand; an empty state where there was none.
    func backupState() async throws -> BackupState

    /// Takes on making the next backup; true for one of all that ask. While somebody makes it, it gives false, unless they began so long ago that they are gone.
    /// - Parameters:
    ///   - owner: who asks; not the same for two that might make it.
    ///   - madeBefore: it is taken on only where the last was made before this time.
    ///   - begunBefore: whoever began before this time, and came to no end, is taken to be gone.
    func takeOnBackup(_ owner: String, madeBefore: Timestamp, begunBefore: Timestamp, at now: Timestamp) async throws -> Bool

    /// Notes that a backup was made. An older one than the one that is known changes nothing, unless that is of a time which is still to come: a clock was wrong.
    /// - Parameter why: why it is not proven although it is whole and kept; nil where it is proven.
    func noteBackup(madeAt: Timestamp, bytes: Int64, took: Duration, unproven why: String?) async throws

    /// Notes that one could not be made, or did not prove right.
    func noteBackup(failedAt: Timestamp, why: String) async throws

    /// The times that a backup was put back, the newest first.
    func restores() async throws -> [Restore]

    /// Notes that nothing of the time between the backups and their restores comes again, whoever sends it. What webhooks named of it is forgotten
    /// (``UnknownRequests``).
    func closeRestores(at time: Timestamp) async throws
}

extension BackupLedger {
    /// Notes that a backup was made and proven. An older one than the one that is known changes nothing.
    public func noteBackup(madeAt: Timestamp, bytes: Int64, took: Duration) async throws {
        try await noteBackup(madeAt: madeAt, bytes: bytes, took: took, unproven: nil)
    }
}

/// How the backups of a store stand.
public struct BackupState: Sendable, Equatable {
    /// Who took on the last one, and when.
    public var owner: String?
    public var begunAt: Timestamp?
    /// As of when the newest stands that was made and kept; nil where there is none.
    public var madeAt: Timestamp?
    /// As of when the newest stands that is proven; nil where there is none.
    public var provenAt: Timestamp?
    public var bytes: Int64?
    public var took: Duration?
    /// When one last failed, or was not proven, and why.
    public var failedAt: Timestamp?
    public var failure: String?

    /// What clocks may differ by. A time that is later than that was written by a clock that was wrong, and says nothing.
    public static let skew = Duration.seconds(300)

    /// Whether a time that is noted here is past, as far as clocks can tell.
    public static func isPast(_ time: Timestamp, at now: Timestamp) -> Bool { time <= now + skew }

    /// Whether the last that was tried came to nothing, or is not proven.
    public var hasFailed: Bool { failedAt.map { failed in provenAt.map { $0 < failed } ?? true } ?? false }

    /// A state of which nothing is known.
    public init() {}
}

/// A backup that was put back: between its moment and the restore, things happened that the store does not know.
public struct Restore: Sendable, Equatable {
    public let restoredAt: Timestamp
    public let backupAt: Timestamp
    /// When somebody said that nothing of the time between comes again; nil where nobody did.
    public let closedAt: Timestamp?

    public init(restoredAt: Timestamp, backupAt: Timestamp, closedAt: Timestamp? = nil) {
        self.restoredAt = restoredAt
        self.backupAt = backupAt
        self.closedAt = closedAt
    }
}
