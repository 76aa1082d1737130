import Logging
import Plugins
import Screening

/// Sends scripts' requests. A host that failed again and again is left alone: runs that need it wait, their attempts unspent.
struct HostCalls: Sendable {
    let environment: Environment
    let transport: any Transport
    let breakers: CircuitBreakers

    /// Sends a script's request, unless its host is being left alone.
    /// - Throws: ``AttemptFailure`` `host_paused` where it is, and what the transport throws.
    ///
    /// Each connection counts its own failures: none can cause a host to be left alone for others.
    func send(_ request: WireRequest, for connection: String) async throws -> WireResponse {
        guard let origin = URLParts(request.url)?.origin else { return try await transport.send(request) }
        let name = "\(connection) \(origin)"
        if case .refused(let until) = breakers.ask(name, at: environment.clock.now()) {
            throw AttemptFailure("host_paused", "\(origin) failed again and again; it is tried again now and then", notBefore: until)
        }
        do {
            let response = try await transport.send(request)
            note(name, failed: response.status >= 500)
            return response
        } catch let error as TransportError where ![.refused, .tooLarge].contains(error.kind) && error.kind.saysSomething(within: request.timeout) {
            note(name, failed: true)
            throw error
        } catch {
            breakers.abandoned(name)
            throw error
        }
    }

    private func note(_ name: String, failed hasFailed: Bool) {
        if hasFailed {
            guard breakers.failed(name, at: environment.clock.now()) else { return }
            environment.logger.error(
                "a host that scripts call fails again and again; runs that need it wait",
                metadata: ["event": "script_host.unreachable", "host": "\(name)"]
            )
        } else if breakers.succeeded(name) {
            environment.logger.notice("a host that scripts call answers again", metadata: ["event": "script_host.reachable", "host": "\(name)"])
        }
    }
}

extension TransportError.Kind {
    /// Whether it says something about the host: a time-out that the script itself set very short says nothing.
    fileprivate func saysSomething(within timeout: Duration) -> Bool { self != .timedOut || timeout >= .seconds(5) }
}
