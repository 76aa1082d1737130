import Pipeline
import Screening
import Web

/// What providers answered about the orders that may have been sent before a restore: how many there are of each answer, and which.
enum HoldAnswers {
    /// An answer as the address names it: what is noted in the timeline of an order that has it, and what people are told.
    private struct Answer {
        let name: String
        let note: String
        let title: String
        let said: String
    }

    private static let listed = [
        Answer(name: "adopted", note: Reconciliation.adoptedNote, title: "Found there and adopted", said: "not sent again"),
        Answer(name: "absent", note: Reconciliation.absentNote, title: "Surely not there", said: "sent after the release"),
    ]

    /// So many of an answer are shown, the newest.
    private static let most = 50

    /// The answers and how many orders have each, with the way to them.
    static func counts(_ reconciliation: JSON) -> [Model] {
        func count(_ name: String) -> Int { Int(reconciliation[name]?.integer ?? 0) }
        func row(_ title: String, _ said: String, _ count: Int, _ href: String) -> Model {
            var row: Model = ["answer": title, "answer_said": said, "answer_count": Format.number(count)]
            if count > 0 { row["answer_link"] = ["answer_href": href] as Model }
            return row
        }
        let sought = listed.map { row($0.title, $0.said, count($0.name), "/hold?shown=\($0.name)#answers") }
        return sought + [
            row("Doubtful", "uncertain since the restore: you decide", count("doubtful"), "/orders?state=uncertain"),
            row("Still to be looked for", "Fairlead does it", count("left"), "/orders?state=accepted&state=submitting"),
        ]
    }

    /// The newest orders of the answer that the address names; nil where it names none.
    static func list(_ hold: JSON, _ visit: Visit) async throws -> Model? {
        guard let answer = listed.first(where: { $0.name == visit.query("shown") }), let since = Format.timestamp(hold["restored_at"]) else {
            return nil
        }
        let noted = try await visit.site.parts.store.noted(answer.note, since: since, newest: most, on: visit.principal.connections)
        var unread = UnreadRows()
        var orders: [String: Order] = [:]
        for id in noted.newest {
            do { orders[id] = try await visit.site.parts.store.order(id) } catch StoreError.keyMissing(let key) {
                let _: Order? = try unread.reading { throw StoreError.keyMissing(key) }
            }
        }
        // Orders of connections that the viewer does not see are not there for them, nor counted. Of the others nothing is shown that names somebody.
        let rows = noted.newest.compactMap { orders[$0] }.filter { visit.principal.sees(connection: $0.connection) }.map { order -> Model in
            [
                "answered_href": "/orders/\(order.id)", "answered_id": order.id, "answered_external": order.externalID,
                "answered_where": "\(order.connection) · \(order.account)", "answered_state": Parts.state(order.state.rawValue),
            ]
        }
        var model: Model = ["answered_title": answer.title, "answered_rows": rows, "has_answered": !rows.isEmpty]
        if let text = ListView.unreadText(["unread": unread.json]) { model["unread"] = ["unread_text": text] as Model }
        if noted.count > rows.count, !rows.isEmpty {
            model["answered_more"] = ["cut_text": "\(Format.number(rows.count)) of \(Format.number(noted.count))"] as Model
        }
        return model
    }

    static let templates = [
        "hold-answers": #"""
        <dl class="facts">{{#counts}}<dt>{{answer}}</dt><dd>{{#answer_link}}<a class="number" href="{{answer_href}}">{{answer_count}}</a>{{/answer_link}}{{^answer_link}}<span class="number">{{answer_count}}</span>{{/answer_link}} <span class="soft small">{{answer_said}}</span></dd>{{/counts}}</dl>
        {{#answered}}<div id="answers" class="stack"><h3>{{answered_title}}</h3>{{#answered_more}}<p class="small soft">The newest {{cut_text}}.</p>{{/answered_more}}{{>unread}}
        {{^has_answered}}<p class="soft">{{^unread}}None since the restore.{{/unread}}</p>{{/has_answered}}{{#has_answered}}<table class="cards"><caption class="sr">{{answered_title}}, the newest first</caption><thead><tr><th scope="col">Order</th><th scope="col">State</th><th scope="col">Where</th></tr></thead>
        <tbody>{{#answered_rows}}<tr><td data-label="Order"><div><a class="strong" data-row href="{{answered_href}}">{{answered_external}}</a><div class="small soft"><code>{{answered_id}}</code></div></div></td><td data-label="State">{{#answered_state}}{{>state}}{{/answered_state}}</td><td data-label="Where">{{answered_where}}</td></tr>{{/answered_rows}}</tbody></table>{{/has_answered}}</div>{{/answered}}
        """#
    ]
}
