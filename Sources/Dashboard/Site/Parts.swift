import Screening

/// Small parts that many pages show.
enum Parts {
    static let templates = [
        // A moment: {{#created}}{{>time}}{{/created}}
        "time": #"<time datetime="{{iso}}" title="{{absolute}}" data-relative>{{relative}}</time>"#,
        // The same where what counts is when it was: in a record of what happened.
        "moment": #"<time datetime="{{iso}}" title="{{absolute}}, {{relative}}">{{moment}}</time>"#,
        // An order's, run's or event's state.
        "state": #"<span class="chip {{tone}}">{{label}}</span>"#,
        // Who has to act.
        "party": #"<span class="nowrap"><span class="dot {{code}}"></span> {{name}}</span>"#,
        // What every form sends along.
        "form": #"<input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="once" value="{{once}}">"#,
        "note": #"""
        <div class="field"><label for="note-{{id}}">Note, for whoever looks later (optional)</label>
        <textarea id="note-{{id}}" name="note" maxlength="900"></textarea></div>
        """#,
        // The way out of a dialog; what a summary opens, the summary shuts.
        "not-now": #"<button class="not-now" type="button" data-close>Not now</button>"#,
        // Something to do, with what will happen: a dialog with the script, a summary that opens without.
        "action": #"""
        <details class="act {{tone}}"><summary>{{label}}</summary><div class="panel">
        <form method="post" action="{{path}}">{{>form}}
        <h2>{{question}}</h2><p>{{what}}{{#what_link}} <a href="{{link_href}}">{{link_name}}</a>{{/what_link}}</p>
        {{#inputs}}<div class="field"><label for="in-{{id}}-{{name}}">{{title}}</label>
        <input id="in-{{id}}-{{name}}" name="{{name}}" value="{{value}}" autocomplete="off"></div>{{/inputs}}
        {{#hidden}}<input type="hidden" name="{{name}}" value="{{value}}">{{/hidden}}
        {{#takes_note}}{{>note}}{{/takes_note}}
        <div class="actions"><button class="{{button}}" type="submit">{{label}}</button>{{>not-now}}</div>
        </form></div></details>
        """#,
        "empty": #"<div class="empty"><strong>{{heading}}</strong>{{text}}{{#link}} <a href="{{href}}">{{name}}</a>{{/link}}</div>"#,
    ]

    /// A text as a sentence of its own.
    static func sentence(_ text: String) -> String {
        // The name of a file stays as it is.
        let isName = text.prefix { $0 != " " }.dropLast().contains { ".:/".contains($0) }
        let start = isName ? String(text.prefix(1)) : text.prefix(1).uppercased()
        return start + text.dropFirst() + (text.hasSuffix(".") || text.hasSuffix("?") || text.isEmpty ? "" : ".")
    }

    /// A state as a chip.
    static func state(_ code: String) -> Model {
        let tone: String =
            switch code {
            case "completed", "reviewed", "done", "clear", "resolved": "good"
            case "uncertain", "failed", "dead", "parked", "refer", "open": "bad"
            case "refused", "attention_needed", "ready_for_review", "paused", "rejected", "consider", "waiting": "warn"
            default: "plain"
            }
        return ["tone": tone, "label": code.replacing("_", with: " ")]
    }

    /// A party as a dot with its name; nil for nobody.
    static func party(_ code: String?) -> Model? {
        switch code {
        case "us", "operator": ["code": "us", "name": "us"]
        case let code?: ["code": code, "name": code]
        case nil: nil
        }
    }

    /// Something to do about a thing, as the template `action` takes it.
    /// - Parameter takesNote: whether a note is kept of it; what is not kept is not asked for.
    static func action(
        _ label: String,
        id: String,
        path: String,
        question: String,
        what: String,
        tone: String = "plain",
        inputs: [(name: String, title: String, value: String)] = [],
        hidden: [(name: String, value: String)] = [],
        takesNote: Bool = true
    ) -> Model {
        [
            "label": label, "id": id, "path": path, "question": question, "what": what, "tone": tone, "takes_note": takesNote,
            "button": tone == "danger" ? "danger" : "primary",
            "inputs": inputs.map { ["name": $0.name, "title": $0.title, "value": $0.value, "id": id] as Model },
            "hidden": hidden.map { ["name": $0.name, "value": $0.value] as Model },
        ]
    }
}
