import HTTPTypes
import Pipeline
import Screening

/// Finding something by whatever somebody has of it. By POST, for what is searched for must not stand in an address.
struct FindEndpoint: Sendable {
    let store: any Store
    let registry: Registry

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/find", .read, FindEndpoint.operation, isReading: true) { request, principal in
                let body = try request.object(["text", "orders", "delivery"])
                let connections = registry.connections.map(\.id).filter { principal.sees(connection: $0) }
                var finder = Finder(store: store, registry: registry, principal: principal, connections: connections)
                if let delivery = body["delivery"], !delivery.isNull {
                    try principal.require(.readPersonal)
                    let found = try await finder.find(try FindEndpoint.delivery(delivery))
                    return FindEndpoint.response(found.hits, isReceived: found.isReceived, found.leftOut)
                }
                let text = try body.optionalText("text", maximum: 500)?.trimmed ?? ""
                guard !text.isEmpty, !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
                    throw FieldProblem(path: "text", expected: "one line of text, or a delivery", found: "nothing that can be searched for")
                }
                finder.looksForOrders = try body["orders"]?.isNull ?? true ? true : body.optionalFlag("orders")
                return FindEndpoint.response(try await finder.find(text), isReceived: nil)
            }
        ]
    }

    private static func response(_ hits: [Finder.Hit], isReceived: Bool?, _ leftOut: Finder.LeftOut = Finder.LeftOut()) -> WireResponse {
        AuditedAct.current?.note("count", .int(Int64(hits.count)))
        let left: JSON = ["identifiers": .int(Int64(leftOut.identifiers)), "addresses": .int(Int64(leftOut.addresses))]
        return WireResponse(
            200,
            json: [
                "items": .array(hits.map(\.json)), "received": isReceived.map { .bool($0) } ?? .null, "left_out": leftOut.isEmpty ? .null : left,
            ]
        )
    }

    private static func delivery(_ json: JSON) throws -> Finder.Delivery {
        func wrong(_ path: String, _ expected: String, _ found: JSON?) -> FieldProblem {
            FieldProblem(path: "delivery" + path, expected: expected, found: found?.kind.withArticle ?? "nothing")
        }
        guard json.members != nil else { throw wrong("", "an object", json) }
        func texts(_ name: String) throws -> [String: String] {
            guard let given = json[name], !given.isNull else { return [:] }
            guard let members = given.members else { throw wrong("." + name, "an object of texts", given) }
            return Dictionary(members.pairs.map { (name == "headers" ? $0.name.lowercased() : $0.name, $0.value.text ?? "") }) { first, _ in first }
        }
        let body: [UInt8]
        switch (json["body"], json["body_base64"]) {
        case (.string(let text)?, _): body = Array(text.utf8)
        case (_, .string(let text)?):
            guard let bytes = [UInt8](base64: text) else { throw wrong(".body_base64", "base64", json["body_base64"]) }
            body = bytes
        default: throw wrong(".body", "text, or body_base64", json["body"])
        }
        return Finder.Delivery(
            method: try json.optionalText("method") ?? "POST",
            path: try json.optionalText("path", maximum: 8000),
            connection: try json.optionalText("connection"),
            account: try json.optionalText("account"),
            query: try texts("query"),
            headers: try texts("headers"),
            body: body
        )
    }

    private static let operation = Operation(
        summary: "Find something by an identifier, a name, an address, a telephone number, or by what was delivered",
        body: Operation.body(
            required: [:],
            optional: [
                "text": [
                    "type": "string",
                    "description": "What is searched for; anything but our own identifiers and names of the settings needs read_personal",
                ],
                "orders": [
                    "type": "boolean",
                    "description": "Whether orders are searched by the text, too; true if not given. For who has listed those that it finds",
                ],
                "delivery": [
                    "type": "object",
                    "description":
                        "A request as it was sent: body or body_base64, and as far as they are known method, path (behind the connection), connection or account, query, headers; needs read_personal",
                ],
            ]
        ),
        answers: [
            (
                200,
                JSON.object(always: [
                    "items": .list(of: Finder.Hit.schema.reference),
                    "received": [
                        "type": ["boolean", "null"],
                        "description":
                            "Whether the delivery was received; null for a text, and where too many events are about the same, one that may be it cannot be read here, or not all that it names was looked up",
                    ],
                    "left_out": Finder.LeftOut.schema.orNull,
                ])
            )
        ],
        problems: [400, 408, 413, 422]
    )
}
