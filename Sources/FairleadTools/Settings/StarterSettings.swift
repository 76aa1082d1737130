import FairleadHost

/// What `fairlead init` writes: every key of the settings with its explanation, one account and one connection.
public enum StarterSettings {
    /// The environment variables that the file names.
    public static let variables = ["FAIRLEAD_KEY", "FAIRLEAD_ADMIN_TOKEN", "ZINC_API_KEY", "ZINC_SIGNING_TOKEN", "FIRST_SIGNING_SECRET"]

    /// The file's text. `Settings.read` takes it once its ``variables`` are set.
    public static let text = ([head] + SettingsField.sections.map(section) + [section(nil), loader]).joined(separator: "\n")

    private static let head = """
        # Fairlead's settings. `fairlead check` reads this file and says everything that is wrong with it.
        # ${env:NAME} stands for an environment variable, ${file:PATH} for a file's text; relative paths are relative to this file.
        # ${exec:PROGRAM ARGUMENT} stands for what a program prints, where a credential does.
        # Plain keys can also be set by the environment: FAIRLEAD_SERVER_PORT=9090 stands before server.port.
        # Keys behind a # have the value that holds without them, or an example.

        """

    /// A section with all its keys. Where none of them is written out, the section's own name is a comment, too.
    private static func section(_ name: String?) -> String {
        let fields = SettingsField.fields(of: name)
        let isComment = fields.allSatisfy { $0.starter == nil }
        let (mark, indent) = (isComment ? "# " : "", name == nil ? "" : "  ")
        var lines = name.map { ["\(mark)\($0):"] } ?? []
        for field in fields {
            lines += wrapped(field.note, to: 130).map { (isComment && name != nil ? mark : "") + "\(indent)# \($0)" }
            let key = field.path.last ?? ""
            let value = field.starter ?? field.example ?? field.initial ?? ""
            lines.append(field.starter == nil && !isComment ? "\(indent)# \(key): \(value)" : "\(mark)\(indent)\(key): \(value)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Text in lines of a given width, broken between words.
    private static func wrapped(_ text: String, to width: Int) -> [String] {
        text.split(separator: " ").reduce(into: [String]()) { lines, word in
            if let last = lines.last, last.count + word.count < width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
    }

    private static let loader = """
        accounts:
          # Credentials at a provider. Staging and production are separate accounts.
          zinc-staging:
            provider: zinc
            environment: staging
            # base_url: http://127.0.0.1:9000/zinc/partner/v2    # the stand-in of `fairlead simulate --port 9000`
            api_key: "${env:ZINC_API_KEY}"
            webhook_tokens: ["${env:ZINC_SIGNING_TOKEN}"]
            # poll: 15m

        connections:
          # One customer's use of an ATS plugin. It is called at /ats/first/hmac, with an HMAC of the body in X-Signature.
          first:
            plugin: webhook
            accounts: [zinc-staging]
            secrets:
              signing: "${env:FIRST_SIGNING_SECRET}"
            settings:
              # The provider's package when the payload names none.
              default_package: standard
            # script: custom/first.lua    # a change to the plugin's hooks, in a few lines of Lua

        """
}
