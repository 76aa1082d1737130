import Screening

extension Event {
    /// The event as scripts get it. The body goes in raw; the prelude decodes it.
    func scriptInput(parameters: [String: String]) -> JSON {
        let received = request.value
        var input: JSON = [
            "id": .string(id), "kind": .string(kind.rawValue), "received_at": JSON(firstReceivedAt), "occurred_at": JSON(occurredAt),
            "method": .string(received.method),
            "path": .string(received.path), "params": JSON(texts: parameters), "query": JSON(texts: received.query),
            "headers": JSON(texts: received.headers),
        ]
        if let text = String(validating: received.body, as: UTF8.self) {
            input["raw"] = .string(text)
        } else {
            input["raw_base64"] = .string(received.body.base64)
        }
        return input
    }
}
