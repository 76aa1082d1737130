/// Who did what, in one chain of hashes over all replicas: nothing in it is changed, and only a prefix of it is ever removed.
///
/// What a person or a token does (``AuditedAct/current``) is recorded by the methods of the other roles that do it, in the same transaction.
public protocol AuditLog: Sendable {
    /// Records something by itself. Calling again records it again.
    /// - Returns: the entry.
    @discardableResult
    func record(_ act: AuditAct) async throws -> AuditEntry

    /// Records several things in their order, all in one transaction. Calling again records them again.
    func record(_ acts: [AuditAct]) async throws

    /// Entries, newest first unless the page says otherwise; a cursor is an entry's number.
    func audit(_ query: AuditQuery, _ page: PageRequest) async throws -> Page<AuditEntry>

    /// Where the chain ends.
    func auditHead() async throws -> AuditHead

    /// Looks the whole chain through.
    /// - Parameter anchors: heads that were written down elsewhere.
    func verifyAudit(anchors: [AuditHead]) async throws -> AuditVerification

    /// Removes the entries from before a time, and records in the chain that it did, all in one transaction: at most `limit` of them, never the last
    /// entry. Calling again removes more.
    /// - Returns: how many were removed; where it is 0 nothing is recorded.
    func pruneAudit(before time: Timestamp, limit: Int, by actor: Actor) async throws -> Int
}

extension AuditLog {
    /// Looks the whole chain through, without anchors.
    public func verifyAudit() async throws -> AuditVerification { try await verifyAudit(anchors: []) }
}
