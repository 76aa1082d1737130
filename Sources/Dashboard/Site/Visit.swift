import HTTPTypes
import Screening
import Web

/// One request of somebody who is signed in: who asks, what the form says, and what the API answers them.
struct Visit: Sendable {
    let site: Site
    let request: IncomingRequest
    let viewer: Viewer
    let requestID: String
    /// What the provider of the page's order lists, or why that is not known; nil where it was not asked.
    var listed: Result<JSON, ProblemDocument>?

    var principal: Principal { viewer.principal }
    var now: Timestamp { site.parts.clock.now() }
    var format: Format { Format(now: now) }

    /// A part of the path by name.
    func parameter(_ name: String) -> String { request.parameters[name] ?? "" }

    /// The first value of a name in the query; nil where there is none or it is empty.
    func query(_ name: String) -> String? { request.firstQuery[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// The first value of a name in the form that was sent; nil where there is none or it is empty.
    func field(_ name: String) -> String? {
        let value = FormEncoding.pairs(String(decoding: request.bytes, as: UTF8.self)).first { $0.name == name }?.value
        return value.flatMap { $0.trimmed.isEmpty ? nil : $0 }
    }

    /// Why the viewer needs what they ask for; nil where the form says nothing that anybody could read.
    var reason: String? { field("reason").flatMap { $0.keptReason(400) }?.printable }

    /// All values of a name in the form that was sent.
    func fields(_ name: String) -> [String] {
        FormEncoding.pairs(String(decoding: request.bytes, as: UTF8.self)).filter { $0.name == name }.map(\.value)
    }

    /// Whether the viewer may; only for what is shown. What is asked for is checked where it is done.
    func may(_ scope: Scope) -> Bool { principal.scopes.contains(scope) }

    // MARK: The API, as the viewer

    /// What the API answers the viewer.
    /// - Parameter path: the segments below `/api/v1`, not encoded.
    /// - Throws: ``ProblemDocument``
    func get(_ path: String..., query: [(name: String, value: String)] = []) async throws -> JSON {
        try await site.parts.api.answer(.get, Visit.joined(path), query: query, for: principal)
    }

    /// Does something as the viewer; the same form sent twice does it once.
    /// - Throws: ``ProblemDocument``
    @discardableResult
    func post(_ path: String..., body: JSON = [:]) async throws -> JSON {
        try await site.parts.api.answer(
            .post,
            Visit.joined(path),
            body: body,
            key: field("once").map { "form-" + $0.prefix(100) },
            for: viewer.acting
        )
    }

    /// Changes something as the viewer.
    /// - Throws: ``ProblemDocument``
    @discardableResult
    func send(_ method: HTTPRequest.Method, _ path: String..., body: JSON? = nil) async throws -> JSON {
        try await site.parts.api.answer(method, Visit.joined(path), body: body, for: viewer.acting)
    }

    private static func joined(_ path: [String]) -> String { path.map { "/" + PercentEncoding.text($0) }.joined() }

    // MARK: Rendering

    /// Draws what is shown of something that was sent, when it is its turn: what was done is told, however long the line is.
    func drawn<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await site.budget.draw(for: principal.id, isDone: true, body)
    }

    /// A template with its model. Every form in it has `csrf` and `once`.
    func render(_ template: String, _ model: Model) -> String {
        Templates.render(template, base.merging(model))
    }

    private var base: Model {
        [
            "csrf": viewer.formToken, "once": site.parts.random.token(), "may_order": may(.order), "may_operate": may(.operate),
            "may_admin": may(.admin), "may_personal": may(.readPersonal),
        ]
    }
}
