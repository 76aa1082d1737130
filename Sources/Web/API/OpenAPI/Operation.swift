import Screening

/// How the OpenAPI document describes one endpoint.
struct Operation: Sendable {
    let summary: String
    var parameters: [JSON] = []
    var body: JSON?
    /// Statuses of success with the schema of what is answered.
    let answers: [(status: Int, schema: JSON)]
    let problems: [Int]

    /// A list in pages.
    static func list(_ summary: String, of schema: String, _ parameters: [JSON]) -> Operation {
        var operation = whole(summary, of: schema)
        operation.parameters = parameters
        return operation
    }

    /// A list that is always answered whole.
    static func whole(_ summary: String, of schema: String) -> Operation {
        let list: JSON = [
            "type": "object", "required": ["items", "next"],
            "properties": ["items": ["type": "array", "items": .reference(schema)], "next": ["type": ["string", "null"]]],
        ]
        return Operation(summary: summary, answers: [(200, list)], problems: [400])
    }

    /// One thing.
    static func show(_ summary: String, of schema: String) -> Operation {
        Operation(summary: summary, answers: [(200, .reference(schema))], problems: [404])
    }

    /// Something to be done; takes an `Idempotency-Key`.
    static func command(
        _ summary: String,
        _ status: Int,
        of schema: String,
        body: JSON = [:],
        required: [JSON] = [],
        also: Int? = nil
    ) -> Operation {
        let key: JSON = [
            "name": "Idempotency-Key", "in": "header", "description": "The same key and body give the first answer again for 24 hours",
            "schema": .anyText,
        ]
        let statuses = [status] + (also.map { [$0] } ?? [])
        var operation = Operation(
            summary: summary,
            parameters: [key],
            answers: statuses.map { ($0, .reference(schema)) },
            problems: [400, 403, 404, 409, 422, 503]
        )
        if body.members?.pairs.isEmpty == false {
            let schema: JSON = ["type": "object", "properties": body, "required": .array(required), "additionalProperties": false]
            operation.body = ["required": .bool(!required.isEmpty), "content": ["application/json": ["schema": schema]]]
        }
        return operation
    }

    /// Something to be done for everything that filters let through, a page at a time.
    /// - Parameters:
    ///   - members: the filters and the page.
    ///   - others: what else the body may hold.
    static func batch(_ summary: String, _ members: JSON, others: JSON = [:]) -> Operation {
        let outcome: JSON = [
            "type": "object", "required": ["done", "refused", "next"],
            "properties": ["done": ["type": "integer"], "refused": ["type": "integer"], "next": ["type": ["string", "null"]]],
        ]
        var properties = members
        for (name, schema) in others.members?.pairs ?? [] { properties[name] = schema }
        var operation = Operation(summary: summary, answers: [(202, outcome)], problems: [400, 403, 422, 503])
        let schema: JSON = ["type": "object", "properties": properties, "additionalProperties": false]
        operation.body = ["required": true, "content": ["application/json": ["schema": schema]]]
        return operation
    }

    /// The operation's object in the document.
    func json(path: String, scope: Scope) -> JSON {
        var responses = JSON.Members()
        for answer in answers {
            responses[String(answer.status)] = ["description": "Done", "content": ["application/json": ["schema": answer.schema]]]
        }
        for status in Set(problems + [401, 429]).sorted() { responses[String(status)] = ["$ref": "#/components/responses/Problem"] }
        let inPath = path.split(separator: "/").filter { $0.hasPrefix("{") }.map { part -> JSON in
            ["name": .string(String(part.dropFirst().dropLast())), "in": "path", "required": true, "schema": .anyText]
        }
        var json: JSON = ["summary": .string(summary), "description": .string("Needs the scope `\(scope.rawValue)`.")]
        if !(inPath + parameters).isEmpty { json["parameters"] = .array(inPath + parameters) }
        json["requestBody"] = body
        json["responses"] = .object(responses)
        return json
    }
}
