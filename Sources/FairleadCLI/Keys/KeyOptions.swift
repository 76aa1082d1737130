import ArgumentParser
import FairleadTools
import Screening

/// Where the store and its keys are found.
struct KeyOptions: ParsableArguments {
    @OptionGroup var settings: SettingsOptions

    @Option(help: ArgumentHelp("The running host's address (default: FAIRLEAD_URL, else as the settings say).", valueName: "address"))
    var url: String?

    @Flag(name: .customLong("json"), help: "Print JSON.")
    var isJSON = false

    func keys() throws -> StoreKeys { try StoreKeys(settings: settings.config, environment: settings.environment, host: url) }

    /// Prints the keys.
    func show(_ keys: JSON) {
        guard !isJSON else { return Terminal.say(keys.string()) }
        let list = ListText(
            columns: [
                ("key", "id"), ("encrypts", "encrypts"), ("in the settings", "present"), ("data keys", "data_keys"), ("look-ups", "look_ups"),
                ("of the store", "own_keys"),
            ],
            empty: "No keys: what is stored is not sealed under any. `fairlead key new` makes one, for an empty store."
        )
        Terminal.say(list.text(["items": keys["keys"] ?? []]))
    }
}
