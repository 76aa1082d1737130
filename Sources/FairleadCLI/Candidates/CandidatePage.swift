import Screening

/// What is stored of a person, as a page that they can read.
enum CandidatePage {
    static func text(_ export: JSON) -> String {
        var body = "<h1>What is stored about you</h1><p>As of \(escaped(export.cell("exported_at"))).</p>"
        if let unread = export["unread"], !unread.isNull {
            let count = (unread["corrupt"]?.integer ?? 0) + (unread["key_missing"]?.integer ?? 0)
            body += "<p><strong>This may not be all: \(count) things of the store could not be read.</strong></p>"
        }
        if let left = export["events_left_out"]?.integer, left > 0 {
            body += "<p><strong>\(left) older things that were received are left out.</strong></p>"
        }
        for entry in export["orders"]?.items ?? [] {
            let order = entry["order"] ?? [:]
            body += "<h2>Screening \(escaped(order.cell("id")))</h2>" + facts(order)
            body += "<h3>Who received what</h3>" + table(entry["received_by"], ["who", "account", "at", "fields", "reference"])
            body += "<h3>What happened</h3>" + table(entry["timeline"], ["at", "kind", "text", "note"])
            body += "<h3>Who looked, and what was done</h3>" + table(entry["access"], ["at", "actor_key", "action", "outcome", "reason"])
        }
        for event in export["events"]?.items ?? [] {
            let (at, kind, connection) = (event.cell("received_at"), event.cell("kind"), event.cell("connection"))
            body += "<h2>Received \(escaped(at))</h2><p>\(escaped(kind)), \(escaped(connection))</p>"
            body += "<pre>\(escaped(event["body"]?.text ?? "(not text)"))</pre>"
        }
        if (export["orders"]?.items ?? []).isEmpty, (export["events"]?.items ?? []).isEmpty { body += "<p>Nothing.</p>" }
        return """
            <!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>What is stored about you</title>
            <style>body{font:1em/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse;width:100%}
            td,th{border:1px solid #999;padding:.3em .5em;text-align:left;vertical-align:top}pre{white-space:pre-wrap;background:#eee;padding:1em}</style>
            </head><body>\(body)</body></html>

            """
    }

    private static func facts(_ order: JSON) -> String {
        let rows = (order.members?.pairs ?? []).filter { !$0.value.isNull && $0.value != [:] && $0.value != [] }
        return "<table>" + rows.map { "<tr><th>\(escaped($0.name))</th><td>\(escaped(shown($0.value)))</td></tr>" }.joined() + "</table>"
    }

    private static func table(_ list: JSON?, _ columns: [String]) -> String {
        let items = list?.items ?? []
        guard !items.isEmpty else { return "<p>Nothing.</p>" }
        let head = columns.map { "<th>\(escaped($0))</th>" }.joined()
        let rows = items.map { item in "<tr>" + columns.map { "<td>\(escaped(shown(item[$0] ?? .null)))</td>" }.joined() + "</tr>" }
        return "<table><tr>\(head)</tr>" + rows.joined() + "</table>"
    }

    private static func shown(_ value: JSON) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        case .array(let items) where items.allSatisfy({ $0.text != nil }): items.compactMap(\.text).joined(separator: ", ")
        default: value.string()
        }
    }

    private static func escaped(_ text: String) -> String { text.htmlEscaped }
}
