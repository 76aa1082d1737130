import Logging
import Plugins
import Screening

extension CircuitBreakers {
    /// Hosts that scripts call and that do not answer: runs that need them wait, their attempts unspent.
    static func ofHosts() -> CircuitBreakers { CircuitBreakers(.outside) }

    /// Sends a script's request, unless its host is being left alone.
    /// - Throws: ``AttemptFailure`` `host_paused` where it is, and what the transport throws.
    func send(_ request: WireRequest, _ context: PipelineContext) async throws -> WireResponse {
        guard let origin = URLParts(request.url)?.origin else { return try await context.transport.send(request) }
        if case .refused(let until) = ask(origin, at: context.clock.now()) {
            throw AttemptFailure("host_paused", "\(origin) failed again and again; it is tried again now and then", notBefore: until)
        }
        do {
            let response = try await context.transport.send(request)
            note(origin, failed: response.status >= 500, context)
            return response
        } catch let error as TransportError where ![.refused, .tooLarge].contains(error.kind) {
            note(origin, failed: true, context)
            throw error
        } catch {
            abandoned(origin)
            throw error
        }
    }

    private func note(_ origin: String, failed hasFailed: Bool, _ context: PipelineContext) {
        if hasFailed {
            guard failed(origin, at: context.clock.now()) else { return }
            context.logger.error("a host that scripts call fails again and again; runs that need it wait", metadata: ["host": "\(origin)"])
        } else if succeeded(origin) {
            context.logger.notice("a host that scripts call answers again", metadata: ["host": "\(origin)"])
        }
    }
}
