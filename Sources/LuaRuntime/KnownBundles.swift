/// The bundles that an engine has compiled; the least recently used one is evicted.
struct KnownBundles<Value> {
    private var entries: [String: (value: Value, used: UInt64)] = [:]
    private var uses: UInt64 = 0
    private let maximum: Int

    init(maximum: Int = 64) {
        self.maximum = maximum
    }

    var values: [Value] { entries.values.map(\.value) }

    mutating func find(_ id: String) -> Value? {
        uses += 1
        entries[id]?.used = uses
        return entries[id]?.value
    }

    /// Adds a bundle and returns the one that was evicted.
    mutating func add(_ id: String, _ value: Value) -> Value? {
        uses += 1
        let oldest = entries.count >= maximum ? entries.min { $0.value.used < $1.value.used }?.key : nil
        let removed = oldest.flatMap { entries.removeValue(forKey: $0)?.value }
        entries[id] = (value, uses)
        return removed
    }

    mutating func remove(_ id: String) {
        entries[id] = nil
    }
}
