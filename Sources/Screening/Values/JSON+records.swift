extension JSON {
    /// The records of a long list by their ids, for those who look at a few of many.
    ///
    /// All of the text is read as ``JSON/init(received:depth:)`` reads it, and fails where that fails; but of most of it no values are made.
    package struct Records: Sendable {
        private let text: [UInt8]
        fileprivate var places: [String: Range<Int>] = [:]
        /// How many records there are.
        package fileprivate(set) var count = 0
        /// How many of them have no id.
        package fileprivate(set) var withoutID = 0

        fileprivate init(_ text: [UInt8]) { self.text = text }

        /// The list under the first of these dotted paths that leads to one.
        ///
        /// Nil where none does, or where a path names an index in a list: then the text is to be read as a whole.
        /// - Parameters:
        ///   - members: the names of the members that `id` looks at.
        ///   - keepsFirst: whether of several records by one id the first counts; else the last does.
        ///   - id: a record's id, of its members of those names; what is no object it is given whole.
        /// - Throws: ``JSONError``.
        package init?(
            received text: [UInt8],
            at paths: [String],
            by members: [String],
            keepsFirst: Bool = false,
            depth: Int = 64,
            id: @escaping (JSON) -> String?
        ) throws(JSONError) {
            let ways = paths.enumerated().map { RecordSearch.Way(index: $0, names: $1.split(separator: ".").map(String.init)[...]) }
            guard !ways.isEmpty, !ways.contains(where: { $0.names.contains { Int($0) != nil } }) else { return nil }
            let found = try JSONParser.read(text, depth: depth, .outside) { (parser) throws(JSONError) in
                var search = RecordSearch(text: text, members: members, keepsFirst: keepsFirst, id: id)
                try search.read(ways, &parser)
                return search.found
            }
            guard let records = found.min(by: { $0.key < $1.key })?.value else { return nil }
            self = records
        }

        /// The ids, in the order of the records.
        package var ids: [String] { places.sorted { $0.value.lowerBound < $1.value.lowerBound }.map(\.key) }

        /// The record of an id; nil where there is none.
        package subscript(id: String) -> JSON? { places[id].flatMap { try? JSON(received: Array(text[$0])) } }
    }
}

/// Walks through a text, makes values of the records' wanted members and passes over the rest.
private struct RecordSearch {
    /// What is left of a path to a list.
    struct Way {
        let index: Int
        let names: ArraySlice<String>
    }

    let text: [UInt8]
    private let wanted: [(name: String, bytes: [UInt8])]
    /// A bit for each length that a wanted name has, the last for all that are longer: most names are told apart by that.
    private let lengths: UInt64
    let keepsFirst: Bool
    let id: (JSON) -> String?
    /// The lists found, by the index of their path.
    var found: [Int: JSON.Records] = [:]

    init(text: [UInt8], members: [String], keepsFirst: Bool, id: @escaping (JSON) -> String?) {
        self.text = text
        self.keepsFirst = keepsFirst
        self.id = id
        wanted = members.map { ($0, Array($0.utf8)) }
        lengths = wanted.reduce(0) { $0 | UInt64(1) << UInt64(min($1.bytes.count, 63)) }
    }

    mutating func read(_ ways: [Way], _ parser: inout JSONParser) throws(JSONError) {
        parser.skipSpace()
        let here = ways.filter(\.names.isEmpty)
        switch parser.next {
        case UInt8(ascii: "["):
            if here.isEmpty { return try parser.skip() }
            let records = try records(&parser)
            for way in here { found[way.index] = records }
        case UInt8(ascii: "{") where here.count < ways.count:
            try parser.eachMember { (parser) throws(JSONError) in
                let name = try parser.string()
                let further = ways.filter { $0.names.first == name }.map { Way(index: $0.index, names: $0.names.dropFirst()) }
                // Of a name given twice the last value stands, also where it is no list.
                for way in further { found[way.index] = nil }
                try parser.colon()
                if further.isEmpty { try parser.skip() } else { try read(further, &parser) }
            }
        default: try parser.skip()
        }
    }

