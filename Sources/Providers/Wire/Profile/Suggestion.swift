/// Finds what somebody may have meant.
enum Suggestion {
    /// `; did you mean …?` with the nearest name, or `; known are …` where none is near.
    static func sentence(for word: String, among names: [String]) -> String {
        let ranked = names.sorted().map { (name: $0, distance: distance(word.lowercased(), $0)) }
        if let nearest = ranked.min(by: { $0.distance < $1.distance }), nearest.distance <= max(2, word.count / 3) {
            return "; did you mean \(nearest.name)?"
        }
        return "; known are \(names.sorted().joined(separator: ", "))"
    }

    /// How many letters must be put in, taken out or changed to make one word the other.
    static func distance(_ left: String, _ right: String) -> Int {
        let target = Array(right)
        var row = Array(0...target.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in target.indices {
                let cost = min(row[column] + 1, row[column + 1] + 1, diagonal + (target[column] == letter ? 0 : 1))
                diagonal = row[column + 1]
                row[column + 1] = cost
            }
        }
        return row[target.count]
    }
}
