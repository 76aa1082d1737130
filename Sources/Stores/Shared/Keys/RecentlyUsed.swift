/// A dictionary that forgets what was not used lately: it has two generations and drops the older when the younger is full.
struct RecentlyUsed<Key: Hashable, Value> {
    private let limit: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    /// - Parameter limit: values of one generation.
    init(limit: Int) { self.limit = limit }

    subscript(key: Key) -> Value? {
        mutating get {
            if let value = young[key] { return value }
            guard let value = old[key] else { return nil }
            self[key] = value
            return value
        }
        set {
            if young.count >= limit, young[key] == nil {
                old = young
                young = [:]
            }
            young[key] = newValue
        }
    }

    /// Forgets a value; returns it.
    @discardableResult
    mutating func remove(_ key: Key) -> Value? {
        let (young, old) = (self.young.removeValue(forKey: key), self.old.removeValue(forKey: key))
        return young ?? old
    }
}
