import FairleadTools
import Screening

/// What an erasure would do, for people.
enum ErasurePreviewText {
    static func text(_ preview: JSON) -> String {
        let counts = (preview["would"]?.members?.pairs ?? []).filter { $0.value != 0 }.map { "\($0.value.integer ?? 0) \($0.name)" }
        guard !counts.isEmpty else { return "Nothing is stored of this person." }
        func ids(_ name: String) -> String { (preview[name]?.items ?? []).compactMap(\.text).joined(separator: ", ") }
        var lines = ["Would be destroyed: \(counts.joined(separator: ", "))."]
        if !ids("on_hold").isEmpty { lines.append("Would not be done: on legal hold is \(ids("on_hold")).") }
        if !ids("open_orders").isEmpty { lines.append("Still open: \(ids("open_orders")).") }
        if preview["needs_force"] == true { lines.append("Needs --force.") }
        for (name, word) in preview["told"]?.members?.pairs ?? [] { lines.append("\(name): \(word.text ?? "")") }
        return lines.joined(separator: "\n")
    }
}
