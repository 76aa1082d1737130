import Dispatch
import Foundation
import Synchronization

/// Sends requests as fast as they are answered over 64 kept connections, and says how many a second that were.
enum Flood {
    private struct Sum {
        var times: [Double] = []
        var next = 0
        var failure: String?
    }

    /// Sends `COUNT` signed requests at most, for `SECONDS` at most: an ATS's deliveries of 2 KB, or a provider's webhooks.
    /// - Throws: ``BenchFailure`` where one is answered with anything but 200.
    static func run(target: UInt16, path: String, count: Int, seconds: Double, isWebhook: Bool, from first: Int = 0) throws {
        let sum = Mutex(Sum())
        let began = ContinuousClock.now
        let group = DispatchGroup()
        for _ in 0..<64 {
            group.enter()
            Thread.detachNewThread {
                defer { group.leave() }
                do {
                    var connection = try KeptConnection(port: target)
                    var times: [Double] = []
                    while ContinuousClock.now - began < .seconds(seconds) {
                        let number = sum.withLock { sum in
                            sum.next += 1
                            return sum.next - 1
                        }
                        guard number < count else { break }
                        let told = "http://127.0.0.1:9/told"
                        let body = isWebhook ? OutsideWorld.webhook(first + number, delivery: 0) : OutsideWorld.candidate(first + number, told: told)
                        let header = isWebhook ? "x-zinc-webhook-signature" : "X-Signature"
                        let sent = ContinuousClock.now
                        let status = try connection.post(path, "\(header): \(OutsideWorld.signature(of: body))\r\n", body)
                        guard status == 200 else { throw BenchFailure("a request was answered \(status)") }
                        times.append((ContinuousClock.now - sent) / .milliseconds(1))
                    }
                    sum.withLock { $0.times += times }
                } catch {
                    sum.withLock { $0.failure = "\(error)" }
                }
            }
        }
        group.wait()
        let took = (ContinuousClock.now - began) / .seconds(1)
        let (times, failure) = sum.withLock { ($0.times.sorted(), $0.failure) }
        if let failure { throw BenchFailure(failure) }
        guard !times.isEmpty else { throw BenchFailure("nothing was answered") }
        print("answered \(times.count)")
        print(String(format: "per_second %.1f\np99_ms %.1f", Double(times.count) / took, times[times.count * 99 / 100]))
    }
}
