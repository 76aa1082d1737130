import Foundation
import Screening

extension StoreRestore {
    /// Where a restore learns who was erased, and which tokens were revoked, since the backup was made.
    public enum Ledger: Sendable, Equatable {
        /// From what stands at the place of the store. Where nothing of this store does, nothing is restored.
        case standing
        /// From a copy of the file `NAME-erasures`, and from what stands there.
        case copy(String)
        /// From nowhere, unless it stands there after all.
        case unknown
    }

    /// The refusal to restore where nothing says who was erased.
    static func noLedger(of store: String, _ place: String) -> StoreError {
        .refused(
            "nothing says who was erased since the backup was made: \(place) is not of the store \(store). Name a copy of its erasures with --erasures FILE. "
                + "With --without-erasures, whoever was erased since is stored and ordered again until you erase them again, and tokens revoked since open again"
        )
    }
}

extension StoreRestore.Ledger {
    /// The lines that were named.
    /// - Throws: ``StoreError/unavailable(_:)`` where the file holds nothing of the kind, is cut off, or is of another store.
    func named(for store: String) throws -> [String] {
        guard case .copy(let path) = self else { return [] }
        let file = ErasureFile(path)
        let lines = try file.lines()
        let owner = try file.store()
        guard owner != nil || lines.contains(where: { LedgerRecord($0) != nil }) else {
            throw StoreError.refused("\(path) is not there, or says nothing of erasures")
        }
        guard owner == nil || owner == store else {
            throw StoreError.refused("\(path) is of another store, \(owner ?? ""): the backup is of \(store)")
        }
        // In the file of a store such a line is of a writer that was killed, who had destroyed nothing. A copy that ends so may be a copy of a part.
        guard let last = lines.last, LedgerRecord(last) != nil || ErasureFile.store(named: last) != nil else {
            throw StoreError.refused(
                "\(path) is cut off: its last line is not whole, so nobody knows who else was erased; copy the whole of it, or take that line away where the "
                    + "store's own file ends so as well"
            )
        }
        return lines
    }
}

extension [String] {
    /// How many lines of what was erased say nothing that can be read.
    var unreadErasures: Int { Set(self).count { LedgerRecord($0) == nil && ErasureFile.store(named: $0) == nil } }
}

/// A line of what was erased and revoked, with the name that it has in a database.
struct LedgerRecord {
    let id: String
    let text: String

    /// Nil where it is neither.
    init?(_ line: String) {
        if let entry = LedgerEntry(line) {
            (id, text) = (entry.erasure.id, line)
        } else if let revocation = Revocation(line) {
            (id, text) = (revocation.token, line)
        } else {
            return nil
        }
    }

    /// Writes it over what a database has of it.
    var statement: PostgresStatement {
        PostgresStatement(
            "INSERT INTO fairlead_keys.erasures (id, record) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET record = excluded.record",
            [.text(id), .text(text)],
            isKept: false
        )
    }
}
