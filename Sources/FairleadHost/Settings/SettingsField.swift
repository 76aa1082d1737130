import ConfigurationFiles
import Screening

/// One key of a settings file beyond accounts and connections: all that is known of it, in one place.
///
/// From the table of fields come what the reader takes, the environment variables, what a reload can apply, the file that `fairlead init` writes and the
/// reference. A new setting is a property of ``Settings`` and an entry of ``SettingsField/all``.
package struct SettingsField: Sendable {
    /// When a changed value holds.
    package enum Change: Sendable {
        /// As soon as a reload takes it over.
        case live
        /// After the next start.
        case restart
    }

    /// The key, with its section where it stands in one: `["server", "port"]`.
    package let path: [String]
    /// What may stand there, in words.
    package let values: String
    /// The default where the key is missing, as the file would write it; nil where there is none.
    package let initial: String?
    /// What `fairlead init` writes as its value; nil where it writes the key as a comment.
    package let starter: String?
    /// What `fairlead init` shows as its value in a comment.
    package let example: String?
    /// Whether it is a list: an environment variable separates its items by commas.
    package let isList: Bool
    /// Whether it is a credential.
    package let isSecret: Bool
    /// Whether it holds keys of its own: those only the file has.
    package let isBlock: Bool
    /// When a changed value holds.
    package let change: Change
    /// What it is for, in a sentence or two.
    package let note: String

    /// Reads the value of the key from its section.
    let read: @Sendable (_ section: ObjectReader, _ folder: String, inout Settings) -> Void
    /// A value as the file would write it; nil where there is none, or it is not shown.
    let text: @Sendable (Settings) -> String?
    /// The credentials that it holds; none for a key that holds something else.
    let secrets: @Sendable (Settings) -> [Secret]
    /// Whether two settings say the same.
    let isEqual: @Sendable (Settings, Settings) -> Bool

    /// A key whose value is always there.
    /// - Parameters:
    ///   - name: the key with its section: `server.port`.
    ///   - initial: what holds where it is missing, where the property's own value does not say it as a file would.
    init<Value: Equatable & Sendable>(
        _ name: String,
        _ value: any WritableKeyPath<Settings, Value> & Sendable,
        _ kind: SettingsKind<Value>,
        _ change: Change,
        initial: String? = nil,
        starter: String? = nil,
        example: String? = nil,
        _ note: String
    ) {
        path = name.split(separator: ".").map { String($0) }
        values = kind.values
        self.initial = initial ?? kind.text(Settings.initial(in: "/")[keyPath: value])
        self.starter = starter
        self.example = example
        isList = kind.isList
        isSecret = kind.isSecret
        isBlock = kind.isBlock
        self.change = change
        self.note = note
        let key = path.last ?? name
        read = { section, folder, settings in
            if let found = kind.read(section, key, folder) { settings[keyPath: value] = found }
        }
        text = { kind.text($0[keyPath: value]) }
        secrets = { settings in
            switch settings[keyPath: value] as Any {
            case let secret as Secret: [secret]
            case let several as [Secret]: several
            default: []
            }
        }
        isEqual = { $0[keyPath: value] == $1[keyPath: value] }
    }

    /// A key that may be missing.
    init<Value: Equatable & Sendable>(
        _ name: String,
        _ value: any WritableKeyPath<Settings, Value?> & Sendable,
        _ kind: SettingsKind<Value>,
        _ change: Change,
        initial: String? = nil,
        starter: String? = nil,
        example: String? = nil,
        _ note: String
    ) {
        self.init(name, value, kind.optional, change, initial: initial, starter: starter, example: example, note)
    }

    /// The key as problems and pages name it: `server.port`.
    package var name: String { path.joined(separator: ".") }

    /// The section that it stands in; nil for a key of the file itself.
    package var section: String? { path.count > 1 ? path[0] : nil }

    /// The environment variable that goes before the file; nil where only the file has it.
    package var variable: String? { isBlock ? nil : (["FAIRLEAD"] + path).joined(separator: "_").uppercased() }
}

extension SettingsField {
    /// The sections, in the order of the table.
    package static let sections: [String] = all.compactMap(\.section).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }

    /// The fields of a section, in the order of the table; of the file itself where it is nil.
    package static func fields(of section: String?) -> [SettingsField] { all.filter { $0.section == section } }
}
