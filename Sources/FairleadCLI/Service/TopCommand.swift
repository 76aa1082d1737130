import ArgumentParser
import FairleadTools
import Screening

struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "A running host in the terminal, drawn anew every two seconds: what needs a person, who is heard, what arrives.",
        discussion: """
            Ctrl-C ends. While the host is away the last answer stays, and the first line says since when. To a file or another program it prints one screen
            after the other; --once prints one.

            Examples:
              fairlead top
              fairlead top --once
            """
    )

    @Flag(help: "Print one screen and end.")
    var once = false

    @OptionGroup var host: HostOptions

    func run() async throws {
        let address = host.address
        try await host.ask { client in
            if host.isJSON { return Terminal.say((try await TopCommand.state(client)).string().printableJSON) }
            let fetch = { (style: OutputStyle) in
                let state = try await TopCommand.state(client)
                return TopText(
                    host: address,
                    status: state["status"] ?? .null,
                    accounts: state["accounts"] ?? .null,
                    connections: state["connections"] ?? .null,
                    events: state["events"] ?? .null,
                    orders: state["orders"] ?? .null
                ).text(style)
            }
            if once {
                Terminal.draw(try await fetch(.standard(host.output.color)) + "\n")
            } else {
                try await LiveView(colour: host.output.color).run(fetch)
            }
        }
    }

    /// All that is shown, as the API answers it.
    private static func state(_ client: APIClient) async throws -> JSON {
        var state: JSON = [:]
        do { state["status"] = try await client.get(["status"]).json } catch let problem as APIProblem where problem.status == 404 {
            state["status"] = .null
        }
        state["connections"] = try await client.get(["connections"]).json
        state["accounts"] = try await client.get(["accounts"]).json
        state["orders"] = try await client.get(["orders"], query: [("waiting_on", "operator"), ("limit", "5")]).json
        state["events"] = try await client.get(["events"], query: [("limit", "8")]).json
        return state
    }
}
