import HTTPTypes
import Screening

/// What an account's `wire:` block may contain, so that a misspelt key is found when the settings are checked, not when an order is lost.
indirect enum WireShape: Sendable {
    case text
    /// A whole number above zero.
    case number
    case method
    /// A path that begins with `/`, or a whole URL; placeholders allowed.
    case path
    /// JSON with placeholders.
    case template
    case templates
    /// One dotted path, or a list of them.
    case selector
    case statuses
    /// Texts of the provider's and what they mean: one of these.
    case texts([String])
    /// One of these texts.
    case choice([String])
    /// Members by name.
    case section([String: WireShape])

    /// A call with the selectors that its answer is read with.
    static func call(_ more: [String: WireShape] = [:]) -> WireShape {
        .section(["method": .method, "path": .path, "query": .templates, "headers": .templates, "body": .template].merging(more) { $1 })
    }

    /// A whole profile.
    static let profile: WireShape = .section([
        "auth": .section(["header": .text, "value": .template]),
        "token": .call(["token": .selector, "expires_in": .selector, "expires_at": .selector, "lifetime_seconds": .number]),
        "packages": .call(["list": .selector, "id": .selector, "name": .selector]),
        "create": .call(["id": .selector]),
        "results": .call(["list": .selector, "id": .selector, "take": .choice(["first", "last"])]),
        "cancel": .call(["too_late": .statuses]),
        "find": .call(["list": .selector, "id": .selector, "by": .text, "value": .template, "match": .templates, "created": .selector]),
        "webhook": .section(["header": .text, "id": .selector]),
        "report": .section([
            "status": .selector, "coarse_status": .selector, "result": .selector, "report_url": .selector, "checks": .selector, "shown": .selector,
        ]),
        "statuses": .texts(OrderState.allCases.filter(\.isReported).map(\.rawValue)),
        "coarse_statuses": .texts(OrderState.allCases.filter(\.isReported).map(\.rawValue)),
        "subject": .section([
            "first_name": .selector, "last_name": .selector, "email": .selector, "phone": .selector, "reference": .selector, "package": .selector,
        ]),
        "outcomes": .texts(Outcome.allCases.map(\.rawValue)),
        "errors": .section(["message": .selector, "code": .selector]),
    ])

    /// What is wrong with a value, a sentence each, with its path from `wire`. `null` is valid everywhere: it removes a default.
    func problems(in value: JSON, at path: String = "wire") -> [String] {
        guard !value.isNull else { return [] }
        func wanted(_ what: String) -> [String] { ["\(path): expected \(what), found \(value.kind.withArticle)"] }
        switch self {
        case .text: return value.text == nil ? wanted("text") : []
        case .number: return value.integer.map { $0 > 0 } == true ? [] : wanted("a whole number above zero")
        case .method:
            return value.text.flatMap { HTTPRequest.Method($0) } == nil ? wanted("an HTTP method such as POST") : []
        case .path:
            guard let text = value.text, text.hasPrefix("/") || text.hasPrefix("https://") || text.hasPrefix("http://") else {
                return wanted("a path that begins with /, or a whole URL")
            }
            return Self.problems(ofPlaceholdersIn: value, at: path)
        case .template: return Self.problems(ofPlaceholdersIn: value, at: path)
        case .templates: return value.members == nil ? wanted("an object") : Self.problems(ofPlaceholdersIn: value, at: path)
        case .selector:
            let paths = value.text.map { [$0] } ?? value.items?.compactMap(\.text)
            return paths?.isEmpty == false && (value.items == nil || value.items?.count == paths?.count)
                ? [] : wanted("a dotted path or a list of them")
        case .statuses:
            let all = value.items?.allSatisfy { $0.integer.map { (400...599).contains($0) } == true }
            return all == true ? [] : wanted("a list of HTTP statuses from 400 on")
        case .choice(let texts): return value.text.map(texts.contains) == true ? [] : wanted("one of \(texts.joined(separator: ", "))")
        case .texts(let meanings):
            guard let members = value.members else { return wanted("an object of words") }
            return members.pairs.flatMap { text, meaning in WireShape.choice(meanings).problems(in: meaning, at: "\(path).\(text)") }
        case .section(let shapes):
            guard let members = value.members else { return wanted("an object") }
            return members.pairs.flatMap { name, member -> [String] in
                guard let shape = shapes[name] else {
                    return ["\(path).\(name): there is no such key" + WireShape.hint(for: name, among: shapes.keys.sorted())]
                }
                return shape.problems(in: member, at: "\(path).\(name)")
            }
        }
    }

    private static func problems(ofPlaceholdersIn template: JSON, at path: String) -> [String] {
        WireTemplate.placeholders(in: template).compactMap { placeholder in
            let root = placeholder.split(separator: ".").first.map(String.init) ?? ""
            guard !WireScope.roots.contains(root) else { return nil }
            return "\(path): ${\(placeholder)} names no value" + WireShape.hint(for: root, among: WireScope.roots)
        }
    }

    /// A hint with the name most likely meant, or else with all valid names.
    private static func hint(for text: String, among known: [String]) -> String {
        if let near = suggestion(for: text, among: known) { return "; did you mean \(near)?" }
        return "; known are \(known.joined(separator: ", "))"
    }
}
