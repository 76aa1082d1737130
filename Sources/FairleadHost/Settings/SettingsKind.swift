import ConfigurationFiles
import Foundation
import Plugins
import Screening

/// How values of one kind are read from a settings file and written as in one.
struct SettingsKind<Value: Sendable>: Sendable {
    /// What may stand there, in words.
    let values: String
    var isList = false
    var isSecret = false
    var isBlock = false
    /// The value under a key; nil where it is missing, or is wrong and a problem has been noted. Paths are relative to the folder.
    let read: @Sendable (_ section: ObjectReader, _ key: String, _ folder: String) -> Value?
    /// A value as the file would say it; nil where there is nothing to say.
    let text: @Sendable (Value) -> String?

    /// The same for a value that may be missing.
    var optional: SettingsKind<Value?> {
        SettingsKind<Value?>(
            values: values,
            isList: isList,
            isSecret: isSecret,
            isBlock: isBlock,
            read: { read($0, $1, $2).map { .some($0) } },
            text: { $0.flatMap(text) }
        )
    }

    /// One of the words of an enumeration.
    static func word() -> SettingsKind where Value: RawRepresentable<String> & CaseIterable {
        let words = Value.allCases.map(\.rawValue)
        return SettingsKind(
            values: words.map { "`\($0)`" }.joined(separator: " or "),
            read: { section, key, _ in section.choice(key, among: words).flatMap(Value.init) },
            text: { $0.rawValue }
        )
    }
}

extension SettingsKind<String> {
    /// Text as it is.
    static var text: SettingsKind { SettingsKind(values: "text", read: { section, key, _ in section.text(key) }, text: { $0 }) }

    /// The address that paths are appended to, without a trailing slash.
    static var baseURL: SettingsKind { SettingsKind(values: "an http or https URL", read: { section, key, _ in section.baseURL(key) }, text: { $0 }) }

    /// A folder, by its path, that is made where it is not there.
    static var newFolder: SettingsKind {
        SettingsKind(values: "a path", read: { section, key, folder in section.text(key).map { FilePath.absolute($0, in: folder) } }, text: { $0 })
    }

    /// A program, by its path.
    static var program: SettingsKind {
        SettingsKind(
            values: "a path",
            read: { section, key, folder in
                guard let path = section.text(key).map({ FilePath.absolute($0, in: folder) }) else { return nil }
                if !FileManager.default.isExecutableFile(atPath: path) { section.problem(key, "there is no program of that name") }
                return path
            },
            text: { $0 }
        )
    }
}

extension SettingsKind<Int> {
    /// A whole number.
    static func integer(_ range: ClosedRange<Int>) -> SettingsKind {
        SettingsKind(
            values: "\(range.lowerBound)–\(range.upperBound)",
            read: { section, key, _ in section.integer(key, in: range) },
            text: { String($0) }
        )
    }

    /// A number of bytes.
    static func size(_ range: ClosedRange<Int>) -> SettingsKind {
        let (least, limit) = (ByteCount.text(range.lowerBound), ByteCount.text(range.upperBound))
        return SettingsKind(
            values: "bytes, `KiB`, `MiB` or `GiB`; \(least)–\(limit)",
            read: { section, key, _ in
                guard let value = section[key] else { return nil }
                if let bytes = value.integer.map({ Int($0) }) ?? value.text.flatMap(ByteCount.bytes), range.contains(bytes) { return bytes }
                section.problem(key, "must be a size from \(least) to \(limit): whole bytes, or such as 512KiB or 64MiB")
                return nil
            },
            text: ByteCount.text
        )
    }

    /// How many workers: a number, or as the host chooses.
    static var workerCount: SettingsKind {
        SettingsKind(
            values: "`auto`, or 1–256",
            read: { section, key, _ in section[key] == "auto" ? nil : section.integer(key, in: 1...256) },
            text: { String($0) }
        )
    }
}

extension SettingsKind<Bool> {
    /// Yes or no. An environment variable gives it as text.
    static var yesOrNo: SettingsKind {
        SettingsKind(
            values: "`true` or `false`",
            read: { section, key, _ in
                guard let text = section[key]?.text else { return section.boolean(key) }
                if !["true", "false"].contains(text) { section.problem(key, "must be true or false") }
                return text == "true"
            },
            text: { $0 ? "true" : "false" }
        )
    }
}