    private func records(_ parser: inout JSONParser) throws(JSONError) -> JSON.Records {
        var records = JSON.Records(text)
        try parser.eachItem { (parser) throws(JSONError) in
            parser.skipSpace()
            let start = parser.at
            let part = try parser.next == UInt8(ascii: "{") ? part(&parser) : parser.value()
            records.count += 1
            guard let id = id(part) else {
                records.withoutID += 1
                return
            }
            if !keepsFirst || records.places[id] == nil { records.places[id] = start..<parser.at }
        }
        return records
    }

    private func part(_ parser: inout JSONParser) throws(JSONError) -> JSON {
        var members = JSON.Members()
        try parser.eachMember { (parser) throws(JSONError) in
            let name = try name(&parser)
            try parser.colon()
            if let name { members[name] = try parser.value() } else { try parser.skip() }
        }
        return .object(members)
    }

    /// Reads a member's name; nil for one that is not wanted.
    private func name(_ parser: inout JSONParser) throws(JSONError) -> String? {
        let start = parser.at
        guard try parser.skipString() else {
            // Text that is not plain may be equal to other bytes.
            parser.at = start
            let name = try parser.string()
            return wanted.contains { $0.name == name } ? name : nil
        }
        let bytes = UnsafeBufferPointer(rebasing: parser.bytes[(start + 1)..<(parser.at - 1)])
        guard lengths & UInt64(1) << UInt64(min(bytes.count, 63)) != 0 else { return nil }
        return wanted.first { $0.bytes.count == bytes.count && $0.bytes.elementsEqual(bytes) }?.name
    }
}

extension JSONParser {
    /// Reads an object, each member by `body`, which begins at the name.
    fileprivate mutating func eachMember(_ body: (inout JSONParser) throws(JSONError) -> Void) throws(JSONError) {
        try enter()
        if !take(UInt8(ascii: "}")) {
            repeat {
                skipSpace()
                guard next == UInt8(ascii: "\"") else { throw error("a member's name is missing") }
                try body(&self)
                skipSpace()
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "}")) else { throw error("a comma or closing brace is missing") }
        }
        depth += 1
    }

    /// Reads a list, each item by `body`.
    fileprivate mutating func eachItem(_ body: (inout JSONParser) throws(JSONError) -> Void) throws(JSONError) {
        try enter()
        if !take(UInt8(ascii: "]")) {
            repeat {
                try body(&self)
                skipSpace()
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "]")) else { throw error("a comma or closing bracket is missing") }
        }
        depth += 1
    }

    fileprivate mutating func colon() throws(JSONError) {
        skipSpace()
        guard take(UInt8(ascii: ":")) else { throw error("a colon is missing") }
    }

    /// Passes over a value of a text from outside, and throws what reading it would throw.
    fileprivate mutating func skip() throws(JSONError) {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"):
            try eachMember { (parser) throws(JSONError) in
                _ = try parser.skipString()
                try parser.colon()
                try parser.skip()
            }
        case UInt8(ascii: "["): try eachItem { (parser) throws(JSONError) in try parser.skip() }
        case UInt8(ascii: "\""): _ = try skipString()
        case let byte? where byte.isASCIIDigit: _ = try numberEnd()
        default: _ = try value()
        }
    }

    /// Passes over text from outside. Returns whether it is plain: ASCII and without escapes.
    fileprivate mutating func skipString() throws(JSONError) -> Bool {
        at += 1
        // A place of its own: most of a long text is passed over here.
        var place = at
        var (all, hasEscapes) = (UInt8(0), false)
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == UInt8(ascii: "\"") {
                at = place
                return all < 0x80 && !hasEscapes
            }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                at = place
                try skipEscape()
                place = at
            }
            all |= byte
        }
        at = place
        throw error("text that does not end")
    }

    private mutating func skipEscape() throws(JSONError) {
        guard let byte = next else { throw error("text that does not end") }
        at += 1
        switch byte {
        case UInt8(ascii: "u"): _ = try unit()
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"),
            UInt8(ascii: "t"):
            break
        default: throw error("an unknown escape")
        }
    }
}
