public import Screening

/// What a backup says of itself: which store, of when, written by what, and what is in it.
public struct BackupManifest: Sendable, Equatable {
    /// A table as it stands in the file.
    public struct Table: Sendable, Equatable {
        public let name: String
        public let rows: Int
        /// The digest of its rows, in the order in which the file has them.
        public let digest: String
    }

    /// The form of the file; another version of the program may write another.
    static let format: Int64 = 1

    /// The version of the program that wrote it.
    public let version: String
    /// `sqlite` or `postgres`: whose rows they are.
    public let kind: String
    /// The number of the schema that the rows have.
    public let schema: Int
    /// The identifier of the store.
    public let store: String
    /// The moment as of which the rows stand.
    public let at: Timestamp
    public var tables: [Table]
    /// The digest of the definitions of its tables, indexes and triggers, and of the numbers that were given last.
    public var structure: String
    /// The names of the keys that the data keys are wrapped with, in hexadecimal; they reveal nothing of the keys.
    public let keys: [String]
    /// The head of the audit chain, as of that moment; null where the store has none.
    public let auditHead: JSON
    /// The first entry at which the audit's chain was broken when it was made; nil where the chain was whole.
    public internal(set) var auditBrokenAt: Int64?
    /// Whether the file has the digest of all of its bytes; not those of a version before that.
    let hasFileDigest: Bool

    /// The manifest as it is stored and shown.
    public var json: JSON {
        [
            "format": .int(Self.format), "version": .string(version), "kind": .string(kind), "schema": .int(Int64(schema)), "store": .string(store),
            "at": JSON(at), "keys": .array(keys.map { .string($0) }), "audit_head": auditHead,
            "audit_broken_at": auditBrokenAt.map { .int($0) } ?? .null, "structure": .string(structure),
            "file_digest": .bool(hasFileDigest),
            "tables": .array(tables.map { ["name": .string($0.name), "rows": .int(Int64($0.rows)), "digest": .string($0.digest)] }),
        ]
    }

    init(
        version: String,
        kind: String,
        schema: Int,
        store: String,
        at: Timestamp,
        tables: [Table],
        structure: String = "",
        keys: [String],
        auditHead: JSON,
        auditBrokenAt: Int64? = nil,
        hasFileDigest: Bool = true
    ) {
        self.version = version
        self.kind = kind
        self.schema = schema
        self.store = store
        self.at = at
        self.tables = tables
        self.structure = structure
        self.keys = keys
        self.auditHead = auditHead
        self.auditBrokenAt = auditBrokenAt
        self.hasFileDigest = hasFileDigest
    }

    /// A manifest from its stored form.
    /// - Throws: ``StoreError/corrupt(_:)`` where it is none, ``StoreError/newer(_:)`` where a later version wrote it.
    init(json: JSON) throws(StoreError) {
        guard let format = json["format"]?.integer else { throw .corrupt("its manifest cannot be read") }
        guard format <= Self.format else { throw .newer("its format is number \(format), this version knows up to \(Self.format)") }
        guard let version = json["version"]?.text, let kind = json["kind"]?.text, let schema = json["schema"]?.integer,
            let store = json["store"]?.text, let at = json["at"]?.text.flatMap({ Timestamp(iso8601: $0) }), let tables = json["tables"]?.items
        else { throw .corrupt("its manifest lacks a member") }
        self.init(
            version: version,
            kind: kind,
            schema: Int(schema),
            store: store,
            at: at,
            tables: tables.compactMap { table in
                guard let name = table["name"]?.text, let rows = table["rows"]?.integer, let digest = table["digest"]?.text else { return nil }
                return Table(name: name, rows: Int(rows), digest: digest)
            },
            structure: json["structure"]?.text ?? "",
            keys: json["keys"]?.items?.compactMap(\.text) ?? [],
            auditHead: json["audit_head"] ?? .null,
            auditBrokenAt: json["audit_broken_at"]?.integer,
            hasFileDigest: json["file_digest"]?.boolean ?? false
        )
    }

    /// How many rows there are of a table; 0 where it is not in the file.
    public func rows(of table: String) -> Int { tables.first { $0.name == table }?.rows ?? 0 }
}

/// How far something is that takes long: what is being done, how much of it, and how much there is; 0 of 0 where that is not known.
public typealias BackupProgress = @Sendable (_ what: String, _ done: Int64, _ total: Int64) -> Void