extension SettingsKind<Duration> {
    /// A time.
    static func duration(_ range: ClosedRange<Duration>) -> SettingsKind {
        let (least, limit) = (range.lowerBound.short, range.upperBound.short)
        return SettingsKind(
            values: "a time such as `90s`, `15m`, `8h` or `3d`; \(least)–\(limit)",
            read: { section, key, _ in section.duration(key, in: range) },
            text: { $0.short }
        )
    }
}

extension SettingsKind<Duration> {
    /// How old something may become; nothing where it may become any age.
    static var age: SettingsKind {
        SettingsKind(
            values: "a time such as `90d`, `12w` or `2y`, from a day on; `none`: for as long as the store is",
            read: { section, key, _ in section.age(key) ?? nil },
            text: { $0.short }
        )
    }
}

extension SettingsKind<Secret> {
    /// A credential.
    static var secret: SettingsKind {
        SettingsKind(values: "text", isSecret: true, read: { section, key, _ in section.secret(key) }, text: { _ in nil })
    }
}

extension SettingsKind<[Secret]> {
    /// Keys that the store is sealed with.
    static var encryptionKeys: SettingsKind {
        SettingsKind(
            values: "a list",
            isList: true,
            isSecret: true,
            read: { section, key, _ in
                section.texts(key)?.enumerated().map { index, text in
                    if [UInt8](base64: text)?.count != 32 {
                        let path = section[key]?.items == nil ? section.path + [key] : section.path + [key, String(index)]
                        section.problems.add(at: path, "must be base64 of 32 bytes", hint: "fairlead key new prints one.")
                    }
                    return Secret(text)
                }
            },
            text: { _ in nil }
        )
    }
}

extension SettingsKind<[String]> {
    /// Folders, which must be there where they are named.
    static var folders: SettingsKind {
        SettingsKind(
            values: "a list of paths",
            isList: true,
            read: { section, key, folder in
                section.texts(key)?.map { path in
                    let absolute = FilePath.absolute(path, in: folder)
                    var isFolder: ObjCBool = false
                    let isThere = FileManager.default.fileExists(atPath: absolute, isDirectory: &isFolder) && isFolder.boolValue
                    if !isThere { section.problem(key, "there is no folder \(path)", hint: SettingsKind.advice(key)) }
                    return absolute
                }
            },
            text: { "[\($0.joined(separator: ", "))]" }
        )
    }

    private static func advice(_ key: String) -> String? {
        key == "paths" && ShippedPlugins.folder != nil ? "Make it, or leave \(key) out: the plugins that came with the program are then found." : nil
    }
}

extension SettingsKind<[AddressRange]> {
    /// Ranges of addresses.
    static var addressRanges: SettingsKind {
        SettingsKind(
            values: "a list of CIDR ranges and addresses",
            isList: true,
            read: { section, key, _ in
                section.texts(key)?.compactMap { text in
                    let range = AddressRange(text)
                    if range == nil {
                        section.problem(key, "\(text) is no range of addresses", hint: "Write 127.0.0.0/8, fd00::/8 or a single address.")
                    }
                    return range
                }
            },
            text: { "[\($0.map(\.description).joined(separator: ", "))]" }
        )
    }
}

extension SettingsKind<Settings.StoreLocation> {
    /// Where the store is.
    static var store: SettingsKind {
        SettingsKind(
            values: "a URL",
            read: { section, key, folder in
                guard let url = section.text(key) else { return nil }
                if url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") { return .postgres(url: Secret(url)) }
                let path = url.hasPrefix("sqlite:") ? String(url.dropFirst(7)) : ""
                if path.isEmpty { section.problem(key, "must be sqlite:FILE or postgres://USER@HOST/DATABASE") }
                return .sqlite(path: FilePath.absolute(path, in: folder))
            },
            text: { _ in nil }
        )
    }
}

extension SettingsKind<[ScriptLimits.Name: Int]> {
    /// Caps for what a run of a script may use.
    static var scriptLimits: SettingsKind {
        SettingsKind(
            values: "limits by name",
            isBlock: true,
            read: { section, key, _ in section[key] == nil ? nil : section.limits(key) },
            text: { _ in nil }
        )
    }
}
