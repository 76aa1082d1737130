public import Screening

/// Checks that a provider keeps the promises of ``ScreeningProvider``, whatever test library is used:
///
/// ```swift
/// let failures = await ProviderConformance(MyProvider(), script).run()
/// #expect(failures.isEmpty, "\(failures)")
/// ```
///
/// Nothing leaves the process, and no check waits for a clock. What the provider's manifest does not list is not checked.
public struct ProviderConformance: Sendable {
    /// One promise.
    public struct Check: Sendable, CustomStringConvertible {
        public let name: String
        let find: @Sendable (ProviderConformance) async throws -> [String]

        /// The name.
        public var description: String { name }
    }

    public let provider: any ScreeningProvider
    /// How its wire behaves.
    public let script: ProviderScript

    public init(_ provider: any ScreeningProvider, _ script: ProviderScript) {
        self.provider = provider
        self.script = script
    }

    /// Every check, in the order they run.
    public static let checks: [Check] = manifestChecks + packageChecks + submitChecks + reportChecks + webhookChecks + cancelChecks + secrecyChecks

    /// Runs every check.
    /// - Returns: the promises not kept; empty where all is well. Calling twice checks twice.
    public func run() async -> [ConformanceFailure] {
        var failures: [ConformanceFailure] = []
        for check in Self.checks { failures += await run(check) }
        return failures
    }

    /// Runs one check.
    public func run(_ check: Check) async -> [ConformanceFailure] {
        do {
            return try await check.find(self).map { ConformanceFailure(check: check.name, message: $0) }
        } catch {
            return [ConformanceFailure(check: check.name, message: "threw \(error) where it should have succeeded")]
        }
    }

    var capabilities: ProviderManifest.Capabilities { provider.manifest.capabilities(for: script.account) }
    let callback = "https://fairlead.example.test/providers/account/callback-token"
    let key = "key-of-the-order"
}

/// The provider's side of the wire in one situation, with a session of its own.
struct ProviderStage: Sendable {
    let session: ProviderSession
    let transport: HandlerTransport
    let log = LogRecorder()
    let clock = ManualClock()
    private let isCreation: @Sendable (WireRequest) -> Bool

    /// - Parameter fault: called before the provider sees a request; what it returns or throws takes the provider's place.
    init(
        _ script: ProviderScript,
        _ situation: ProviderSituation,
        fault: @escaping @Sendable (WireRequest) throws -> WireResponse? = { _ in nil }
    ) {
        isCreation = script.isCreation
        transport = HandlerTransport([
            "*": ClosureHandler { request in
                if let response = try fault(request) { return response }
                return try await script.respond(situation, request)
            }
        ])
        session = ProviderSession(account: script.account, transport: transport, tokens: TokenCache(), clock: clock, logger: log.logger)
    }

    /// How many requests that create were sent.
    var creations: Int { creating.count }
    /// The requests that create.
    var creating: [WireRequest] {
        transport.requests.filter { request in
            var inbound = request
            let afterScheme = request.url.firstRange(of: "://").map { request.url[$0.upperBound...] } ?? request.url[...]
            inbound.url = afterScheme.firstIndex(of: "/").map { String(afterScheme[$0...]) } ?? "/"
            return isCreation(inbound)
        }
    }
}

/// Collects what is wrong.
struct Findings {
    private(set) var messages: [String] = []

    /// Notes the message where the condition does not hold.
    mutating func expect(_ condition: Bool, _ message: @autoclosure () -> String) {
        if !condition { messages.append(message()) }
    }

    /// Notes where `work` does not throw a ``ProviderError``, and returns the one it throws.
    mutating func expectProviderError(_ when: String, _ work: () async throws -> Void) async -> ProviderError? {
        do {
            try await work()
            messages.append("\(when): returned where it should have thrown")
        } catch let error as ProviderError {
            return error
        } catch {
            messages.append("\(when): threw \(type(of: error)) where it should have thrown ProviderError")
        }
        return nil
    }
}
