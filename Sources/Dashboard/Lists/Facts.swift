import Screening

/// Names and values of one thing, one below the other.
struct Facts {
    private(set) var items: [Model] = []

    /// A text; left out where there is none.
    mutating func add(_ name: String, _ text: String?, href: String? = nil, isCode: Bool = false) {
        guard let text, !text.isEmpty else { return }
        var fact: Model = ["fact": name]
        let value: Model = href.map { ["fact_text": text, "fact_href": $0] } ?? ["fact_text": text]
        fact[href != nil ? "fact_link" : isCode ? "fact_code" : "fact_plain"] = value
        items.append(fact)
    }

    /// A moment; left out where there is none.
    mutating func add(_ name: String, _ time: Model?) {
        guard let time else { return }
        items.append(["fact": name, "fact_time": time] as Model)
    }

    /// Several things with pages of their own; left out where there are none.
    mutating func add(_ name: String, _ ids: [String], under path: String) {
        guard !ids.isEmpty else { return }
        items.append(["fact": name, "fact_links": ids.map { ["fact_text": $0, "fact_href": path + PercentEncoding.text($0)] as Model }] as Model)
    }

    static let templates = [
        "facts": #"""
        <dl class="facts">{{#facts}}<dt>{{fact}}</dt><dd>{{#fact_plain}}{{fact_text}}{{/fact_plain}}{{#fact_code}}<code>{{fact_text}}</code>{{/fact_code}}{{#fact_link}}<a href="{{fact_href}}">{{fact_text}}</a>{{/fact_link}}{{#fact_links}}<a class="mono" href="{{fact_href}}">{{fact_text}}</a> {{/fact_links}}{{#fact_time}}{{>time}}{{/fact_time}}</dd>
        {{/facts}}</dl>
        """#
    ]
}
