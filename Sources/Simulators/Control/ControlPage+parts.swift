import Screening

extension ControlPage {
    /// A heading and a table; the cells are HTML already.
    static func section(_ title: String, _ heads: [String], _ rows: [[String]], foot: String = "") -> String {
        let head = heads.map { "<th>\(escape($0))</th>" }.joined()
        let body = rows.map { "<tr>" + $0.map { "<td>\($0)</td>" }.joined() + "</tr>" }.joined()
        let table = rows.isEmpty ? "<p class=\"none\">Nothing yet.</p>" : "<div><table><tr>\(head)</tr>\(body)</table></div>"
        return "<section><h2>\(escape(title))</h2>\(table)\(foot)</section>"
    }

    static func form(_ action: String, _ content: String) -> String { "<form method=\"post\" action=\"\(escape(action))\">\(content)</form>" }

    static func button(_ action: String, _ label: String, hidden: [String: String]) -> String {
        let fields = hidden.sorted { $0.key < $1.key }.map { "<input type=\"hidden\" name=\"\($0.key)\" value=\"\(escape($0.value))\">" }.joined()
        return form(action, "\(fields)<button>\(escape(label))</button>")
    }

    static func select(_ name: String, _ options: [String]) -> String {
        "<select name=\"\(name)\" aria-label=\"\(name)\">" + options.map { "<option>\(escape($0))</option>" }.joined() + "</select>"
    }

    static func input(_ name: String, _ hint: String? = nil) -> String {
        "<input name=\"\(name)\" aria-label=\"\(name)\" placeholder=\"\(escape(hint ?? name.replacing("_", with: " ")))\">"
    }

    static func code(_ text: String) -> String { "<code>\(escape(text))</code>" }

    static func escape(_ text: String) -> String { text.htmlEscaped }
}

/// The part of the page where faults are asked for.
enum FaultForm {
    static func section(_ faults: [Fault]) -> String {
        let rows = faults.map { fault in
            let json = fault.json
            let details = ["status", "retry_after", "accepted", "milliseconds", "copies"].compactMap { name in
                json[name].map { "\(name) \($0.string())" }
            }
            return [
                ControlPage.escape(fault.simulator.rawValue), ControlPage.escape(fault.operation ?? "any"),
                ControlPage.escape(json["fault"]?.text ?? ""), ControlPage.escape(details.joined(separator: ", ")),
                fault.times.map { String($0) } ?? "until cleared",
            ]
        }
        let operations = ["", "packages", "create", "results", "result", "cancel", "token", "webhook", "completion", "callback"]
        let fields =
            ControlPage.select("provider", Simulator.allCases.map(\.rawValue)) + ControlPage.select("operation", operations)
            + ControlPage.select("fault", Fault.kinds) + ControlPage.input("status") + ControlPage.input("retry_after")
            + ControlPage.input("milliseconds") + ControlPage.input("copies") + ControlPage.input("times") + "<button>Add fault</button>"
        let foot = ControlPage.form("/control/faults", fields) + ControlPage.button("/control/faults/clear", "Clear faults", hidden: [:])
        return ControlPage.section("Faults", ["provider", "operation", "fault", "with", "times left"], rows, foot: foot)
    }
}
