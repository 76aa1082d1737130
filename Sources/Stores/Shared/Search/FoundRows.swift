import Screening

/// Some of what keys found, opened, in the page's order; without what the plain columns rule out.
struct FoundRows<Item: Sendable>: Sendable {
    var items: [(item: Item, size: Int)] = []
    /// How many of the identifiers given were looked at: all, or fewer where the rows are large; at least one.
    var looked: Int
    var unread = UnreadRows()

    /// How many were opened, or would have been if their key were here.
    fileprivate var opened: Int { items.count + unread.count }
}

extension FoundRows {
    /// What some identifiers name, each read by itself.
    init(ids: [String], _ item: (String) throws -> Item?) throws {
        looked = ids.count
        for id in ids { if let item = try unread.reading({ try item(id) }) { items.append((item, 0)) } }
    }
}

/// How much a page of a search looks at. Then the page ends, and says where to go on: a rare filter over a frequent name takes a person several short looks, and
/// never one long one.
enum FoundRowsLimit {
    /// How many that keys found are looked at.
    static let looked = 5000
    /// What plain columns do not rule out is opened, to be compared: that takes as long as looking at so many that they do.
    static let cost = 25
    /// At most so many are opened and read together.
    static let batch = 500
}

extension PageRequest {
    /// The page of what is found by keys, which are hashes and beginnings: everything is compared once more after reading.
    /// - Parameters:
    ///   - found: the identifiers of as many as asked for, after a cursor, in the page's order; fewer where there are no more, or it says how far it came.
    ///   - open: reads some of them.
    func page<Item: Sendable>(
        of found: (_ cursor: String?, _ limit: Int) throws -> BucketWalk.Found,
        id: (Item) -> String,
        open: (_ ids: [String]) throws -> FoundRows<Item>,
        where matches: (Item) throws -> Bool
    ) throws -> Page<Item> {
        let limit = bounded
        var items: [Item] = []
        var room = PageRequest.byteLimit
        var cursor = cursor
        var spent = 0
        var unread = UnreadRows()
        // Most of what a key finds does match, so one short look usually suffices; the longer ones are for rare filters.
        var batch = limit + 1
        var together = limit + 1
        while true {
            let next = try found(cursor, batch)
            let ids = next.identifiers
            var rest = ids[...]
            while !rest.isEmpty {
                let some = rest.prefix(together)
                let opened = try open(Array(some))
                unread.add(opened.unread)
                for (item, size) in opened.items where try unread.reading({ try matches(item) ? true : nil }) != nil {
                    if items.count == limit || room <= 0 { return Page(items: items, next: items.last.map(id), unread: unread) }
                    items.append(item)
                    room -= size
                }
                cursor = some.prefix(opened.looked).last
                rest = rest.dropFirst(opened.looked)
                let cost = opened.looked + opened.opened * (FoundRowsLimit.cost - 1)
                spent += cost
                if spent >= FoundRowsLimit.looked, !rest.isEmpty || ids.count == batch || next.end != nil {
                    return Page(items: items, next: cursor, unread: unread)
                }
                // As many as what is left allows, where the next cost what these did.
                together = max(1, min(FoundRowsLimit.batch, (FoundRowsLimit.looked - spent) * opened.looked / max(1, cost)))
            }
            if ids.count < batch { return Page(items: items, next: next.end, unread: unread) }
            batch = min(batch * 4, 2000)
        }
    }
}
