import ConfigurationFiles
import Foundation

/// Reads the text of a settings file as a whole, or says why that cannot be done.
enum SettingsFile {
    /// The text, without a byte order mark.
    /// - Throws: one problem: the file is not there, is a folder, cannot be read, is no UTF-8 text, or changed while it was read.
    static func text(of file: String) throws(ConfigurationProblems) -> String {
        func problem(_ message: String, hint: String? = nil) -> ConfigurationProblems {
            ConfigurationProblems([ConfigurationProblem(file: file, message: message, hint: hint)])
        }
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), isFolder.boolValue {
            throw problem("the settings file is a folder", hint: "Name the file in it.")
        }
        let before = FileFingerprint.of([file])
        guard let data = FileManager.default.contents(atPath: file) else {
            throw problem("the settings file is not there or cannot be read", hint: "fairlead init writes a first one.")
        }
        // Half of an old text and half of a new one may well be valid.
        guard FileFingerprint.of([file]) == before else {
            throw problem("the settings file changed while it was read", hint: "Try again once it is written.")
        }
        guard let text = TextFile.text(data) else { throw problem("the settings file is not UTF-8 text") }
        return text
    }
}
