import Foundation

/// The plugins that came with the program.
enum ShippedPlugins {
    /// Their folder: `plugins` beside the program or in a folder above it, or `share/fairlead/plugins` there. Nil where there is none.
    static var folder: String? {
        var place = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        while place.path != "/" {
            for name in ["plugins", "share/fairlead/plugins"] {
                let folder = place.appending(path: name).path
                if FileManager.default.fileExists(atPath: folder + "/webhook/plugin.yaml") { return folder }
            }
            place.deleteLastPathComponent()
        }
        return nil
    }
}
