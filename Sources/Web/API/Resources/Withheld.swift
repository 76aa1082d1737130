import Screening

// What is shown only to those who may read personal data: it is left out of a view, and `withheld` names what was.

extension JSON {
    /// The schema of `withheld`.
    static let withheld: JSON = [
        "type": "array", "items": ["type": "string"], "description": "What was left out because it may hold personal data: it takes read_personal",
    ]
    /// What stands for a text that must be there but may not be seen.
    static let withheldText: JSON = "Shown with read_personal only."

    /// Leaves a member out, and says so where there was something to see.
    mutating func withhold(_ path: String) {
        let names = path.split(separator: ".").map(String.init)
        guard let value = at(path) else { return }
        if names.count == 1 {
            self[names[0]] = nil
        } else {
            var parent = self[names[0]] ?? [:]
            parent[names[1]] = nil
            self[names[0]] = parent
        }
        guard !value.isNull, value != [:], value != [] else { return }
        mark(path)
    }

    /// Puts ``withheldText`` in a text's place, where there is one.
    mutating func hideText(_ parent: String, _ name: String) {
        guard var object = self[parent], let text = object[name], !text.isNull else { return }
        object[name] = .withheldText
        self[parent] = object
        mark(parent + "." + name)
    }

    /// Says that something was left out.
    mutating func mark(_ path: String) {
        var paths = self["withheld"]?.items ?? []
        paths.append(.string(path))
        self["withheld"] = .array(paths)
    }
}

/// The words of providers that anybody may see: those that say how far a screening is. Any other word may quote a person or a finding.
enum ProviderWords {
    /// Whether a word is one of them, compared without case, spaces, `_` and `-`.
    static func isKnown(_ word: String) -> Bool { word.utf8.count <= 40 && known.contains(folded(word)) }

    /// Whether a word is the kind of a check, such as `address-check`.
    static func isKind(_ word: String) -> Bool {
        guard word.utf8.count <= 60 else { return false }
        return word.split(whereSeparator: { "-_ ".contains($0) }).allSatisfy { kinds.contains($0.lowercased()) }
    }

    private static func folded(_ word: String) -> String { word.lowercased().filter { !"-_ ".contains($0) } }

    private static let known: Set<String> = Set(
        (OrderState.allCases.map(\.rawValue) + Outcome.allCases.map(\.rawValue) + words.map(String.init)).map(folded)
    )

    private static let words = """
        all-clear action-required partially-completed pending complete clear consider refer attention-required canceled unknown open new created sent
        invited started not-started submitted received queued processing in-review review reviewing waiting on-hold suspended resumed dispute disputed
        expired failed error passed verified unverified done closed archived draft ready
        """.split(whereSeparator: \.isWhitespace)

    private static let kinds: Set<String> = Set(
        """
        check checks address reference references right to work rtw criminal record records dbs basic standard enhanced identity id education
        degree certificate qualification qualifications professional membership employment history credit financial adverse media sanctions pep
        directorship directorships director driving driver licence license social passport visa gap activity cifas fraud bankruptcy conduct
        regulatory fca county national federal state search ssn trace mvr motor vehicle drug screen screening health international global
        watchlist sex offender medical licensing verification police clearance
        """.split(whereSeparator: \.isWhitespace).map(String.init)
    )
}
