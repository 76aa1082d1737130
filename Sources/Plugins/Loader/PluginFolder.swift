package import ConfigurationFiles
import Foundation

/// A plugin's folder on disk. A link that leads out of it is refused, and what is no plain file: its scripts and fixtures must not show what else this
/// machine holds.
package struct PluginFolder {
    /// The largest file that is read.
    private static let largest = 4 << 20

    package let path: String
    private let real: String

    package init(_ path: String) {
        self.path = path
        real = Self.real(path) ?? path
    }

    /// The text of one of its files; nil where there is none of that name.
    /// - Throws: ``ConfigurationProblems`` where it leads out of the folder or cannot be read as text.
    package func text(of file: String) throws(ConfigurationProblems) -> String? {
        let full = path + "/" + file
        guard Self.kind(full, following: false) != nil else { return nil }
        let target = try inside(file)
        guard Self.kind(target) == S_IFREG, let text = Self.content(target).flatMap({ TextFile.text(Data($0)) }) else {
            throw ConfigurationProblems([ConfigurationProblem(file: full, message: "cannot be read as text")])
        }
        return text
    }

    /// Its files with one of these endings, by their paths from it, in order; those of a link to another place inside it, too.
    /// - Parameter folder: the folder in it to begin at; empty for all.
    /// - Throws: ``ConfigurationProblems`` naming each link that leads out.
    package func files(under folder: String = "", ending endings: [String]) throws(ConfigurationProblems) -> [String] {
        var (found, problems, entered): ([String], [ConfigurationProblem], Set<String>) = ([], [], [])
        func walk(_ folder: String, _ target: String) {
            // A folder that links to one above it would have no end.
            guard entered.insert(target).inserted else { return }
            for name in ((try? FileManager.default.contentsOfDirectory(atPath: target)) ?? []).sorted() where !name.hasPrefix(".") {
                let file = folder.isEmpty ? name : folder + "/" + name
                let isWanted = endings.contains { name.hasSuffix($0) }
                // What is no link stands where its folder does: there are hundreds of fixtures, and asking where each really is takes a start's time.
                switch Self.kind(target + "/" + name, following: false) {
                case S_IFDIR: walk(file, target + "/" + name)
                case S_IFLNK:
                    do throws(ConfigurationProblems) {
                        let target = try inside(file)
                        if Self.kind(target) == S_IFDIR { walk(file, target) } else if isWanted { found.append(file) }
                    } catch { problems += error.problems }
                default: if isWanted { found.append(file) }
                }
            }
        }
        if folder.isEmpty {
            walk(folder, real)
        } else if Self.kind(path + "/" + folder, following: false) != nil {
            walk(folder, try inside(folder))
        }
        guard problems.isEmpty else { throw ConfigurationProblems(problems) }
        return found.sorted()
    }

    /// Where one of its files really is.
    private func inside(_ file: String) throws(ConfigurationProblems) -> String {
        guard let target = Self.real(path + "/" + file) else {
            throw problem(file, "is a link to nothing", hint: "Remove it, or put the file in its place.")
        }
        guard target == real || target.hasPrefix(real + "/") else {
            throw problem(file, "is a link that leads out of the plugin's folder", hint: "Copy what it leads to into the folder.")
        }
        return target
    }

    private func problem(_ file: String, _ message: String, hint: String) -> ConfigurationProblems {
        ConfigurationProblems([ConfigurationProblem(file: path + "/" + file, message: message, hint: hint)])
    }

    private static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// - Parameter following: whether of a link to tell the kind of what it leads to.
    private static func kind(_ path: String, following: Bool = true) -> mode_t? {
        var facts = stat()
        return (following ? stat(path, &facts) : lstat(path, &facts)) == 0 ? facts.st_mode & S_IFMT : nil
    }

    private static func content(_ path: String) -> [UInt8]? {
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: largest + 1) else { return nil }
        return data.count > largest ? nil : Array(data)
    }
}
