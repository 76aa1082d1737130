import Pipeline
import Screening

/// How the OpenAPI document describes one endpoint.
struct Operation: Sendable {
    let summary: String
    var parameters: [JSON] = []
    var body: JSON?
    /// Statuses of success with the schema of what is answered.
    let answers: [(status: Int, schema: JSON)]
    /// What answers are, where they are not JSON.
    var answerType = "application/json"
    /// Statuses of problems, beside those that every operation may have.
    let problems: [Int]

    /// No or a wrong token, a scope that is missing, too many wrong tokens, an error of ours, the store or the server not available.
    private static let everywhere = [401, 403, 429, 500, 503]

    /// A list in pages.
    static func list(_ summary: String, of schema: Schema, _ parameters: [JSON]) -> Operation {
        Operation(summary: summary, parameters: parameters, answers: [(200, .page(of: schema.reference))], problems: [400])
    }

    /// A list that is always answered whole, of everything or of what belongs to one thing.
    static func whole(_ summary: String, of schema: Schema, problems: [Int] = []) -> Operation {
        Operation(summary: summary, answers: [(200, .page(of: schema.reference))], problems: problems)
    }

    /// One thing.
    static func show(_ summary: String, of schema: Schema) -> Operation {
        Operation(summary: summary, answers: [(200, schema.reference)], problems: [404])
    }

    /// Something to be done; takes an `Idempotency-Key`.
    static func command(
        _ summary: String,
        _ statuses: Int...,
        of schema: Schema,
        required: JSON = [:],
        optional: JSON = [:],
        problems: [Int] = []
    ) -> Operation {
        Operation(
            summary: summary,
            parameters: [idempotencyKey],
            body: body(required: required, optional: optional),
            answers: statuses.map { ($0, schema.reference) },
            problems: [400, 404, 408, 409, 413, 422] + problems
        )
    }

    static let idempotencyKey: JSON = [
        "name": "Idempotency-Key", "in": "header", "description": "The same key and body give the first answer again for 24 hours",
        "schema": .anyText,
    ]

    /// Something to be done for everything that filters let through, by the host or, where a page is asked for, a page at a time; takes an `Idempotency-Key`.
    /// - Parameters:
    ///   - members: the filters and the page.
    ///   - others: what else the body may hold.
    static func batch(_ summary: String, _ members: JSON, others: JSON = [:]) -> Operation {
        var all = members
        for (name, schema) in others.members?.pairs ?? [] { all[name] = schema }
        var body = body(required: [:], optional: all)
        body?["required"] = true
        return Operation(
            summary: summary,
            parameters: [idempotencyKey],
            body: body,
            answers: [(200, Commands.Preview.schema.reference), (202, ["oneOf": [BulkJob.schema.reference, Commands.Batch.schema.reference]])],
            problems: [400, 408, 409, 413, 422]
        )
    }

    /// The body of a request; nil where it has no members.
    static func body(required: JSON, optional: JSON = [:]) -> JSON? {
        let schema = JSON.object(always: required, sometimes: optional)
        guard schema["properties"] != [:] else { return nil }
        return ["required": .bool(required != [:]), "content": ["application/json": ["schema": schema]]]
    }

    private static let accessReason: JSON = [
        "name": "Access-Reason", "in": "header",
        "description": "Why personal data is read: kept in the audit, and required where the settings say so",
        "schema": .anyText,
    ]

    /// The operation's object in the document.
    /// - Parameter showsPersonal: whether the caller may have to say why they look.
    func json(path: String, scope: Scope, showsPersonal: Bool = false) -> JSON {
        var responses = JSON.Members()
        for response in answers {
            let content = JSON.Members([(answerType, ["schema": response.schema] as JSON)])
            responses[String(response.status)] = ["description": "Done", "content": .object(content)]
        }
        // 400 also where somebody has to say why they look.
        let problems = problems + Operation.everywhere + (showsPersonal ? [400] : [])
        for status in Set(problems).sorted() { responses[String(status)] = ["$ref": "#/components/responses/Problem"] }
        let inPath = path.split(separator: "/").filter { $0.hasPrefix("{") }.map { part -> JSON in
            ["name": .string(String(part.dropFirst().dropLast())), "in": "path", "required": true, "schema": .anyText]
        }
        var json: JSON = ["summary": .string(summary), "description": .string("Needs the scope `\(scope.rawValue)`.")]
        let all = inPath + parameters + (showsPersonal ? [Operation.accessReason] : [])
        if !all.isEmpty { json["parameters"] = .array(all) }
        json["requestBody"] = body
        json["responses"] = .object(responses)
        return json
    }
}
