import ConfigurationFiles
import HTTPTypes
import Screening
import Synchronization

/// What a provider's script reaches while one of its hooks runs: the provider, over HTTP, and nothing of the host.
///
/// Nothing is remembered from one call of a hook to the next. An interrupted hook is not run again from its answers: what it may have done is
/// in the ``CreationRecord``.
final class ProviderScriptHost: HTTPScriptHost {
    /// Whom a hook may call.
    enum Reach: Sendable {
        case nobody
        case provider
        /// The provider, with permission to create one request.
        case creation
    }

    let clock: any WallClock
    let random: any RandomSource
    let secrets: [String: [Secret]]

    private let session: ProviderSession
    private let hook: String
    private let manifest: PluginManifest
    private let reach: Reach
    private let origin: String?
    private let settings: JSON
    private struct State {
        var record = CreationRecord()
        /// Whether the current call may create a request.
        var creates = false
    }
    private let state = Mutex(State())

    init(_ session: ProviderSession, _ manifest: PluginManifest, hook: String, reach: Reach, random: any RandomSource) {
        self.hook = hook
        self.session = session
        self.manifest = manifest
        self.reach = reach
        self.random = random
        clock = session.clock
        secrets = session.account.secrets
        settings = manifest.settings.applyingDefaults(session.account.settings)
        origin = URLParts(session.account.baseURL)?.origin
    }

    /// The record of what was sent.
    var record: CreationRecord { state.withLock { $0.record } }

    func error(of call: String) -> HostCallError {
        HostCallError(
            "not_for_providers",
            "a provider's script cannot call \(call)",
            hint: "it has ctx.http, ctx.log, ctx.settings, ctx.secret and ctx.account"
        )
    }

    func check(http arguments: JSON) throws(HostCallError) {
        let isRead = ["GET", "HEAD"].contains(arguments["method"]?.text?.uppercased() ?? "GET")
        switch reach {
        case .nobody:
            throw HostCallError("not_here", "interpret cannot call anybody", hint: "the host reads the order by report after a webhook")
        case .provider: break
        case .creation:
            let creates = !isRead && arguments["creates"]?.boolean != false
            let allowed = state.withLock { state in
                state.creates = creates
                return !creates || state.record.allowsCreating
            }
            if !allowed {
                throw HostCallError(
                    "created_before",
                    "submit may send one request that creates, and an earlier one may have",
                    hint: "give the calls that only prepare { creates = false }"
                )
            }
        }
    }

    func permits(_ url: URLParts, from secret: String?) -> Bool {
        if secret == nil, let origin, url.origin == origin { return true }
        return ScriptPermissions(manifest, settings: settings).permits(url, from: secret)
    }

    func permits(secret: String, to url: URLParts) -> Bool {
        if let origin, url.origin == origin, manifest.secrets.first(where: { $0.name == secret })?.to == nil { return true }
        return ScriptPermissions(manifest, settings: settings).permits(secret: secret, to: url)
    }

    func send(_ request: WireRequest) async throws -> WireResponse {
        state.withLock { $0.record.begin(creating: $0.creates) }
        var request = request
        request.call = hook
        // It may create or cancel, which is never to be repeated, whatever key it carries.
        if request.method != .get, request.method != .head { request.connection = .fresh }
        do {
            let response = try await session.transport.send(request)
            state.withLock { $0.record.end(response) }
            return response
        } catch let error as TransportError {
            state.withLock { $0.record.end(error) }
            throw error
        }
    }
}
