import Foundation
import HTTPTypes
import Screening

extension SimulatorSite {
    /// One request to a stand-in, with the faults that were asked for round it and a note in the log.
    func exchange(_ simulator: some Simulated, _ request: WireRequest, _ path: [String]) async throws -> WireResponse {
        let operation = simulator.operation(request, path: path)
        let number = environment.log.begin(.received, simulator.name, operation, request, at: environment.clock.now())
        let faults = operation.map { environment.faults.take(simulator.name, $0).map(\.effect) } ?? []
        do {
            let response = try await respond(simulator, request, path, faults)
            environment.log.end(number, status: response.status)
            return response
        } catch {
            environment.log.end(number, status: nil, failure: error is Disconnect ? "connection dropped" : "\(error)")
            throw error
        }
    }

    private func respond(_ simulator: some Simulated, _ request: WireRequest, _ path: [String], _ faults: [Fault.Effect]) async throws -> WireResponse
    {
        for case .latency(let pause) in faults { try await environment.clock.sleep(for: pause) }
        for effect in faults {
            switch effect {
            case .dropBefore: throw Disconnect()
            case .expireTokens: simulator.expireTokens()
            case .status(let status, let retryAfter, accepted: false): return simulator.failure(status, retryAfter)
            default: break
            }
        }
        var response = simulator.respond(to: request, path: path)
        for effect in faults {
            switch effect {
            case .lateAnswer(let pause): try await environment.clock.sleep(for: pause)
            case .webhookFirst: await deliverFirst(response)
            default: break
            }
        }
        for effect in faults {
            switch effect {
            case .dropAfter: throw Disconnect()
            case .status(let status, let retryAfter, accepted: true): response = simulator.failure(status, retryAfter)
            case .withoutID where (200..<300).contains(response.status): response = response.withoutID
            default: break
            }
        }
        return response
    }

    /// Returns once the webhooks about what was just created have been delivered.
    private func deliverFirst(_ response: WireResponse) async {
        await settle()
        // `run()` may already have taken the work.
        if let id = response.json?[settings.zinc.idMember]?.text { await environment.timers.idle(ZincSimulator.concurrencyKey(id)) }
    }
}

extension Simulated {
    fileprivate func failure(_ status: Int, _ retryAfter: Int?) -> WireResponse {
        var response = errorResponse(status, "A fault that was asked for.")
        if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
        return response
    }
}

extension WireResponse {
    fileprivate var withoutID: WireResponse {
        guard let members = json?.members else { return WireResponse(status, json: [:]) }
        let rest = members.pairs.filter { !$0.name.lowercased().hasSuffix("id") && $0.name != "data" }
        return WireResponse(status, json: .object(JSON.Members(rest.map { ($0.name, $0.value) })))
    }
}
