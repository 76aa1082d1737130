import Dispatch
import HTTPTypes
import Screening
import Synchronization
import Web

/// The providers: they create, list, answer and call back.
extension OutsideWorld {
    var routes: [Route] {
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

    static func number(in email: String?) -> Int { Int((email ?? "").drop { $0 != "-" }.dropFirst().prefix { $0 != "@" }) ?? -1 }

    func create(_ number: Int, callback: String?) -> Int {
        state.withLock { state in
            state.created += 1
            state.listed += OutsideWorld.listed("chk_\(number)")
            if let callback, let path = URLParts(callback)?.target { state.callbacks.append((number, path)) }
        }
        if callback != nil { ready.signal() }
        return number
    }

    /// A request of the provider's list, and the comma behind it.
    static func listed(_ id: String) -> [UInt8] {
        Array(#"{"id":"\#(id)","status":"completed","statusV2":"all-clear","result":"clear","checks":[]},"#.utf8)
    }

    /// Sends the webhooks, each as soon as there is somebody free for it, until the process ends.
    func callBack() throws {
        var connection = try KeptConnection(port: load.target)
        while true {
            ready.wait()
            guard let next = state.withLock({ $0.callbacks.popLast() }) else { continue }
            try postWebhook(next.id, next.path, delivery: 0, &connection)
        }
    }

    func postWebhook(_ id: Int, _ path: String, delivery: Int, _ connection: inout KeptConnection) throws {
        count("webhooks")
        let body = OutsideWorld.webhook(id, delivery: delivery)
        state.withLock { $0.calledBack[id] = $0.calledBack[id] ?? .now }
        let status = try connection.post(path, "x-zinc-webhook-signature: \(OutsideWorld.signature(of: body))\r\n", body)
        guard status == 200 else { throw BenchFailure("a webhook was answered \(status)") }
    }

    /// What the provider says of a request; two deliveries of it differ.
    static func webhook(_ id: Int, delivery: Int) -> [UInt8] {
        Array(#"{"id":"chk_\#(id)","status":"completed","statusV2":"all-clear","result":"clear","checks":[],"delivery":\#(delivery)}"#.utf8)
    }
}
