import Plugins
import Screening

extension PluginManifest {
    static let schema = Schema(
        "Plugin",
        always: [
            "name": .anyText, "version": .anyText, "contract": .wholeNumber, "kind": .values(PluginManifest.Kind.self), "title": .anyText,
            "problem": Problem.schema.reference.orNull,
        ]
    )

    func view(problem: JSON?) -> JSON {
        [
            "name": .string(name), "version": .string(version), "contract": .int(Int64(contract)), "kind": .string(kind.rawValue),
            "title": .string(title), "problem": problem ?? .null,
        ]
    }
}
