import Testing

@testable import Dashboard

@Suite("Sentences of the API on pages") struct SentenceTests {
    @Test(
        "A command that stands on the page as a button is left out, and the sentence stays one",
        arguments: [
            ("Gave up: fairlead run retry run_01a, or fairlead run discard run_01a.", "Gave up: retry it, or discard it."),
            ("It is tried again at 20:40, or now by fairlead account check zinc-away.", "It is tried again at 20:40."),
            ("Put the key right in the settings; fairlead account check zinc.uk tries the present one.", "Put the key right in the settings."),
            ("Waits. fairlead account resume zinc-uk lets it go on.", "Waits. Resuming it lets it go on."),
            ("fairlead release lets it go on.", "Releasing the store lets it go on."),
            ("Waits: fairlead release lets it go on.", "Waits: releasing the store lets it go on."),
            ("Fairlead sends nothing.", "Fairlead sends nothing."),
        ]
    )
    func withoutCommands(_ given: String, _ shown: String) {
        #expect(given.withoutCommands == shown)
    }

    @Test("A sentence begins large and ends with a stop, but for a file's name, which stays as it is")
    func sentences() {
        #expect(Parts.sentence("no such account") == "No such account.")
        #expect(Parts.sentence("fairlead.yaml:66: no such account.") == "fairlead.yaml:66: no such account.")
    }
}
