import Screening

/// The schema of one view, by its name in the OpenAPI document. It stands beside the view that it describes.
///
/// Its objects are closed: what a view shows and its schema does not say is found by the tests, which hold every answer against the document.
struct Schema: Sendable {
    let name: String
    let json: JSON

    /// The schema of an object.
    /// - Parameters:
    ///   - always: the members that are always shown.
    ///   - sometimes: those that are left out where there is nothing to show, or where the caller may not see them.
    init(_ name: String, always: JSON, sometimes: JSON = [:], isOpen: Bool = false, _ description: String? = nil) {
        self.name = name
        json = .object(always: always, sometimes: sometimes, isOpen: isOpen, description)
    }

    /// The schema where another one refers to it.
    var reference: JSON { .reference(name) }
}
