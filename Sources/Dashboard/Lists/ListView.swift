import Screening
import Web

/// What all lists of the pages share: what the address asks for, facets that narrow it, and the way to the next page.
struct ListView {
    let visit: Visit
    /// The list's address.
    let path: String
    /// The names in the address that narrow the list, by the names that the API knows them by.
    let filters: [(name: String, api: String)]
    /// How many a page shows.
    static let limit = 50

    /// Spans that a list may be narrowed to, by the word in the address.
    static let spans: [(word: String, title: String, seconds: Int)] = [
        ("1h", "last hour", 3600), ("1d", "last day", 86_400), ("7d", "last 7 days", 7 * 86_400), ("30d", "last 30 days", 30 * 86_400),
    ]

    /// Whether anything narrows it.
    var isNarrowed: Bool { !given.isEmpty || visit.query("within") != nil }

    /// What the API is asked for.
    var query: [(name: String, value: String)] {
        var query = narrowing + [("limit", String(ListView.limit))]
        if let cursor = visit.query("cursor") { query.append(("cursor", cursor)) }
        return query
    }

    /// The same without page and limit: what a command for all of them is asked for.
    var narrowing: [(name: String, value: String)] {
        var query = given.map { given in (filters.first { $0.name == given.name }?.api ?? given.name, given.value) }
        if let since { query.append(("since", since.iso8601)) }
        return query
    }

    private var since: Timestamp? {
        guard let span = ListView.spans.first(where: { $0.word == visit.query("within") }) else { return nil }
        return visit.now + .seconds(-span.seconds)
    }

    private var given: [(name: String, value: String)] {
        visit.request.query.compactMap { given in
            let value = given.value.oneLine
            return !value.isEmpty && filters.contains { $0.name == given.name } ? (given.name, value) : nil
        }
    }

    /// The list's address with a filter set, or without it where the value is nil; on its first page.
    func link(_ name: String, _ value: String?) -> String {
        let query = visit.request.query.filter { !["cursor", "done", "page"].contains($0.name) && !$0.value.isEmpty }
        return ListAddress(path: path, query: query).with(name, value).text
    }

    // MARK: For templates

    /// A row of facets, each with how many there are where that is known.
    func facets(_ title: String, _ name: String, _ values: [(value: String, title: String)], counts: [String: Int]? = nil) -> Model {
        let chosen = visit.query(name)?.oneLine.orNil
        // One that is not among them is shown as well, to be taken away: else nobody would see why the list is empty.
        // A span of time that is none narrows nothing.
        let stranger = chosen.flatMap { chosen in
            name == "within" || values.contains { $0.value == chosen } ? nil : (value: chosen, title: "× \(chosen)")
        }
        let facets = (values + (stranger.map { [$0] } ?? [])).map { value, title -> Model in
            let isChosen = chosen == value
            var facet: Model = ["facet": title, "facet_href": link(name, isChosen ? nil : value), "is_chosen": isChosen]
            if let count = counts?[value] { facet["facet_count"] = ["n": Format.number(count)] as Model }
            return facet
        }
        return ["facet_title": title, "facets": facets]
    }

    /// What narrows the list and has no facets of its own, each to be taken away: else nobody would see why it is empty.
    func otherFacets(besides shown: Set<String>) -> [Model] {
        let others = given.filter { !shown.contains($0.name) }
        guard !others.isEmpty else { return [] }
        let facets = others.map { name, value -> Model in
            let title = "× \(name.replacing("order_id", with: "order").replacing("_", with: " ")): \(Format.filter(name, value))"
            return ["facet": title, "facet_href": link(name, nil), "is_chosen": true]
        }
        return [["facet_title": "Also", "facets": facets]]
    }

    /// How many there are in each state on the connections that are chosen; nil where something else narrows the list: then nobody has counted.
    func stateCounts(_ counts: [Counts.Group: Int]) -> [String: Int]? {
        guard visit.query("within") == nil, given.allSatisfy({ ["state", "connection"].contains($0.name) }) else { return nil }
        let chosen = Set(given.filter { $0.name == "connection" }.map(\.value))
        var states: [String: Int] = [:]
        for (group, count) in counts where visit.principal.sees(connection: group.connection) {
            if chosen.isEmpty || chosen.contains(group.connection) { states[group.state, default: 0] += count }
        }
        return states
    }

    /// The viewer's connections as facets: where there are many, some of them, and where the others are.
    var connectionFacets: Model {
        let (all, chosen) = (visit.connections, visit.query("connection"))
        let shown = all.prefix(ListView.shownNames) + (chosen.map { chosen in all.dropFirst(ListView.shownNames).filter { $0 == chosen } } ?? [])
        var model = facets("Connection", "connection", shown.map { ($0, $0) })
        if all.count > shown.count {
            model["facet_more"] = ["more_href": "/connections", "more_text": "\(Format.number(all.count - shown.count)) more…"] as Model
        }
        return model
    }

