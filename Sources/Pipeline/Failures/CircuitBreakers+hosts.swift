import Logging
import Plugins
import Screening

extension CircuitBreakers {
    /// Hosts that scripts call and that do not answer: runs that need them wait, their attempts unspent.
    static func ofHosts() -> CircuitBreakers { CircuitBreakers(.outside) }

    /// Sends a script's request, unless its host is being left alone.
    /// - Throws: ``AttemptFailure`` `host_paused` where it is, and what the transport throws.
    ///
    /// Each connection finds out for itself: none can have a host left alone for others.
    func send(_ request: WireRequest, for connection: String, _ context: PipelineContext) async throws -> WireResponse {
        guard let origin = URLParts(request.url)?.origin else { return try await context.transport.send(request) }
        let name = "\(connection) \(origin)"
        if case .refused(let until) = ask(name, at: context.clock.now()) {
            throw AttemptFailure("host_paused", "\(origin) failed again and again; it is tried again now and then", notBefore: until)
        }
        do {
            let response = try await context.transport.send(request)
            note(name, failed: response.status >= 500, context)
            return response
        } catch let error as TransportError where ![.refused, .tooLarge].contains(error.kind) && error.kind.isTelling(within: request.timeout) {
            note(name, failed: true, context)
            throw error
        } catch {
            abandoned(name)
            throw error
        }
    }

    private func note(_ name: String, failed hasFailed: Bool, _ context: PipelineContext) {
        if hasFailed {
            guard failed(name, at: context.clock.now()) else { return }
            context.logger.error("a host that scripts call fails again and again; runs that need it wait", metadata: ["host": "\(name)"])
        } else if succeeded(name) {
            context.logger.notice("a host that scripts call answers again", metadata: ["host": "\(name)"])
        }
    }
}

extension TransportError.Kind {
    /// Whether it says something about the host: a script that waits for a moment only finds out about its own patience.
    fileprivate func isTelling(within timeout: Duration) -> Bool { self != .timedOut || timeout >= .seconds(5) }
}
