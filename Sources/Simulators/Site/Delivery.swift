import Logging
import Screening
import Synchronization

/// One webhook on its way to the host.
struct Delivery: Sendable {
    let simulator: Simulator
    let concurrencyKey: String
    let request: WireRequest
    var attempt = 0
}

/// Sends webhooks of one simulator by way of the timer queue, with the faults that were asked for.
final class Outbox: Sendable {
    private let environment: SimulatorEnvironment
    private let simulator: Simulator
    /// Webhooks held back until the next of the same key has gone.
    private let held = Mutex<[String: [WireRequest]]>([:])

    init(_ environment: SimulatorEnvironment, _ simulator: Simulator) {
        self.environment = environment
        self.simulator = simulator
    }

    func send(_ request: WireRequest, concurrencyKey: String) {
        let faults = environment.faults.take(simulator, "webhook")
        var pause = Duration.zero
        var copies = 1
        for fault in faults {
            switch fault.effect {
            case .loseWebhook: return
            case .holdWebhook:
                held.withLock { $0[concurrencyKey, default: []].append(request) }
                return
            case .duplicateWebhook(let extra): copies += max(0, extra)
            case .delayWebhook(let delay): pause = delay
            default: break
            }
        }
        let due = environment.clock.now() + pause
        let late = held.withLock { $0.removeValue(forKey: concurrencyKey) } ?? []
        for each in Array(repeating: request, count: copies) + late {
            environment.timers.schedule(
                .deliver(Delivery(simulator: simulator, concurrencyKey: concurrencyKey, request: each)),
                concurrencyKey: concurrencyKey,
                at: due
            )
        }
    }
}

extension SimulatorEnvironment {
    /// Sends a webhook; one that was not answered 2xx is put in the timer queue again, byte for byte.
    func deliver(_ delivery: Delivery) async {
        let number = log.begin(.sent, delivery.simulator, "webhook", delivery.request, at: clock.now())
        do {
            let response = try await transport.send(delivery.request)
            log.end(number, status: response.status)
            if (200..<300).contains(response.status) { return }
        } catch {
            log.end(number, status: nil, failure: "\(error)")
        }
        guard delivery.attempt < retries.count else {
            return logger.warning("webhook given up", metadata: ["simulator": .string(delivery.simulator.rawValue)])
        }
        var next = delivery
        next.attempt += 1
        timers.schedule(.deliver(next), concurrencyKey: delivery.concurrencyKey, at: clock.now() + retries[delivery.attempt])
    }
}
