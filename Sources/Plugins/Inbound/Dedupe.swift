import Crypto
public import Screening

/// What makes two deliveries on one inbound path the same, and for how long.
public struct Dedupe: Sendable, Hashable {
    /// What is compared.
    public enum Basis: Sendable, Hashable {
        /// The value of a header; its name in lower case.
        case header(String)
        /// The text or whole number at a dotted path of the body.
        case body(String)
        /// The body's bytes.
        case bodyHash
        /// Nothing: every delivery is an event.
        case nothing
    }

    public let basis: Basis
    /// For how long after the first delivery others are the same; nil for as long as it is kept.
    public let within: Duration?
    /// Whether the body must be equal, too: for a header or a value that is not signed it must be in any case.
    public let comparesBody: Bool

    public init(_ basis: Basis, within: Duration? = nil, comparesBody: Bool = false) {
        self.basis = basis
        self.comparesBody = comparesBody
        self.within = within
    }

    /// How long a body alone makes a duplicate, where nothing else is said: senders that get no answer send again within minutes, and an equal body that
    /// comes later may well mean something.
    public static let usualWindow = Duration.seconds(600)
    /// What holds where a plugin says nothing.
    public static let usual = Dedupe(.bodyHash, within: usualWindow)

    /// A key that is equal for deliveries that are the same, and holds nothing of the delivery in clear; nil where none is a duplicate.
    ///
    /// A header that is not among what is signed, and a value of the body that is not, never decide alone: the body goes with them. A delivery without
    /// the header, or without the body's value, is known by its body.
    ///
    /// A value that is signed only among others, one after the other, is known by all that is signed: where one value ends and the next begins is not
    /// signed, so one captured delivery would make as many events as its text can be divided in ways. A header is known by itself where a text that it
    /// does not hold keeps it apart.
    public func key(for read: ReadRequest, under verification: Verification) -> DedupeKey? {
        let request = read.request
        let value: [UInt8]?
        let isSigned: Bool
        switch basis {
        case .nothing: return nil
        case .bodyHash: (value, isSigned) = (nil, false)
        case .header(let name):
            value = verification.message(aroundHeader: name, in: read) ?? request.headers[name].flatMap { $0.isEmpty ? nil : Array($0.utf8) }
            isSigned = verification.signs(header: name)
        case .body(let path):
            value = verification.message(around: path, in: read) ?? read.body?.at(path)?.identifier.map { Array($0.utf8) }
            isSigned = verification.signs(value: path)
        }
        var hash = SHA256()
        func add(_ bytes: [UInt8]) {
            // Lengths keep parts apart that stand one after the other.
            withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: bytes)
        }
        // The path belongs to it: the same body on another path is another event.
        add(Array(request.path.split(separator: "/").joined(separator: "/").utf8))
        if let value { add(value) }
        if value == nil || !isSigned || comparesBody {
            for (name, value) in verification.withoutCredentials(request).query.sorted(by: { $0.key < $1.key }) {
                add(Array("\(name)=\(value)".utf8))
            }
            add(request.body)
        }
        let kind = value == nil ? "body:" : isSigned && !comparesBody ? "id:" : "id+body:"
        return DedupeKey(kind + Array(hash.finalize()).hex, within: value == nil ? within ?? Self.usualWindow : within)
    }
}
