import Crypto
import Dispatch
import Foundation
import HTTPTypes
import Logging
import Screening
import ServiceLifecycle
import Synchronization
import Web

/// Everything around a host, or around the script that is its peer: an ATS that sends and is told, and providers that create, list, answer and call back.
///
/// It answers at once and forgets nothing, so that what is measured is the program in between. Prints one line for each figure.
final class OutsideWorld: Sendable {
    /// What `fairlead-bench outside` is told.
    struct Load: Sendable {
        /// Where it listens.
        let port: Int
        /// Where the program in between listens.
        let target: UInt16
        /// How many candidates are sent, all at once.
        let count: Int
        /// Whether the provider calls back; else it is polled.
        let callsBack: Bool
    }

    private struct State {
        var listed: [UInt8] = []
        var created = 0
        var callbacks: [(id: Int, path: String)] = []
        var calledBack: [Int: ContinuousClock.Instant] = [:]
        var told: [Int: ContinuousClock.Instant] = [:]
        var requests: [String: Int] = [:]
    }

    private let load: Load
    private let state = Mutex(State())
    private let ready = DispatchSemaphore(value: 0)
    private static let secret = SymmetricKey(data: Array("bench-signing-secret".utf8))

    init(_ load: Load) { self.load = load }

    /// Sends every candidate and waits until each result has come back into the ATS.
    /// - Throws: ``BenchFailure`` where that does not happen within two minutes, or a candidate was ordered twice.
    func run() async throws {
        var logger = Logger(label: "outside")
        logger.logLevel = .critical
        let server = HTTPServer(host: "127.0.0.1", port: load.port, routes: routes, logger: logger)
        let group = ServiceGroup(services: [server], logger: logger)
        let serving = Task { try await group.run() }
        _ = try await server.boundPort()
        let began = ContinuousClock.now
        let senders = (0..<32).map { share in Thread { [self] in perform { try send(share, of: 32) } } }
        let callers = load.callsBack ? (0..<8).map { _ in Thread { [self] in perform { try callBack() } } } : []
        for thread in senders + callers { thread.start() }
        while state.withLock({ $0.told.count }) < load.count {
            try await Task.sleep(for: .milliseconds(5))
            guard ContinuousClock.now - began < .seconds(120) else {
                throw BenchFailure("\(state.withLock { $0.told.count }) of \(load.count) were told")
            }
        }
        try report(since: began)
        await group.triggerGracefulShutdown()
        serving.cancel()
    }

    private func report(since began: ContinuousClock.Instant) throws {
        let state = state.withLock { $0 }
        guard state.created == load.count else { throw BenchFailure("\(state.created) requests for \(load.count) candidates") }
        let took = state.told.values.max().map { ($0 - began) / .seconds(1) } ?? 0
        print(String(format: "jobs_per_second %.1f", Double(load.count) / took))
        let waits = state.calledBack.compactMap { id, at in state.told[id].map { ($0 - at) / .milliseconds(1) } }.sorted()
        if !waits.isEmpty {
            print(String(format: "told_p50_ms %.1f", waits[waits.count / 2]))
            print(String(format: "told_p99_ms %.1f", waits[waits.count * 99 / 100]))
        }
        for (name, count) in state.requests.sorted(by: { $0.key < $1.key }) { print("\(name) \(count)") }
    }

    private func perform(_ body: () throws -> Void) {
        do { try body() } catch {
            FileHandle.standardError.write(Data("outside: \(error)\n".utf8))
            exit(1)
        }
    }
}

// MARK: The ATS

extension OutsideWorld {
    private func send(_ share: Int, of senders: Int) throws {
        var connection = try KeptConnection(port: load.target)
        for number in stride(from: share, to: load.count, by: senders) {
            let body = OutsideWorld.candidate(number, told: "http://127.0.0.1:\(load.port)/ats/told")
            let signature = Array(HMAC<SHA256>.authenticationCode(for: body, using: OutsideWorld.secret)).hex
            let status = try connection.post("/ats/bench/hmac", "X-Signature: \(signature)\r\n", body)
            guard status == 200 else { throw BenchFailure("a delivery was answered \(status)") }
        }
    }