    /// How many names of the settings stand as facets.
    static let shownNames = 20

    /// When it was received, as facets.
    var spanFacets: Model { facets("Since", "within", ListView.spans.map { ($0.word, $0.title) }) }

    /// The words of a search box in the list's own form, and what else its address holds.
    func search(_ name: String, _ title: String) -> Model {
        let others = visit.request.query.filter { $0.name != name && !["cursor", "page"].contains($0.name) && !$0.value.isEmpty }
        return [
            "list_path": path, "search_name": name, "search_title": title, "search_value": visit.query(name) ?? "",
            "others": others.map { ["other_name": $0.name, "other_value": $0.value] as Model },
        ]
    }

    /// The way to the next page and back to the first; nil where there is one page alone.
    func pager(_ answer: JSON) -> Model? {
        let next = answer["next"]?.text
        let isFirst = visit.query("cursor") == nil
        guard next != nil || !isFirst else { return nil }
        var pager: Model = [:]
        if let next { pager["older"] = ["older_href": link("cursor", next)] as Model }
        if !isFirst { pager["newest"] = ["newest_href": link("cursor", nil)] as Model }
        return pager
    }

    /// What a search for whom or what does not show, while there may be more; nil where it shows all.
    func cut(_ answer: JSON, _ things: String) -> Model? {
        guard visit.query("about") != nil, let next = answer["next"]?.text, let count = answer["items"]?.items?.count, count > 0 else { return nil }
        let text =
            "The newest \(count) that were found, and those are not all. Of orders that it finds, the \(things) of the newest hundred are among them."
        return ["cut_text": text, "cut_href": link("cursor", next)]
    }

    /// What belongs to a list's page and cannot be read here; nil where all can.
    static func unread(_ answer: JSON) -> Model? { unreadText(answer).map { ["unread_text": $0] } }

    /// The same as a sentence or two.
    static func unreadText(_ answer: JSON) -> String? {
        guard let unread = answer["unread"], let count = unread["count"]?.integer, count > 0 else { return nil }
        let keys = unread["keys"]?.items?.compactMap(\.text).joined(separator: ", ") ?? ""
        return
            "\(Format.number(Int(count))) more that belong here cannot be read: they are sealed with \(keys), which is not among encryption.keys of this host. "
            + "Nothing is lost; give it the key, or look at another host."
    }

    /// What stands where nothing is shown: that the filters hide all, or what to do next.
    /// - Parameter more: where to go on, where not all were looked at.
    func empty(_ nothing: (heading: String, text: String, link: (name: String, href: String)?), more: String? = nil) -> Model {
        if let more {
            return [
                "heading": "None yet", "text": "Those that were looked at do not match; there are more.",
                "link": ["name": "Look on", "href": link("cursor", more)] as Model,
            ]
        }
        guard isNarrowed || visit.query("cursor") != nil else {
            var model: Model = ["heading": nothing.heading, "text": nothing.text]
            if let link = nothing.link { model["link"] = ["name": link.name, "href": link.href] as Model }
            return model
        }
        return [
            "heading": "Nothing matches these filters", "text": "There may be others that they hide.",
            "link": ["name": "Show all", "href": path] as Model,
        ]
    }

    static let templates = [
        "facet-sets": #"""
        <div class="facets">{{#facet_sets}}<div class="set"><span class="name">{{facet_title}}</span>
        {{#facets}}<a class="facet" href="{{facet_href}}"{{#is_chosen}} aria-current="true"{{/is_chosen}}>{{facet}}{{#facet_count}} <span class="n">{{n}}</span>{{/facet_count}}</a>
        {{/facets}}{{#facet_more}}<a class="facet" href="{{more_href}}">{{more_text}}</a>{{/facet_more}}</div>{{/facet_sets}}
        {{#search}}<form class="set" action="{{list_path}}" method="get" role="search"><label class="name" for="list-search">{{search_title}}</label>
        {{#others}}<input type="hidden" name="{{other_name}}" value="{{other_value}}">{{/others}}
        <input id="list-search" type="search" name="{{search_name}}" value="{{search_value}}" autocomplete="off" spellcheck="false">
        <button type="submit">Find</button></form>{{/search}}</div>
        """#,
        "cut": #"{{#cut}}<p class="said small">{{cut_text}} <a href="{{cut_href}}">Look on</a></p>{{/cut}}"#,
        "unread": #"{{#unread}}<p class="said warn" role="status">{{unread_text}}</p>{{/unread}}"#,
        "pager": #"""
        <nav class="pager" aria-label="Pages of this list"><span>{{#newest}}<a href="{{newest_href}}">← Newest</a>{{/newest}}</span>
        <span>{{#older}}<a href="{{older_href}}" rel="next">Older →</a>{{/older}}</span></nav>
        """#,
    ]
}
