import FairleadHost
import Foundation
import HTTPTypes
import Screening
import Web

extension Doctor {
    /// What needs a person on the host that runs at an address; nothing where none does, or where it cannot be asked.
    static func issues(at address: String, token: Secret?) async -> [Finding] {
        guard let token else { return [] }
        let own = HTTPTransport(maximumResponse: 1 << 20, connectTimeout: .seconds(2), allow: { _ in true })
        var request = WireRequest(.get, address + "/api/v1/status", timeout: .seconds(5))
        request.headers[.authorization] = "Bearer " + token.value
        let response = try? await own.send(request)
        await own.shutdown()
        guard let response, response.status == 200, let status = response.json else { return [] }
        return (status.at("issues.items")?.items ?? []).map { issue in
            Finding(
                subject: "issue \(issue["id"]?.text ?? "")",
                verdict: .warning,
                message: "\(issue["title"]?.text ?? ""): \(issue["advice"]?.text ?? "")"
            )
        }
    }
}
