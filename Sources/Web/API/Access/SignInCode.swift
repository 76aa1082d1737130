public import Screening
import Synchronization

/// A code that signs somebody in as the administrator once, on this machine, and is worth nothing then: for an address that is printed, such as the one of a
/// demonstration. Thread-safe.
public final class SignInCode: Sendable {
    /// The code, to be handed over once.
    public let value: String
    private let isUsed = Mutex(false)

    /// A new code, which nobody can guess.
    public init(_ random: any RandomSource) { value = random.token() }

    /// Uses the code up: true for the first who has it and asks from this machine, by an address of this machine; false for anybody else, and ever after.
    public func redeem(_ given: String, _ request: IncomingRequest) -> Bool {
        guard SignInCode.isLocal(request.peer), SignInCode.isLocal(SignInCode.host(request.authority)) else { return false }
        guard Secret(value).matches(given) else { return false }
        return isUsed.withLock { isUsed in
            defer { isUsed = true }
            return !isUsed
        }
    }

    /// The host of a `Host` field, without its port.
    private static func host(_ authority: String?) -> String {
        guard let authority else { return "" }
        return URLParts("http://" + authority)?.host ?? ""
    }

    private static func isLocal(_ host: String) -> Bool {
        let host = host.lowercased().filter { $0 != "[" && $0 != "]" }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return host == "localhost" || host == "::1" || host == "::ffff:127.0.0.1"
            || (numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil })
    }
}
