import Crypto
import Foundation

/// Whose data goes.
public enum ErasureSubject: Sendable, Hashable {
    /// A person, by an e-mail address of theirs.
    case email(Personal<String>)
    /// The person of an order.
    case order(String)
}

/// What stands in a store of one person: what an erasure would destroy.
public struct PersonRecords: Sendable, Equatable {
    /// The addresses that it was looked for by.
    public var addresses: Personal<Set<String>>
    /// Their orders, by identifier.
    public var orders: [String] = []
    /// What was received about them.
    public var events: [String] = []
    /// The runs of these events and orders.
    public var runs: [String] = []
    /// What could not be read while it was looked for: some of it may be theirs.
    public var unread = UnreadThings()

    public init(addresses: Set<String>) { self.addresses = Personal(addresses) }

    /// Whether nothing is stored of them.
    public var isEmpty: Bool { orders.isEmpty && events.isEmpty && runs.isEmpty }
}

/// One erasure: that it was asked for, what was destroyed, and the signed certificate of it. It holds no personal data.
public struct Erasure: Sendable, Equatable {
    /// `ers_…`
    public let id: String
    /// A keyed hash of the person's address: the same for the same person in this store, and nothing to anybody else.
    public let subject: String
    public let requestedAt: Timestamp
    /// When all was destroyed; nil where that is not through yet.
    public var doneAt: Timestamp?
    /// How much was destroyed, by kind.
    public var counts: [String: Int]
    /// Where the audit's chain ended with the record of it.
    public var chain: AuditHead?
    /// Until when older copies may hold what was destroyed: no copy of the data keys may be kept longer.
    public var copiesUntil: Timestamp?
    /// Whether those were told who have data of the person as well, by `connection:NAME` and `account:NAME`; see ``ErasureTelling``.
    public var told: [String: String]
    /// What was not looked for, in words; nil where an earlier version did not say.
    public var limits: String?
    /// How many things of the store could not be read while the person was looked for, by why (`corrupt`, `key_missing`): whether they are the person's is not
    /// known. Empty where all could.
    public var unread: [String: Int] = [:]
    /// The store's public key, 32 bytes, and its signature over ``statement``.
    public var publicKey: [UInt8]
    public var signature: [UInt8]

    public init(
        id: String,
        subject: String,
        requestedAt: Timestamp,
        doneAt: Timestamp? = nil,
        counts: [String: Int] = [:],
        chain: AuditHead? = nil,
        copiesUntil: Timestamp? = nil,
        told: [String: String] = [:],
        limits: String? = nil,
        publicKey: [UInt8] = [],
        signature: [UInt8] = []
    ) {
        self.id = id
        self.subject = subject
        self.requestedAt = requestedAt
        self.doneAt = doneAt
        self.counts = counts
        self.chain = chain
        self.copiesUntil = copiesUntil
        self.told = told
        self.limits = limits
        self.publicKey = publicKey
        self.signature = signature
    }

    /// Whether somebody is still to be told.
    public var isTelling: Bool { told.values.contains { $0.hasPrefix(ErasureTelling.waiting) } }

    /// What is signed: compact JSON, members by name.
    public var statement: [UInt8] {
        var json = body
        json["certificate"] = "fairlead.erasure.1"
        json["public_key"] = .string(publicKey.base64)
        return json.bytes(.sorted)
    }

    /// What no erasure looks for: a name alone is the name of many, and what is destroyed cannot be brought back.
    public static let limits = """
        Found by e-mail address, telephone number, order, external id, and first and last name together. What scripts keep, notes and reasons that name the \
        person by a first or a last name alone, and with none of these, are not found: they stay until their age or somebody removes them.
        """

