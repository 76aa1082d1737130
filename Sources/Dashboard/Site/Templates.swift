import Mustache
import Screening

/// The templates: every page names its own, in its own file.
///
/// Everything is escaped. What stands in a template with three braces is a slot for a part that was rendered already, and ``slots`` lists all of them.
enum Templates {
    /// Parts that were rendered already, by the names of their slots.
    static let slots: Set = ["content", "picture", "strip"]

    /// Every template by name.
    static let all: [String: String] = [
        Layout.templates, HostNotice.templates, Parts.templates, SignInPage.templates, ProblemPage.templates, NowPage.templates, NowHistory.templates,
        OrdersPage.templates, KeptViews.templates, PastedDelivery.templates,
        OrderPage.templates, CaseFile.templates, ResolveDesk.templates, ReasonedSearch.templates, RunShadow.templates,
    ]
    .reduce(into: OtherPages.templates) { all, own in all.merge(own) { $1 } }

    /// Renders a template; empty where there is none by that name, which a test rules out.
    static func render(_ name: String, _ model: Model) -> String { library.render(model, withTemplate: name) ?? "" }

    private static let library: MustacheLibrary = {
        MustacheContentTypes.register(Markup(), named: Markup.name)
        var library = MustacheLibrary()
        // Said in every template: one that is a part of another does not have it from there.
        for (name, text) in all { try? library.register("{{% CONTENT_TYPE: \(Markup.name)}}" + text, named: name) }
        return library
    }()

    /// How values are escaped. The library's own way goes by characters, and what joins a `<` to what stands before it would hide it.
    private struct Markup: MustacheContentType {
        static let name = "MARKUP"

        func escapeText(_ text: String) -> String { text.htmlEscaped }
    }

    /// The names of the templates that cannot be read.
    static var broken: [String] { all.keys.filter { library.getTemplate(named: $0) == nil }.sorted() }
}