    /// A delivery of about 2 KB.
    private static func candidate(_ number: Int, told: String) -> [UInt8] {
        let candidate: JSON = ["first_name": "Ana", "last_name": "Roe", "email": .string("ana-\(number)@example.test"), "phone": "+441632960000"]
        let body: JSON = [
            "external_id": .string("job-\(number)"), "package": "pkg_1", "candidate": candidate, "callback_url": .string(told),
            "notes": .string(String(repeating: "x", count: 1700)),
        ]
        return body.bytes()
    }

    private func told(_ request: IncomingRequest) throws -> WireResponse {
        count("told_requests")
        let data = try JSON(parsing: request.bytes)["data"]
        if data?["state"]?.text == "completed", let id = data?["external_id"]?.text, let number = Int(id.dropFirst(4)) {
            state.withLock { $0.told[number] = $0.told[number] ?? .now }
        }
        return WireResponse(200, json: [:])
    }
}

// MARK: The providers

extension OutsideWorld {
    private var routes: [Route] {
        [
            Route(.post, "/ats/told") { [self] request in try told(request) },
            Route(.post, "/zinc/checks") { [self] request in
                count("creates")
                let body = try JSON(parsing: request.bytes)
                let number = OutsideWorld.number(in: body["candidate"]?["email"]?.text)
                let id = create(number, callback: body["resultsCallbackURL"]?.text)
                return WireResponse(201, json: ["id": .string("chk_\(id)")])
            },
            Route(.get, "/zinc/packages") { _ in WireResponse(200, json: [["id": "pkg_1", "name": "Basic"]]) },
            Route(.get, "/zinc/results") { [self] _ in
                count("list_reads")
                let listed = state.withLock { $0.listed }
                return WireResponse(200, headers: [.contentType: "application/json"], body: [0x5B] + listed.dropLast() + [0x5D])
            },
            Route(.post, "/workerchecks/auth/token") { _ in WireResponse(200, json: ["token": "bench-token", "expiresIn": 86400]) },
            Route(.post, "/workerchecks/invitations") { [self] request in
                count("creates")
                let body = try JSON(parsing: request.bytes)
                let id = create(OutsideWorld.number(in: body["email"]?.text), callback: nil)
                return WireResponse(201, json: ["id": .string("inv_\(id)")])
            },
            Route(.get, "/workerchecks/invitations/{id}/result") { [self] _ in
                count("reads")
                return WireResponse(200, json: ["status": "Completed", "result": "Clear"])
            },
        ]
    }

    private static func number(in email: String?) -> Int { Int((email ?? "").drop { $0 != "-" }.dropFirst().prefix { $0 != "@" }) ?? -1 }

    private func count(_ name: String) { state.withLock { $0.requests[name, default: 0] += 1 } }

    private func create(_ number: Int, callback: String?) -> Int {
        state.withLock { state in
            state.created += 1
            state.listed += Array(#"{"id":"chk_\#(number)","status":"completed","statusV2":"all-clear","result":"clear","checks":[]},"#.utf8)
            if let callback, let path = URLParts(callback)?.target { state.callbacks.append((number, path)) }
        }
        if callback != nil { ready.signal() }
        return number
    }

    /// Sends the webhooks, each as soon as there is somebody free for it, until the process ends.
    private func callBack() throws {
        var connection = try KeptConnection(port: load.target)
        while true {
            ready.wait()
            guard let next = state.withLock({ $0.callbacks.popLast() }) else { continue }
            count("webhooks")
            let body = Array(#"{"id":"chk_\#(next.id)","status":"completed","statusV2":"all-clear","result":"clear","checks":[]}"#.utf8)
            let signature = Array(HMAC<SHA256>.authenticationCode(for: body, using: OutsideWorld.secret)).hex
            state.withLock { $0.calledBack[next.id] = .now }
            let status = try connection.post(next.path, "x-zinc-webhook-signature: \(signature)\r\n", body)
            guard status == 200 else { throw BenchFailure("a webhook was answered \(status)") }
        }
    }
}
