#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where identifiers, tokens and jitter get their randomness. A parameter everywhere, so that tests can repeat a run.
public protocol RandomSource: Sendable {
    /// `count` bytes. Unguessable in the system's source; repeatable in a seeded one.
    func bytes(_ count: Int) -> [UInt8]
}

/// The system's cryptographic randomness.
public struct SystemRandom: RandomSource {
    public init() {}

    /// Bytes from the operating system's generator.
    public func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            var generator = SystemRandomNumberGenerator()
            while filled < count {
                // The system gives at most 256 bytes at a time.
                let part = min(256, count - filled)
                if let start = bytes.baseAddress, getentropy(start + filled, part) == 0 {
                    filled += part
                } else {
                    bytes.initializeElement(at: filled, to: UInt8(truncatingIfNeeded: generator.next()))
                    filled += 1
                }
            }
        }
    }
}

extension RandomSource {
    /// A token that nobody can guess: 32 random bytes as base64url without padding, 43 characters.
    public func token() -> String { bytes(32).base64URL }

    /// A number in `[0, 1)` with 53 random bits.
    public func fraction() -> Double {
        let bits = bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 11
        return Double(bits) / Double(1 << 53)
    }
}

/// The kinds of things that have an identifier made by the host.
public enum IdentifierKind: String, Sendable {
    /// An order: `ord_…`.
    case order = "ord"
    /// An event: `evt_…`.
    case event = "evt"
    /// A run: `run_…`.
    case run = "run"
    /// An API token: `tok_…`. Names the token; its secret is another thing.
    case token = "tok"
    /// A webhook's delivery: `dlv_…`.
    case delivery = "dlv"
    /// A command for many things: `blk_…`.
    case bulk = "blk"
    /// A running host: `rep_…`.
    case replica = "rep"
    /// A store: `sto_…`.
    case store = "sto"
    /// An issue: `iss_…`.
    case issue = "iss"
    /// An erasure: `ers_…`.
    case erasure = "ers"
    /// A legal hold: `hld_…`.
    case hold = "hld"

    /// A new identifier: the prefix, then 26 characters of Crockford's base 32 that hold the time in milliseconds and 80 random bits.
    /// Identifiers made later sort later, so the newest come first by sorting alone.
    public func make(at timestamp: Timestamp, from random: some RandomSource) -> String { make(at: timestamp, random.bytes(10)) }

    /// The identifier that sorts before all that are made at a time or later, and after all that are made before.
    package func lowest(at timestamp: Timestamp) -> String { make(at: timestamp, [UInt8](repeating: 0, count: 10)) }

    private func make(at timestamp: Timestamp, _ random: [UInt8]) -> String {
        var bits = [UInt8](repeating: 0, count: 16)
        for index in 0..<6 { bits[index] = UInt8(truncatingIfNeeded: timestamp.milliseconds >> (40 - 8 * Int64(index))) }
        bits.replaceSubrange(6..<16, with: random)
        let number = bits.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        let text = String(unsafeUninitializedCapacity: 26) { text in
            for index in 0..<26 { text[index] = Self.alphabet[Int(truncatingIfNeeded: number >> UInt128(5 * (25 - index))) & 31] }
            return 26
        }
        return rawValue + "_" + text
    }

    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}
