import Screening

/// A call that a script made, as a step of its run shows it; without personal data only its kind and time.
struct ScriptCall: Sendable {
    let number: Int64
    let at: Timestamp?
    let method: String
    let url: String?
    let status: Int64?
    let milliseconds: Int64?
    let failed: Bool

    /// Nil for a step that calls nobody.
    init?(_ step: JSON) {
        guard let kind = step["kind"]?.text, kind.hasPrefix("http") else { return nil }
        number = step["n"]?.integer ?? 0
        at = Format.timestamp(step["at"])
        method = step["request"]?["method"]?.text ?? "call"
        url = step["request"]?["url"]?.text
        let reply = step["reply"]
        status = (reply?["value"]?["status"] ?? reply?["status"])?.integer
        milliseconds = step["ms"]?.integer
        failed = status.map { $0 >= 400 } ?? (reply?["error"] != nil)
    }

    /// `PATCH → 200 in 5 ms`
    var words: String {
        method + (status.map { " → \($0)" } ?? (failed ? " → no answer" : "")) + (milliseconds.map { " in \($0) ms" } ?? "")
    }
}
