import Foundation
import HTTPTypes
import Screening

extension SimulatorSite {
    /// One request to a stand-in, with the faults that were asked for round it and a note in the log.
    func exchange(_ simulator: some Simulated, _ request: WireRequest, _ path: [String]) async throws -> WireResponse {
        let operation = simulator.operation(request, path: path)
        let number = bench.log.begin(.received, simulator.name, operation, request, at: bench.clock.now())
        let faults = operation.map { bench.faults.take(simulator.name, $0).map(\.effect) } ?? []
        do {
            let answer = try await answer(simulator, request, path, faults)
            bench.log.end(number, status: answer.status)
            return answer
        } catch {
            bench.log.end(number, status: nil, failure: error is Disconnect ? "connection dropped" : "\(error)")
            throw error
        }
    }

    private func answer(_ simulator: some Simulated, _ request: WireRequest, _ path: [String], _ faults: [Fault.Effect]) async throws -> WireResponse
    {
        for case .latency(let pause) in faults { try await bench.clock.sleep(for: pause) }
        for effect in faults {
            switch effect {
            case .dropBefore: throw Disconnect()
            case .expireTokens: simulator.expireTokens()
            case .status(let status, let retryAfter, accepted: false): return simulator.failure(status, retryAfter)
            default: break
            }
        }
        var answer = simulator.answer(request, path: path)
        for effect in faults {
            switch effect {
            case .lateAnswer(let pause): try await bench.clock.sleep(for: pause)
            case .webhookFirst: await deliverFirst(answer)
            default: break
            }
        }
        for effect in faults {
            switch effect {
            case .dropAfter: throw Disconnect()
            case .status(let status, let retryAfter, accepted: true): answer = simulator.failure(status, retryAfter)
            case .withoutID where (200..<300).contains(answer.status): answer = answer.withoutID
            default: break
            }
        }
        return answer
    }

    /// Sees that the webhooks about what was just created have been delivered.
    private func deliverFirst(_ answer: WireResponse) async {
        await settle()
        // The work may have been in the hands of `run()` already.
        if let id = answer.json?[settings.zinc.idMember]?.text { await bench.agenda.idle(ZincSimulator.concurrencyKey(id)) }
    }
}

extension Simulated {
    fileprivate func failure(_ status: Int, _ retryAfter: Int?) -> WireResponse {
        var answer = errorResponse(status, "A fault that was asked for.")
        if let retryAfter { answer.headers[.retryAfter] = String(retryAfter) }
        return answer
    }
}

extension WireResponse {
    fileprivate var withoutID: WireResponse {
        guard let members = json?.members else { return WireResponse(status, json: [:]) }
        let rest = members.pairs.filter { !$0.name.lowercased().hasSuffix("id") && $0.name != "data" }
        return WireResponse(status, json: .object(JSON.Members(rest.map { ($0.name, $0.value) })))
    }
}
