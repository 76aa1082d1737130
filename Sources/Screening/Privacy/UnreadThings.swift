/// What of a store could not be read while somebody was looked for in it: some of it may be theirs, and nothing that is said of them is the whole of it.
public struct UnreadThings: Sendable, Equatable {
    /// What is damaged, or has no data key any more: identifiers, or what it is.
    public private(set) var corrupt: Set<String> = []
    /// What is sealed with a key that is not here.
    public private(set) var keyMissing: Set<String> = []

    /// None.
    public init() {}

    /// Whether there are none.
    public var isEmpty: Bool { corrupt.isEmpty && keyMissing.isEmpty }
    /// How many there are.
    public var count: Int { corrupt.count + keyMissing.count }

    /// Reads something; nil where it cannot be read, which is noted.
    public mutating func reading<Value>(_ name: @autoclosure () -> String, _ read: () throws -> Value?) throws -> Value? {
        do { return try read() } catch let error as StoreError where note(name(), error) { return nil }
    }

    /// Notes that something could not be read. Returns whether the failure says so: any other is not of what is stored.
    public mutating func note(_ name: String, _ error: StoreError) -> Bool {
        switch error {
        case .corrupt: corrupt.insert(name)
        case .keyMissing: keyMissing.insert(name)
        default: return false
        }
        return true
    }

    /// Adds those of another look.
    public mutating func formUnion(_ other: UnreadThings) {
        corrupt.formUnion(other.corrupt)
        keyMissing.formUnion(other.keyMissing)
    }

    /// How many there are, by why; a reason that none has is left out.
    public var counts: [String: Int] { ["corrupt": corrupt.count, "key_missing": keyMissing.count].filter { $0.value > 0 } }

    /// `{corrupt, key_missing, what}`: how many, and the first of them; null where there are none.
    public var json: JSON {
        guard !isEmpty else { return .null }
        let named = (corrupt.sorted() + keyMissing.sorted()).prefix(20).map { JSON.string($0) }
        return ["corrupt": .int(Int64(corrupt.count)), "key_missing": .int(Int64(keyMissing.count)), "what": .array(Array(named))]
    }

    /// As it is written down.
    package var texts: [String] { (corrupt.map { "corrupt \($0)" } + keyMissing.map { "key_missing \($0)" }).sorted() }

    /// What ``texts`` gave.
    package init(texts: [String]) {
        for text in texts {
            let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            if parts[0] == "corrupt" { corrupt.insert(parts[1]) } else { keyMissing.insert(parts[1]) }
        }
    }
}
