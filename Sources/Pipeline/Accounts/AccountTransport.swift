import Screening

/// The way to an account's provider: measures its requests by call and answer, and tells the provider which trace a request belongs to.
struct AccountTransport: Transport {
    let account: String
    let base: any Transport
    let meters: Meters

    func send(_ request: WireRequest) async throws -> WireResponse {
        let start = ContinuousClock.now
        var request = request
        request.tellsTrace = true
        let outcome: Result<WireResponse, any Error>
        do { outcome = .success(try await base.send(request)) } catch { outcome = .failure(error) }
        let code =
            switch outcome {
            case .success(let response): statusLabel(response.status)
            case .failure(let error as TransportError): error.kind.rawValue
            case .failure(is CancellationError): "cancelled"
            case .failure: "failed"
            }
        meters.providerRequests.record(.now - start, account, request.call ?? "other", code)
        return try outcome.get()
    }
}
