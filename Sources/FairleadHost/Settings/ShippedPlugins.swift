package import Foundation

/// The plugins that came with the program.
package enum ShippedPlugins {
    /// Their folder; nil where there is none: see ``folder(of:)``.
    package static var folder: String? { folder(of: URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()) }

    /// The folder of the plugins that came with a program: `plugins` beside it, or `../share/fairlead/plugins` where the program is in a `bin`; in the
    /// source tree that it was built in, the tree's own. Nowhere else: whoever may write to a folder further up need not be whoever put the program there.
    package static func folder(of program: URL) -> String? {
        let here = program.deletingLastPathComponent()
        var places = ["plugins"]
        if here.lastPathComponent == "bin" { places.append("../share/fairlead/plugins") }
        if here.lastPathComponent == "dist" { places.append("../plugins") }
        // SwiftPM builds into .build/TRIPLE/CONFIGURATION.
        let build = here.deletingLastPathComponent().deletingLastPathComponent()
        if build.lastPathComponent.hasPrefix(".build") { places.append("../../../plugins") }
        return places.map { here.appending(path: $0).standardizedFileURL.path }.first {
            FileManager.default.fileExists(atPath: $0 + "/webhook/plugin.yaml")
        }
    }
}