    /// The newest backup that a store knows of when somebody is erased: its copy of the keys holds what is destroyed.
    package struct Backup: Sendable {
        private let madeAt: Timestamp
        /// Whether it is older than copies may be kept: it is there only because no newer one was made, and goes nobody knows when.
        package let outlivesWindow: Bool

        package init(madeAt: Timestamp, at now: Timestamp, window: Duration) {
            self.madeAt = madeAt
            outlivesWindow = now - madeAt > window
        }

        /// What a certificate says of it.
        package var text: String {
            let stays = "the copy of the keys beside it holds what was destroyed, and stays for as long as no newer backup is made"
            return outlivesWindow
                ? "The newest backup was made at \(madeAt.iso8601), longer ago than copies may be kept: \(stays). Until when is not known: make a backup, or remove that copy."
                : "The newest backup was made at \(madeAt.iso8601): \(stays), whatever copies_until says."
        }
    }

    private var body: JSON {
        var json: JSON = [
            "id": .string(id), "subject": .string(subject), "requested_at": JSON(requestedAt), "done_at": JSON(doneAt),
            "counts": .object(JSON.Members(counts.sorted { $0.key < $1.key }.map { ($0.key, JSON.int(Int64($0.value))) })),
            "chain": chain.map { .string($0.description) } ?? .null, "copies_until": JSON(copiesUntil), "told": JSON(texts: told),
        ]
        json["limits"] = limits.map { JSON.string($0) }
        if !unread.isEmpty { json["unread"] = .object(JSON.Members(unread.sorted { $0.key < $1.key }.map { ($0.key, JSON.int(Int64($0.value))) })) }
        return json
    }

    /// The certificate, as it is shown, kept and verified.
    public var json: JSON {
        var json = body
        json["public_key"] = publicKey.isEmpty ? .null : .string(publicKey.base64)
        json["fingerprint"] = publicKey.isEmpty ? .null : .string(Erasure.fingerprint(of: publicKey))
        json["signature"] = signature.isEmpty ? .null : .string(signature.base64)
        return json
    }

    /// A certificate from its JSON; nil where it is none.
    public init?(json: JSON) {
        guard let id = json["id"]?.text, let subject = json["subject"]?.text,
            let requested = json["requested_at"]?.text.flatMap({ Timestamp(iso8601: $0) })
        else { return nil }
        self.init(
            id: id,
            subject: subject,
            requestedAt: requested,
            doneAt: json["done_at"]?.text.flatMap { Timestamp(iso8601: $0) },
            counts: Dictionary((json["counts"]?.members?.pairs ?? []).map { ($0.name, Int($0.value.integer ?? 0)) }) { $1 },
            chain: json["chain"]?.text.flatMap { AuditHead($0) },
            copiesUntil: json["copies_until"]?.text.flatMap { Timestamp(iso8601: $0) },
            told: Dictionary((json["told"]?.members?.pairs ?? []).map { ($0.name, $0.value.text ?? "") }) { $1 },
            limits: json["limits"]?.text,
            publicKey: json["public_key"]?.text.flatMap { [UInt8](base64: $0) } ?? [],
            signature: json["signature"]?.text.flatMap { [UInt8](base64: $0) } ?? []
        )
        unread = Dictionary((json["unread"]?.members?.pairs ?? []).map { ($0.name, Int($0.value.integer ?? 0)) }) { $1 }
    }

    /// Whether the certificate says that the erasure was done, and was signed with the key that it names. That the key is a store's own is told by its
    /// ``fingerprint(of:)``.
    public var isSigned: Bool {
        guard doneAt != nil, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: statement)
    }

    /// Whether a certificate's JSON says what was signed and nothing else: no member was changed, added or written otherwise, the fingerprint included.
    public func isAllThatIsSaid(in json: JSON) -> Bool { json.bytes(.sorted) == self.json.bytes(.sorted) }

    /// The certificate with a signature of the store's.
    public func signed(with seed: [UInt8]) throws -> Erasure {
        let key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        var signed = self
        signed.publicKey = Array(key.publicKey.rawRepresentation)
        signed.signature = Array(try key.signature(for: signed.statement))
        return signed
    }

    /// How people compare keys: the first sixteen bytes of the SHA-256, in hexadecimal.
    public static func fingerprint(of publicKey: [UInt8]) -> String { Array(SHA256.hash(data: publicKey).prefix(16)).hex }
}
