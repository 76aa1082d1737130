import Crypto
import Foundation
import HTTPTypes
import Screening
import Synchronization
import Web

/// The ATS: it sends candidates, and is told what became of them.
extension OutsideWorld {
    static let secret = SymmetricKey(data: Array("bench-signing-secret".utf8))

    /// The signature of a body as `secret` makes it.
    static func signature(of body: [UInt8]) -> String { Array(HMAC<SHA256>.authenticationCode(for: body, using: secret)).hex }

    func send(_ share: Int, of senders: Int) throws {
        var connection = try KeptConnection(port: load.target)
        for number in stride(from: share, to: load.count, by: senders) {
            let body = OutsideWorld.candidate(number, told: "http://127.0.0.1:\(load.port)/ats/told")
            state.withLock { $0.sent[number] = .now }
            let headers = "X-Signature: \(OutsideWorld.signature(of: body))\r\n"
            let status = try connection.post("/ats/\(load.connection(of: number))/hmac", headers, body)
            guard status == 200 else { throw BenchFailure("a delivery was answered \(status)") }
            if let pace = load.pace { Thread.sleep(forTimeInterval: pace / .seconds(1)) }
        }
    }

    /// A delivery of about 2 KB.
    static func candidate(_ number: Int, told: String) -> [UInt8] {
        let candidate: JSON = ["first_name": "Ana", "last_name": "Roe", "email": .string("ana-\(number)@example.test"), "phone": "+441632960000"]
        let body: JSON = [
            "external_id": .string("job-\(number)"), "package": "pkg_1", "candidate": candidate, "callback_url": .string(told),
            "notes": .string(String(repeating: "x", count: 1700)),
        ]
        return body.bytes()
    }

    func told(_ request: IncomingRequest) throws -> WireResponse {
        count("told_requests")
        let data = try JSON(parsing: request.bytes)["data"]
        if data?["state"]?.text == "completed", let id = data?["external_id"]?.text, let number = Int(id.dropFirst(4)) {
            state.withLock { $0.told[number] = $0.told[number] ?? .now }
        }
        return WireResponse(200, json: [:])
    }
}
