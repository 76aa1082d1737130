public import Screening

/// A delivery on its way to a script: the event's members with the body as received, in `raw` or `raw_base64`.
public enum Delivery {
    /// The delivery with its body read, as scripts get it.
    ///
    /// JSON that stands there plainly is read by the script's worker (`reads`), by the same rules; what is coded, or a form, is read here (`body`).
    /// - Parameters:
    ///   - format: how the plugin takes the body.
    ///   - needsBody: whether there must be one. A route may be called without.
    /// - Throws: ``UnreadableBody``: no script runs on what could not be read.
    public static func readingBody(of delivery: JSON, as format: BodyFormat, needsBody: Bool) throws(UnreadableBody) -> JSON {
        let request = ReceivedRequest(
            method: "",
            path: "",
            headers: Dictionary((delivery["headers"]?.members?.pairs ?? []).map { ($0.name, $0.value.text ?? "") }) { first, _ in first },
            body: delivery["raw_base64"]?.text.flatMap { [UInt8](base64: $0) } ?? Array((delivery["raw"]?.text ?? "").utf8)
        )
        let body = try ReceivedBody(request, as: format)
        let value = body.value.flatMap { $0.isNull ? nil : $0 }
        guard value != nil || !needsBody || format == .text else { throw UnreadableBody.nothing(format) }
        var delivery = delivery
        if let value {
            if body.isPlainJSON { delivery["reads"] = true } else { delivery["body"] = value }
        }
        return delivery
    }

    /// What the body of a delivery says, as far as it can be read: for what a request names, such as where its answers go.
    public static func body(of delivery: JSON) -> JSON? {
        delivery["body"] ?? delivery["raw"]?.text.flatMap { try? JSON(received: Array($0.utf8)) }
    }
}
