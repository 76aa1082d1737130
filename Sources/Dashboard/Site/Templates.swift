import Mustache
import Screening

/// What a template is filled with. A name that is missing is looked for in what surrounds it: give parts names of their own.
typealias Model = [String: Any]

/// The templates: every page names its own, in its own file.
///
/// Everything is escaped. What stands in a template with three braces is a slot for a part that was rendered already, and ``slots`` lists all of them.
enum Templates {
    /// Parts that were rendered already, by the names of their slots.
    static let slots: Set = ["content", "picture", "strip"]

    /// Every template by name.
    static let all: [String: String] = [
        Layout.templates, Parts.templates, SignInPage.templates, ProblemPage.templates, NowPage.templates, OrdersPage.templates, OrderPage.templates,
        CaseFile.templates,
    ]
    .reduce(into: OtherPages.templates) { all, own in all.merge(own) { $1 } }

    /// Renders a template; empty where there is none by that name, which a test rules out.
    static func render(_ name: String, _ model: Model) -> String { library.render(model, withTemplate: name) ?? "" }

    private static let library: MustacheLibrary = {
        var library = MustacheLibrary()
        for (name, text) in all { try? library.register(text, named: name) }
        return library
    }()

    /// The names of the templates that cannot be read.
    static var broken: [String] { all.keys.filter { library.getTemplate(named: $0) == nil }.sorted() }
}
