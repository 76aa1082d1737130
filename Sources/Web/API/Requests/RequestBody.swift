import HTTPTypes
import NIOCore
import Screening

/// What holds of the API's request bodies.
private enum RequestBody {
    /// How many bytes a coded body may expand to.
    static let expandedLimit = 1 << 20
}

extension IncomingRequest {
    /// The body as a JSON object with no other members than these; an empty body is an object without members.
    /// - Throws: ``ProblemDocument`` 400 where it is not an object, 422 for a member that is not known.
    func object(_ known: [String]) throws(ProblemDocument) -> JSON {
        guard body.readableBytes > 0 else { return [:] }
        let text: [UInt8]
        do { text = try ContentCoding.decoded(bytes, headers[.contentEncoding], limit: RequestBody.expandedLimit) } catch {
            if case .unknown = error { throw ProblemDocument.unsupportedCoding(error.description) }
            throw ProblemDocument.badRequest("not_json", error.description)
        }
        let json: JSON
        do { json = try JSON(calling: text) } catch {
            throw ProblemDocument.badRequest("not_json", "the body is not JSON: \(error.reason) at byte \(error.offset)")
        }
        guard let members = json.members else { throw ProblemDocument.badRequest("not_json", "the body must be a JSON object") }
        for (name, _) in members.pairs where !known.contains(name) {
            let field = FieldProblem(path: String(name.prefix(64)), expected: "one of \(known.joined(separator: ", "))", found: "an unknown member")
            throw ProblemDocument(describing: field) ?? .broken
        }
        return json
    }
}

extension JSON {
    /// A member's text; nil where it is missing or null.
    /// - Throws: ``FieldProblem`` where it is something else.
    func optionalText(_ name: String, maximum: Int = 1000) throws(FieldProblem) -> String? {
        guard let value = self[name], !value.isNull else { return nil }
        guard let text = value.text else { throw FieldProblem(path: name, expected: "text", found: value.kind.withArticle) }
        guard text.utf8.count <= maximum else { throw FieldProblem(path: name, expected: "at most \(maximum) bytes", found: "longer text") }
        return text
    }

    /// A member that is true or false; false where it is missing or null.
    /// - Throws: ``FieldProblem`` where it is something else.
    func optionalFlag(_ name: String) throws(FieldProblem) -> Bool {
        guard let value = self[name], !value.isNull else { return false }
        guard let flag = value.boolean else { throw FieldProblem(path: name, expected: "true or false", found: value.kind.withArticle) }
        return flag
    }
}
