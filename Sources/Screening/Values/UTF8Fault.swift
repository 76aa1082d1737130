/// Where bytes stop being UTF-8.
enum UTF8Fault {
    /// The place of the first byte that is not UTF-8, from 0; nil where all are.
    static func first(in bytes: [UInt8]) -> Int? {
        guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
        var decoder = UTF8()
        var rest = bytes.makeIterator()
        var place = 0
        while true {
            switch decoder.decode(&rest) {
            case .scalarValue(let scalar): place += UTF8.width(scalar)
            case .emptyInput, .error: return place
            }
        }
    }
}
