import ArgumentParser
import FairleadTools
import Screening

/// Whether a list is shown once, or again and again.
struct WatchOptions: ParsableArguments {
    @Flag(help: "Show it anew every two seconds, until Ctrl-C.")
    var watch = false

    /// Asks for a list and shows it.
    func show(
        _ path: [String],
        query: [(name: String, value: String)] = [],
        as list: ListText,
        isFiltered: Bool = false,
        on host: HostOptions
    ) async throws {
        guard watch else {
            let response = try await host.ask { try await $0.get(path, query: query) }
            return host.show(response, as: list, isFiltered: isFiltered)
        }
        try await host.ask { client in
            try await LiveView(colour: host.output.color).run { style in
                let response = try await client.get(path, query: query)
                return host.isJSON ? response.json.string().printableJSON : list.text(response.json, isFiltered: isFiltered, style)
            }
        }
    }
}

/// How output is drawn.
struct OutputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Colours: auto (on a terminal, unless NO_COLOR is set), always or never.", valueName: "when"))
    var color = ColourChoice.auto
}
