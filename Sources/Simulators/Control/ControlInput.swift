import HTTPTypes
import Screening

/// The body of a control request: JSON, or a form's fields as an object of texts.
struct ControlInput {
    let json: JSON
    let isForm: Bool

    /// Nil where the body is neither.
    init?(_ request: WireRequest) {
        isForm = request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") == true
        if isForm {
            let fields = WireRequest(.get, "/?" + String(decoding: request.body, as: UTF8.self)).query
            // An empty field of a form is one that was not filled in.
            json = JSON(texts: fields.filter { !$0.value.isEmpty })
        } else if request.body.isEmpty {
            json = [:]
        } else {
            guard let parsed = try? JSON(parsing: request.body) else { return nil }
            json = parsed
        }
    }
}
