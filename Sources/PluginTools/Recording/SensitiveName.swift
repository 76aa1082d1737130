/// Names whose values say something about a person.
enum SensitiveName {
    /// Whole words of a name: as parts of longer words they mean nothing (`template`, `relation`, `className`).
    private static let words: Set<String> = ["age", "born", "coord", "coords", "geo", "lat", "latlng", "lng", "lon", "nino", "sin"]
    /// How such words begin.
    private static let starts = ["dob", "ssn", "tax", "zip"]
    /// Parts that mark a name as sensitive wherever they appear in it.
    private static let parts = [
        "birth", "coordinate", "latitude", "licence", "license", "longitude", "mobile", "national", "passport", "phone", "postal", "postcode",
        "salary",
        "year",
    ]

    /// Whether even a small number or a timestamp says something of a person under that name.
    static func isSensitive(_ name: String) -> Bool {
        let lower = name.lowercased()
        if parts.contains(where: lower.contains) { return true }
        return words(of: name).contains { word in words.contains(word) || starts.contains { word.hasPrefix($0) } }
    }

    /// `ssnLast4`, `ssn_last4` and `SSN-Last4` are `ssn` and `last4`.
    private static func words(of name: String) -> [String] {
        var out: [String] = []
        var word = ""
        var wasLower = false
        for character in name {
            if !character.isLetter && !character.isNumber || character.isUppercase && wasLower {
                out.append(word)
                word = ""
            }
            if character.isLetter || character.isNumber { word += character.lowercased() }
            wasLower = character.isLowercase || character.isNumber
        }
        return (out + [word]).filter { !$0.isEmpty }
    }
}
