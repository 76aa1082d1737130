import Screening
import Synchronization

/// A provider that answers as a test tells it, and counts what it is asked.
final class StubProvider: ScreeningProvider {
    /// What the provider answers; each may throw ``ProviderError``.
    struct Answers: Sendable {
        var packages: @Sendable () throws -> [ScreeningPackage] = { [ScreeningPackage(id: "pkg_1", name: "Basic")] }
        var submit: @Sendable () throws -> Submission = { Submission(reference: "ref_1") }
        var report: @Sendable () throws -> Report? = { nil }
        var find: @Sendable () throws -> Submission? = { nil }
        var requests: @Sendable () throws -> [ListedRequest] = { [] }
        var interpret: @Sendable () throws -> [WebhookReport] = { [] }
        var cancel: @Sendable () throws -> Cancellation = { .cancelled }
        var shape: RequestShape?
    }

    let manifest: ProviderManifest
    private let answers = Mutex(Answers())
    private let asked = Mutex<[String]>([])
    private let takesReads: Bool

    /// - Parameter takesReads: whether it takes reads from the budget itself.
    init(_ capabilities: ProviderManifest.Capabilities, polling: ProviderManifest.Polling, takesReads: Bool = false) {
        self.takesReads = takesReads
        manifest = ProviderManifest(
            name: "stub",
            title: "Stub",
            capabilities: capabilities,
            fields: [],
            environments: [:],
            polling: polling
        )
    }

    /// What it was asked, in order.
    var calls: [String] { asked.withLock { $0 } }

    func answer(_ change: (inout Answers) -> Void) { answers.withLock { change(&$0) } }

    private func ask<Value: Sendable>(_ call: String, _ response: any KeyPath<Answers, @Sendable () throws -> Value> & Sendable) throws -> Value {
        asked.withLock { $0.append(call) }
        return try answers.withLock { $0[keyPath: response] }()
    }

    func packages(_ session: ProviderSession) async throws -> [ScreeningPackage] { try ask("packages", \.packages) }
    func submit(
        _ order: Order,
        request: RequestShape?,
        callback: String?,
        key: String,
        _ session: ProviderSession
    ) async throws -> Submission {
        try ask("submit", \.submit)
    }
    func shape(of order: Order, callback: String?, key: String, _ session: ProviderSession) throws -> RequestShape? { answers.withLock { $0.shape } }
    func takesReads(_ account: Account) -> Bool { takesReads }
    func report(for reference: String, _ session: ProviderSession) async throws -> Report? {
        if takesReads { try await session.admission?() }
        return try ask("report", \.report)
    }
    func find(_ order: Order, _ session: ProviderSession) async throws -> Submission? {
        if takesReads { try await session.admission?() }
        return try ask("find", \.find)
    }
    func requests(like order: Order, _ session: ProviderSession) async throws -> [ListedRequest] {
        if takesReads { try await session.admission?() }
        return try ask("requests", \.requests)
    }
    func verify(_ webhook: Webhook, _ session: ProviderSession) throws(WebhookVerificationError) {}
    func interpret(_ webhook: Webhook, _ session: ProviderSession) async throws -> [WebhookReport] { try ask("interpret", \.interpret) }
    func cancel(_ reference: String, _ session: ProviderSession) async throws -> Cancellation { try ask("cancel", \.cancel) }
}
