import Screening
import Testing

@Suite("What somebody most likely meant")
struct SuggestionTests {
    static let known = ["base_url", "package", "packages", "path", "poll", "statuses"]

    @Test(
        "A word is near by case, separators and a few slips",
        arguments: [
            ("baseURL", "base_url"), ("base-url", "base_url"), ("Base Url", "base_url"), ("pacakge", "package"), ("stauses", "statuses"),
            ("ptah", "path"), ("polll", "poll"), ("pakcages", "packages"),
        ]
    )
    func near(_ word: String, _ meant: String) { #expect(suggestion(for: word, among: Self.known) == meant) }

    @Test("A word that is too far from all is near none", arguments: ["", "-", "pxxx", "webhooks", String(repeating: "a", count: 65), "poll"])
    func far(_ word: String) { #expect(suggestion(for: word, among: Self.known) == nil) }

    @Test("Of several the closest stands, then the first")
    func closest() {
        #expect(suggestion(for: "packagess", among: Self.known) == "packages")
        #expect(suggestion(for: "cat", among: ["bat", "hat"]) == "bat")
    }

    @Test(
        "Misspelt keys of a settings file are near the right ones",
        arguments: [
            ("plugn", "plugin"), ("Plugin", "plugin"), ("public-url", "public_url"), ("publicurl", "public_url"), ("prot", "port"),
            ("acounts", "accounts"), ("conections", "connections"),
        ]
    )
    func settingsKeys(_ word: String, _ meant: String) {
        #expect(suggestion(for: word, among: ["plugin", "public_url", "port", "accounts", "connections", "host"]) == meant)
    }

    @Test("Where nothing is known, nothing is near")
    func nothingKnown() {
        #expect(suggestion(for: "zebra", among: ["plugin", "port"]) == nil)
        #expect(suggestion(for: "plugin", among: []) == nil)
    }
}
