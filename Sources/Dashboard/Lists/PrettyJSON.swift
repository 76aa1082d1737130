import Screening

/// JSON as people read it: a member a line.
enum PrettyJSON {
    /// How much of it is shown, in bytes.
    static let limit = 64 << 10

    /// The text, cut where it is too long to be read.
    static func text(_ json: JSON) -> String {
        var lines: [String] = []
        var size = 0
        write(json, "", "", "", &lines, &size)
        if size > limit { lines.append("… the rest is too long to be shown here") }
        return lines.joined(separator: "\n")
    }

    /// What was received as text: JSON where it is some, else as it is.
    static func text(received: String) -> String {
        guard received.utf8.count <= limit else { return String(received.prefix(limit)) + "\n… the rest is too long to be shown here" }
        return (try? JSON(parsing: Array(received.utf8))).map { text($0) } ?? received
    }

    private static func write(_ json: JSON, _ indent: String, _ before: String, _ after: String, _ lines: inout [String], _ size: inout Int) {
        guard size <= limit else { return }
        func add(_ line: String) {
            lines.append(line)
            size += line.utf8.count
        }
        if let pairs = json.members?.pairs, !pairs.isEmpty {
            add(indent + before + "{")
            for (index, pair) in pairs.enumerated() {
                write(pair.value, indent + "  ", JSON.string(pair.name).string() + ": ", index == pairs.count - 1 ? "" : ",", &lines, &size)
            }
            add(indent + "}" + after)
        } else if let items = json.items, !items.isEmpty {
            add(indent + before + "[")
            for (index, item) in items.enumerated() { write(item, indent + "  ", "", index == items.count - 1 ? "" : ",", &lines, &size) }
            add(indent + "]" + after)
        } else {
            add(indent + before + json.string() + after)
        }
    }
}
