import Foundation

/// Whom files belong to, and who else reads or writes them.
///
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

    /// How others can read a file with a secret in it, and what to do; nil where they cannot, and where there is no file. That the group of a file of root's reads
    /// it is how a service that is not root gets it.
    static func exposure(of file: String) -> (why: String, hint: String)? {
        let file = URL(filePath: file).resolvingSymlinksInPath().path
        guard let found = try? FileManager.default.attributesOfItem(atPath: file),
            let mode = (found[.posixPermissions] as? NSNumber)?.uint32Value,
            let owner = (found[.ownerAccountID] as? NSNumber)?.uint32Value
        else { return nil }
        guard owner == geteuid() || owner == 0 else {
            return ("comes from \(file), which belongs to another user (\(owner))", "Have it belong to whoever runs this, or to root.")
        }
        let others: UInt32 = owner == 0 && geteuid() != 0 ? 0o007 : 0o077
        guard mode & others != 0 else { return nil }
        let why = "comes from \(file), which others than its owner can reach (mode 0\(String(mode & 0o777, radix: 8)))"
        return (why, hint(for: file, owner: owner, user: geteuid()))
    }

    /// How a file is kept from others, and read all the same by the user who runs this.
    static func hint(for file: String, owner: UInt32, user: UInt32) -> String {
        guard owner == 0, user != 0 else { return "chmod 600 \(file)" }
        return "chgrp GROUP \(file) && chmod 640 \(file), where GROUP is that of whoever runs this"
    }
}
