public import ConfigurationFiles
import FairleadHost
import Foundation
import Screening

/// Finds environment variables that look like Fairlead's and that nothing reads: mostly a setting whose name is misspelt.
public enum UnknownVariables {
    /// A warning for each, in the order of their names. Reads the file for the variables that it names itself.
    public static func warnings(_ environment: [String: String], file: String) -> [ConfigurationProblem] {
        let settings = SettingsField.all.compactMap(\.variable)
        let text = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let named = text.matches(of: /\$\{env:([^}]*)\}/).map { String($0.1) }
        let known = Set(settings + ["FAIRLEAD_URL", "FAIRLEAD_TOKEN", "FAIRLEAD_KEY"] + named)
        return environment.keys.sorted().filter { $0.hasPrefix("FAIRLEAD_") && !known.contains($0) }.compactMap { name in
            if isOfKubernetes(name, environment[name] ?? "") { return nil }
            let block = SettingsField.all.first { (["FAIRLEAD"] + $0.path).joined(separator: "_").uppercased() == name }
            let hint =
                block.map { "\($0.name) stands in the file only." }
                ?? suggestion(for: name, among: settings).map { "Did you mean \($0)?" }
                ?? "Where a setting of the file is meant, its name is FAIRLEAD_, section and key, as in FAIRLEAD_SERVER_PORT."
            return ConfigurationProblem(file: "environment", path: name, message: "nothing reads this variable", hint: hint)
        }
    }

    /// Whether it is what Kubernetes gives every container where there is a service called `fairlead`.
    private static func isOfKubernetes(_ name: String, _ value: String) -> Bool {
        value.hasPrefix("tcp://") || value.hasPrefix("udp://") || name.contains("_SERVICE_HOST") || name.contains("_SERVICE_PORT")
            || name.contains(/_PORT_\d+_(TCP|UDP)/)
    }
}
