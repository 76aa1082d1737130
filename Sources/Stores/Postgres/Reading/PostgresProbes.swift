import Screening

/// Ways to look for something by keys, as arrays of one length for `unnest(…) AS p`.
struct PostgresProbes {
    private var keys: [Int64] = []
    /// How many further words each looks up.
    private var counts: [Int64] = []
    /// The two keys of each of these, zero where there is none.
    private var others = [[Int64]](repeating: [], count: 2 * LookUpWay.most)

    mutating func add(_ way: LookUpWay) {
        keys.append(way.key.bits)
        counts.append(Int64(way.others.count))
        for place in 0..<LookUpWay.most {
            let word = place < way.others.count ? way.others[place] : []
            others[2 * place].append(word.first?.bits ?? 0)
            others[2 * place + 1].append(word.last?.bits ?? 0)
        }
    }

    /// How many further words are looked up at most.
    private var most: Int { Int(counts.max() ?? 0) }

    /// What the arrays are called, in the order of ``values(_:)``.
    var names: [String] { ["key", "others"] + (0..<2 * most).map { "o\($0)" } }

    /// Some of them, as values of a statement.
    func values(_ range: Range<Int>) -> [PostgresValue] { ([keys, counts] + others.prefix(2 * most)).map { .ints(Array($0[range])) } }

    /// What holds of that which has each of the further words, to be added to a condition. Each is looked up by itself where it comes to it: of `EXISTS` the
    /// planner may make a join that reads everything with one of the keys, again and again.
    /// - Parameter query: a query for `true` where there is one of them: it is given the condition on the key.
    func condition(_ query: (String) -> String) -> String {
        (0..<most).map { " AND (p.others <= \($0) OR (\(query("o.key IN (p.o\(2 * $0), p.o\(2 * $0 + 1))")) LIMIT 1))" }.joined()
    }
}
