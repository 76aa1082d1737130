import FairleadHost
import Foundation
import HTTPTypes
public import Providers
public import Screening
import Web

extension Doctor {
    /// What a host says that runs where a settings file says, although something is wrong with the file: it goes on with what it read before. Nothing where
    /// none answers.
    /// - Parameter file: the settings file, of which as much counts as can be read.
    public static func runningHost(
        file: String,
        environment: [String: String],
        providers: [any ScreeningProvider] = Catalog.builtIn
    ) async -> [Finding] {
        // Programs that print secrets were run, and one of them may be what is wrong.
        let settings = (try? SettingsDraft(file: file, environment: environment, providers: providers.map(\.manifest), runsPrograms: false))?.settings
        let named = environment["FAIRLEAD_URL"].flatMap { $0.isEmpty ? nil : $0 }
        guard let address = named ?? settings?.server.localURL else { return [] }
        let own = HTTPTransport(maximumResponse: 1 << 16, connectTimeout: .seconds(2), allow: { _ in true })
        let response = try? await own.send(WireRequest(.get, address + "/readyz", timeout: .seconds(5)))
        await own.shutdown()
        guard let response, let json = response.json, json["status"] != nil else { return [] }
        let finding: Finding
        if response.status == 200 {
            finding = Finding(
                subject: "host",
                verdict: .fine,
                message: "one runs at \(address), with the settings that it read before, and is able to work"
            )
        } else {
            let why = json["detail"]?.text ?? "it does not say why"
            finding = Finding(subject: "host", verdict: .problem, message: "one runs at \(address) and is not able to work: \(why)")
        }
        let token = environment["FAIRLEAD_TOKEN"].flatMap { $0.isEmpty ? nil : Secret($0) } ?? settings?.adminToken
        return [finding] + (await issues(at: address, token: token))
    }

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
