public import Logging
import Tracing

/// Where a span stands: its trace, itself, and whether the trace is recorded. As in W3C's `traceparent`.
public struct TraceContext: Sendable, Hashable {
    /// 32 hexadecimal digits, not all zero.
    public let traceID: String
    /// 16 hexadecimal digits, not all zero.
    public let spanID: String
    /// Whether the spans of the trace are recorded.
    public let isSampled: Bool

    init(traceID: String, spanID: String, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// The context of a `traceparent` header; nil where it is not one. Later versions are read as this one, as the standard asks.
    public init?(traceparent text: String) {
        guard text.utf8.count >= 55, text.utf8.count <= 256 else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].utf8.count == 2, parts[1].utf8.count == 32, parts[2].utf8.count == 16, parts[3].utf8.count == 2 else {
            return nil
        }
        guard parts.prefix(4).allSatisfy({ $0.utf8.allSatisfy(Self.isLowerHex) }), parts[0] != "ff", parts[0] != "00" || parts.count == 4 else {
            return nil
        }
        guard parts[1].contains(where: { $0 != "0" }), parts[2].contains(where: { $0 != "0" }), let flags = UInt8(parts[3], radix: 16) else {
            return nil
        }
        self.init(traceID: String(parts[1]), spanID: String(parts[2]), isSampled: flags & 1 == 1)
    }

    /// The header's value.
    public var traceparent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    /// The name of the header.
    static let header = "traceparent"

    private static func isLowerHex(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }

    /// The context of the span that is under way in this task; nil where none is.
    public static var current: TraceContext? { InstrumentationContext.current?[TraceContextKey.self] }

    /// Says in each line of a log in which trace and span it was written.
    public static var metadataProvider: Logger.MetadataProvider {
        Logger.MetadataProvider {
            guard let current else { return [:] }
            return ["trace_id": "\(current.traceID)", "span_id": "\(current.spanID)"]
        }
    }
}

/// Under which a task's context holds it.
enum TraceContextKey: InstrumentationContextKey {
    typealias Value = TraceContext
    static var nameOverride: String? { "fairlead.trace" }
}
