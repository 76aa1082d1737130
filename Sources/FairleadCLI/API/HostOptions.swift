import ArgumentParser
import FairleadTools
import Foundation
import Screening

/// Which host to ask, with what token, and how to print what it says.
struct HostOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The host's address (default: FAIRLEAD_URL).", valueName: "address"))
    var url: String?

    @Option(help: "A token that the host knows (default: FAIRLEAD_TOKEN).")
    var token: String?

    @Option(help: ArgumentHelp("Why you look, for a host that wants to know (default: FAIRLEAD_ACCESS_REASON).", valueName: "reason"))
    var accessReason: String?

    @Flag(name: .customLong("json"), help: "Print exactly what the API answers.")
    var isJSON = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if HostOptions.value(url, "FAIRLEAD_URL") == nil {
            throw ValidationError("Which host? Set FAIRLEAD_URL, such as http://127.0.0.1:8080, or pass --url.")
        }
        if HostOptions.value(token, "FAIRLEAD_TOKEN") == nil {
            throw ValidationError("A token is missing: set FAIRLEAD_TOKEN, or pass --token. The first is admin.token of the host's settings.")
        }
    }

    /// The host's address.
    var address: String { HostOptions.value(url, "FAIRLEAD_URL") ?? "" }

    /// Asks the host, and closes the connections.
    func ask<Response: Sendable>(_ work: (APIClient) async throws -> Response) async throws -> Response {
        let origins = APIClient.Origins(
            url: url == nil ? "FAIRLEAD_URL" : "--url",
            token: token == nil ? "FAIRLEAD_TOKEN" : "--token"
        )
        var client = APIClient(
            url: HostOptions.value(url, "FAIRLEAD_URL") ?? "",
            token: Secret(HostOptions.value(token, "FAIRLEAD_TOKEN") ?? ""),
            origins: origins
        )
        client.accessReason = HostOptions.value(accessReason, "FAIRLEAD_ACCESS_REASON")
        do {
            let response = try await work(client)
            await client.close()
            return response
        } catch {
            await client.close()
            throw error
        }
    }

    /// Prints an answer: as it came for programs, as text for people.
    func show(_ response: APIClient.Response, as text: (JSON) -> String) {
        if isJSON { Terminal.say(json: response.bytes) } else { Terminal.say(text(response.json)) }
    }

    /// Prints a list: as it came for programs, as a table for people.
    func show(_ response: APIClient.Response, as list: ListText, isFiltered: Bool = false) {
        if isJSON { return Terminal.say(json: response.bytes) }
        Terminal.draw(list.text(response.json, isFiltered: isFiltered, .standard(output.color)) + "\n")
    }

    /// A client for a command that needs a host only now and then.
    static func client(url: String?, token: String?) throws -> APIClient {
        guard let address = value(url, "FAIRLEAD_URL") else {
            throw ValidationError("Which host? Set FAIRLEAD_URL, such as http://127.0.0.1:8080, or pass --url.")
        }
        guard let secret = value(token, "FAIRLEAD_TOKEN") else { throw ValidationError("A token is missing: set FAIRLEAD_TOKEN, or pass --token.") }
        let origins = APIClient.Origins(url: url == nil ? "FAIRLEAD_URL" : "--url", token: token == nil ? "FAIRLEAD_TOKEN" : "--token")
        return APIClient(url: address, token: Secret(secret), origins: origins)
    }

    private static func value(_ given: String?, _ variable: String) -> String? {
        let value = given ?? ProcessInfo.processInfo.environment[variable]
        return value?.isEmpty == false ? value : nil
    }
}
