import ArgumentParser
import FairleadTools
import Foundation
import Screening

struct FindCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find",
        abstract: "Finds an order, an event or a run by whatever you have of it.",
        discussion: """
            WHAT is an id or the beginning of one, an external id, a provider's reference, a name, an e-mail address, a telephone number, the address that a
            provider calls back; or a file with a delivery, - for standard input: its body, or the whole request with its headers, as curl -v or a proxy
            captured it. One hit is shown whole, several as a list. A delivery that was never received is measured by the settings file, where there is one,
            for why it would have been refused.
            Exit: 0 something was found, 1 nothing was.

            Examples:
              fairlead find "roe ana"
              fairlead find +441632960000
              fairlead find ord_01m8k9
              fairlead find request.http
              pbpaste | fairlead find -
            """
    )

    @Argument(help: "What to find: a text, a file, or - for standard input.")
    var what: [String]

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var host: HostOptions

    func run() async throws {
        let search = try Search(what.joined(separator: " "))
        let response = try await host.ask { try await $0.post(["find"], body: search.body) }
        let items = response.json["items"]?.items ?? []
        let isNew = response.json["received"] == false
        // More is about the same than a host compares.
        let isOpen = search.captured != nil && response.json["received"] == .null
        if host.isJSON {
            Terminal.say(json: response.bytes)
        } else if items.count == 1, !isNew, !isOpen {
            try await show(items[0])
        } else if !items.isEmpty {
            if isNew { Terminal.say("It was never received. About the same, or from the same sender:") }
            if isOpen { Terminal.say("Whether it was received is not known: too much is about the same to compare all of it.") }
            host.show(response, as: FindCommand.list)
        } else if !isNew {
            Terminal.say("Nothing was found.")
        }
        if isNew, !host.isJSON, let captured = search.captured {
            if items.isEmpty { Terminal.say("It was never received.") }
            Terminal.say(await measured(captured))
        }
        if items.isEmpty || isNew { throw ExitCode(1) }
    }

    private static let list = ListText(
        [
            .init("kind", "kind", rank: 1), .init("id", "id", rank: 0), .init("found by", "by", rank: 6), .init("state", "state", rank: 2),
            .init("connection", "connection", rank: 4), .init("external id", "external_id", rank: 5),
            .init("when", "at", rank: 3) { $1.time($0.cell("at")) },
        ],
        empty: "Nothing was found."
    )

    private func show(_ hit: JSON) async throws {
        let id = hit.cell("id")
        switch hit.cell("kind") {
        case "order":
            let (order, timeline) = try await host.ask { client in
                (try await client.get(["orders", id]).json, try await client.get(["orders", id, "timeline"]).json)
            }
            Terminal.say(OrderText.details(order, timeline: timeline))
        case "event": Terminal.say(EventText.details(try await host.ask { try await $0.get(["events", id]) }.json))
        case "run": Terminal.say(RunText.details(try await host.ask { try await $0.get(["runs", id]) }.json))
        case "connection": Terminal.say(ConnectionShow.text(try await host.ask { try await $0.get(["connections", id]) }.json))
        default: Terminal.say("It is the \(hit.cell("kind")) \(id): fairlead \(hit.cell("kind")) list shows it.")
        }
    }

    /// Why a delivery would have been refused, as far as the settings file says.
    private func measured(_ captured: CapturedRequest) async -> String {
        guard FileManager.default.fileExists(atPath: settings.config),
            let verifier = try? DeliveryVerifier(settings: settings.config, environment: settings.environment)
        else { return "Why: fairlead verify CONNECTION FILE says it, where the settings file is." }
        var texts: [String] = []
        for target in verifier.targets(of: captured) {
            guard let report = try? await verifier.report(on: captured, for: target) else { continue }
            if report.isAccepted { return report.text + "\nSo it did not reach the host: look at the sender, and at the proxies between." }
            texts.append(report.text)
        }
        return texts.isEmpty
            ? "It does not say where it was sent to: fairlead verify CONNECTION FILE --path PATH measures it." : texts.joined(separator: "\n\n")
    }
}

/// What is searched for, as it is asked for.
private struct Search {
    let body: JSON
    /// The delivery; nil for a text.
    let captured: CapturedRequest?

    init(_ what: String) throws {
        var isDirectory: ObjCBool = false
        let isFile = what == "-" || FileManager.default.fileExists(atPath: what, isDirectory: &isDirectory) && !isDirectory.boolValue
        let bytes = isFile ? try InputFile.bytes(of: what) : Array(what.utf8)
        let captured = CapturedRequest(bytes)
        let isDelivery = captured.isBare ? captured.isJSON : !captured.body.isEmpty || captured.target != nil && captured.headers.count > 1
        guard isDelivery else {
            self.captured = nil
            body = ["text": .string(String(decoding: bytes, as: UTF8.self).trimmed)]
            return
        }
        self.captured = captured
        var delivery: JSON = ["method": .string(captured.method), "headers": JSON(texts: captured.headers), "query": JSON(texts: captured.query)]
        if let address = captured.address(under: "ats") {
            (delivery["connection"], delivery["path"]) = (.string(address.name), .string(address.rest))
        } else if let address = captured.address(under: "providers") {
            delivery["account"] = .string(address.name)
        } else if let path = captured.path {
            delivery["path"] = .string(path)
        }
        delivery["body_base64"] = .string(captured.body.base64)
        // Credentials are of no use for finding it.
        for name in ["authorization", "cookie", "proxy-authorization"] { delivery["headers"]?[name] = nil }
        body = ["delivery": delivery]
    }
}
