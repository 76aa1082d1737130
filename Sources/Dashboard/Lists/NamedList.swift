import Screening

/// A list of what the settings name, such as connections, of which there may be a thousand: all of it is known at once, and a page of it is shown.
struct NamedList {
    let visit: Visit
    /// The list's address.
    let path: String
    /// What narrows it beside the words of its box.
    var filters: [String] = []
    /// What the things are called.
    var noun = "connections"

    /// How many a page shows.
    static let limit = 50
    /// With more than these there is a box to find one by, and facets.
    static let few = 12

    /// The same as other lists have it: facets and what stands where nothing is shown.
    var list: ListView { ListView(visit: visit, path: path, filters: (["name"] + filters).map { ($0, $0) }) }

    private var number: Int { max(1, min(visit.query("page").flatMap { Int($0) } ?? 1, 1_000_000)) }

    /// Those whose texts hold the words of the box.
    func matching<Item>(_ items: [Item], _ texts: (Item) -> [String]) -> [Item] {
        guard let words = visit.query("name")?.lowercased().trimmed, !words.isEmpty else { return items }
        return items.filter { texts($0).contains { $0.lowercased().contains(words) } }
    }

    /// What the page of the address shows; the last page where it names one beyond.
    func part<Item>(of items: [Item]) -> ArraySlice<Item> {
        let first = (min(number, pages(items.count)) - 1) * Self.limit
        return items[first..<min(first + Self.limit, items.count)]
    }

    /// The box and the way to the other pages, for templates; nothing of it where there are few.
    /// - Parameters:
    ///   - count: how many match.
    ///   - all: how many there are.
    func model(matching count: Int, of all: Int) -> Model {
        var model: Model = [:]
        if all > Self.few || list.isNarrowed { model["search"] = list.search("name", "Name") }
        guard count > Self.limit else { return model }
        let page = min(number, pages(count))
        let first = (page - 1) * Self.limit + 1
        let last = min(first + Self.limit - 1, count)
        var pager: Model = ["part_text": "\(Format.number(first)) to \(Format.number(last)) of \(Format.number(count)) \(noun)"]
        if page > 1 { pager["before"] = ["before_href": list.link("page", page == 2 ? nil : String(page - 1))] as Model }
        if page < pages(count) { pager["after"] = ["after_href": list.link("page", String(page + 1))] as Model }
        model["parts"] = pager
        return model
    }

    private func pages(_ count: Int) -> Int { max(1, (count + Self.limit - 1) / Self.limit) }

    static let templates = [
        "parts": #"""
        <nav class="pager" aria-label="Pages of this list"><span>{{#before}}<a href="{{before_href}}" rel="prev">← Before</a>{{/before}}</span><span class="soft">{{part_text}}</span><span>{{#after}}<a href="{{after_href}}" rel="next">After →</a>{{/after}}</span></nav>
        """#
    ]
}
