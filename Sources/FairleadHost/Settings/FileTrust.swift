import Foundation

/// Whether a settings file may name programs to run: not one that somebody else may have written, such as that of a folder in which a command was given by
/// chance.
enum FileTrust {
    /// Why programs that a file names are not run; nil where they may be, and where there is no file.
    static func objection(to file: String) -> String? {
        let file = URL(filePath: file).resolvingSymlinksInPath()
        for path in [file.path, file.deletingLastPathComponent().path] {
            guard let found = try? FileManager.default.attributesOfItem(atPath: path),
                let mode = (found[.posixPermissions] as? NSNumber)?.uint32Value,
                let owner = (found[.ownerAccountID] as? NSNumber)?.uint32Value
            else { return nil }
            guard owner == geteuid() || owner == 0, mode & 0o022 == 0 else {
                return "is not asked of a program: others may write to \(path); have it belong to whoever runs this, or to root, alone (chmod go-w)"
            }
        }
        return nil
    }
}
