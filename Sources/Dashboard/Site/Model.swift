import Mustache

/// What a template is filled with. A name that is missing is looked for in what surrounds it: give parts names of their own.
///
/// A struct and no dictionary: whether a dictionary has names to look in is found out anew for each name, which takes longer than looking.
struct Model: ExpressibleByDictionaryLiteral, MustacheParent {
    private var values: [String: Any]

    init(dictionaryLiteral elements: (String, Any)...) { values = Dictionary(uniqueKeysWithValues: elements) }

    subscript(_ name: String) -> Any? {
        get { values[name] }
        set { values[name] = newValue }
    }

    /// Takes in another model; what both have is as it says.
    mutating func merge(_ other: Model) { values.merge(other.values) { $1 } }

    /// Both together; what both have is as the other says.
    func merging(_ other: Model) -> Model {
        var all = self
        all.merge(other)
        return all
    }

    func child(named name: String) -> Any? { values[name] }
}
