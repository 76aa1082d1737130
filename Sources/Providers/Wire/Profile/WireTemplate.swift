import Screening

/// JSON with placeholders in its texts: `${order.candidate.email}`, `${callback_url}`, `${reference}`.
///
/// - A text that is exactly one placeholder becomes the value itself, whatever its kind.
/// - In longer text, placeholders become text (numbers and booleans are written out).
/// - A text with a placeholder that has no value is left out, and with it the member or list element it stands for; an object all of whose members
///   were left out is left out too.
/// - `${order.package:number}` becomes a number where the text is a whole one, for a provider that wants its ids so.
/// - `$${` stands for `${`.
enum WireTemplate {
    /// The template filled in; nil where everything was left out.
    static func fill(_ template: JSON, from scope: WireScope) -> JSON? {
        switch template {
        case .string(let text): return fill(parts(of: text), from: scope)
        case .array(let items): return .array(items.compactMap { fill($0, from: scope) })
        case .object(let members):
            var filled = JSON.Members()
            for (name, value) in members.pairs { filled[name] = fill(value, from: scope) }
            return filled.pairs.isEmpty && !members.pairs.isEmpty ? JSON?.none : .object(filled)
        default: return template
        }
    }

    /// The template as text, each placeholder's value passed through `encode`; nil where one has no value or one that is not text-like.
    static func text(_ template: String, from scope: WireScope, encode: (String) -> String? = { $0 }) -> String? {
        var text = ""
        for part in parts(of: template) {
            switch part {
            case .literal(let literal): text += literal
            case .placeholder(let path):
                guard let value = scope.value(path).flatMap(writtenOut), let encoded = encode(value) else { return nil }
                text += encoded
            }
        }
        return text
    }

    /// The placeholders' paths in all texts of a template.
    static func placeholders(in template: JSON) -> [String] {
        switch template {
        case .string(let text): parts(of: text).compactMap { if case .placeholder(let path) = $0 { path } else { nil } }
        case .array(let items): items.flatMap(placeholders)
        case .object(let members): members.pairs.flatMap { placeholders(in: $0.value) }
        default: []
        }
    }

    private enum Part: Equatable {
        case literal(String)
        case placeholder(String)
    }

    private static func fill(_ parts: [Part], from scope: WireScope) -> JSON? {
        if parts.count == 1, case .placeholder(let path) = parts[0] { return scope.value(path) }
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .placeholder(let path):
                guard let value = scope.value(path).flatMap(writtenOut) else { return nil }
                text += value
            }
        }
        return .string(text)
    }

    private static func writtenOut(_ value: JSON) -> String? {
        switch value {
        case .string(let text): text
        case .int, .double, .bool: String(decoding: value.bytes(), as: UTF8.self)
        case .null, .array, .object: nil
        }
    }

    private static func parts(of text: String) -> [Part] {
        var parts: [Part] = []
        var literal = ""
        var rest = text[...]
        while let mark = rest.firstRange(of: "${") {
            let before = rest[..<mark.lowerBound]
            guard !before.hasSuffix("$") else {
                literal += before.dropLast() + "${"
                rest = rest[mark.upperBound...]
                continue
            }
            guard let end = rest[mark.upperBound...].firstIndex(of: "}") else { break }
            literal += before
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = ""
            parts.append(.placeholder(rest[mark.upperBound..<end].trimmingSpaces))
            rest = rest[rest.index(after: end)...]
        }
        literal += rest
        if !literal.isEmpty || parts.isEmpty { parts.append(.literal(literal)) }
        return parts
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String { String(self).trimmed }
}
