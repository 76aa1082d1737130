import HTTPTypes
import Screening

/// The stand-ins that a site holds.
public enum Simulator: String, Sendable, CaseIterable {
    /// The Zinc Partner API, under `/zinc/partner/v2`.
    case zinc
    /// The WorkerChecks Business API, under `/workerchecks`.
    case workerchecks
    /// An applicant tracking system, under `/ats`.
    case ats
}

/// What the site needs from each stand-in; the fault handling around it is the same for all.
protocol Simulated: Sendable {
    /// Which one it is.
    var name: Simulator { get }
    /// The operation that a request means, by which faults are chosen; nil where there is none.
    /// - Parameter path: the path's segments below the simulator's own.
    func operation(_ request: WireRequest, path: [String]) -> String?
    /// Acts and answers.
    func respond(to request: WireRequest, path: [String]) -> WireResponse
    /// An error body in this simulator's shape.
    func errorResponse(_ status: Int, _ message: String) -> WireResponse
    /// Invalidates every token issued so far.
    func expireTokens()
}

extension Simulated {
    func expireTokens() {}
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    static let zincSignature = HTTPField.Name("x-zinc-webhook-signature")!
    static let webhookID = HTTPField.Name("webhook-id")!
}

extension WireRequest {
    /// The value after `Bearer `, whatever that word's case; nil where there is none.
    var bearer: String? { credential(after: "bearer ") }

    /// The user name and password of Basic authorisation; nil where there is none.
    var basic: (user: String, password: String)? {
        guard let encoded = credential(after: "basic "), let bytes = [UInt8](base64: encoded),
            let text = String(validating: bytes, as: UTF8.self), let colon = text.firstIndex(of: ":")
        else { return nil }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    private func credential(after scheme: String) -> String? {
        guard let value = headers[.authorization], value.lowercased().hasPrefix(scheme) else { return nil }
        return String(value.dropFirst(scheme.count))
    }
}
