public import ConfigurationFiles
import Foundation
public import Plugins
import Screening

extension Fixture {
    /// Reads a file's text: a fixture in YAML, or a bare body as an ATS sends it. Does no I/O.
    ///
    /// A body may hold anything, a member `hook` as well. So a fixture is what is called `.yaml`, or says which hook and what must come of it.
    /// - Throws: everything that is wrong with it, with lines.
    public init(text: String, file: String) throws(ConfigurationProblems) {
        let name = URL(filePath: file).deletingPathExtension().lastPathComponent
        guard Fixture.isFixture(text, file) else {
            self = Fixture.delivery(Array(text.utf8), name: name)
            self.file = file
            return
        }
        try self.init(yaml: LocatedYAML(text: text, file: file), name: name)
    }

    private static func isFixture(_ text: String, _ file: String) -> Bool {
        let isYAML = ["yaml", "yml"].contains(URL(filePath: file).pathExtension.lowercased())
        if let json = try? JSON(received: Array(text.utf8)) {
            return isYAML ? json["hook"] != nil : json["hook"]?.text != nil && json["expect"]?.members != nil
        }
        return isYAML || text.contains(/(?m)^\u{FEFF}?hook[ \t]*:/)
    }

    // What docs/fixtures.md explains.
    static let keys = ["hook", "input", "settings", "secrets", "connection", "now", "steps", "expect"]
    static let deliveryKeys = [
        "id", "kind", "received_at", "occurred_at", "method", "path", "params", "query", "headers", "body", "raw", "raw_base64",
    ]
    static let expectationKeys = ["result", "reason", "after", "orders", "reply", "error", "steps", "logs"]

    /// Reads a fixture.
    /// - Throws: everything that is wrong with it, at once.
    public init(yaml: LocatedYAML, name: String) throws(ConfigurationProblems) {
        let problems = ProblemList(yaml)
        let root = ObjectReader(yaml.json, at: [], keys: Fixture.keys, problems: problems)
        let hook = root.text("hook", required: true) ?? ""
        self.init(name: name, file: yaml.file, hook: hook, input: root["input"] ?? [:])
        readInput(root)
        if root["settings"] != nil { settings = .object(root.object("settings", keys: nil).members) }
        let given = root.object("secrets", keys: nil)
        for (name, _) in given.members.pairs { secrets[name] = given.text(name) }
        let connection = root.object("connection", keys: ["id", "accounts"])
        self.connection = connection.text("id")
        accounts = connection.texts("accounts")
        if let timestamp = root.text("now") {
            if let now = Timestamp(iso8601: timestamp) {
                self.now = now
            } else {
                root.problem("now", "must be a timestamp with its zone", hint: "Write it as 2026-01-02T03:04:05Z.")
            }
        }
        steps = Fixture.list(root, "steps").enumerated().compactMap { index, step in
            FixtureStep(reading: ObjectReader(step, at: ["steps", String(index)], keys: FixtureStep.keys, problems: problems))
        }
        readExpectation(root)
        try problems.check()
    }

    private mutating func readInput(_ root: ObjectReader) {
        guard let hook, Fixture.takesDelivery(hook) else {
            if input.members == nil, input.items == nil { root.problem("input", "must be an object, or a list of arguments") }
            return
        }
        let given = root.object("input", keys: Fixture.deliveryKeys)
        if ["body", "raw", "raw_base64"].count(where: { given.members[$0] != nil }) > 1 {
            given.problem(nil, "gives the body more than once", hint: "Keep one of body, raw and raw_base64.")
        }
    }

    private mutating func readExpectation(_ root: ObjectReader) {
        let given = root.object("expect", keys: Fixture.expectationKeys)
        expect.isMissing = given.members.pairs.isEmpty
        let word = given.choice("result", among: Result.allCases.map(\.rawValue))
        expect.result = word.flatMap(Result.init) ?? (given["error"] == nil ? .done : .failed)
        expect.reason = given.text("reason")
        expect.after = given["after"]
        if given["orders"] != nil { expect.orders = Fixture.list(given, "orders") }
        if given["logs"] != nil { expect.logs = Fixture.list(given, "logs") }
        expect.reply = given["reply"]
        if given["error"] != nil { expect.error = .object(given.object("error", keys: nil).members) }
        expect.calls = given.texts("steps")
    }

    private static func list(_ reader: ObjectReader, _ key: String) -> [JSON] {
        guard let value = reader[key] else { return [] }
        if let items = value.items { return items }
        reader.problem(key, "must be a list, not a \(value.kind)")
        return []
    }
}

extension Plugin {
    /// The plugin's fixtures, `fixtures/*.yaml`, by name. Reads its folder.
    /// - Throws: what is wrong with any of them.
    public func fixtures() throws(ConfigurationProblems) -> [Fixture] { try Fixture.all(in: folder + "/fixtures") }
}

extension Fixture {
    /// The fixtures in a folder, `*.yaml`, by name; none where there is no such folder. A link that leads out of the folder's own folder is refused.
    /// - Throws: what is wrong with any of them.
    public static func all(in folder: String) throws(ConfigurationProblems) -> [Fixture] {
        let place = URL(filePath: folder)
        let files = PluginFolder(place.deletingLastPathComponent().path)
        var fixtures: [Fixture] = []
        var problems: [ConfigurationProblem] = []
        for name in try files.files(under: place.lastPathComponent, ending: [".yaml", ".yml"]) where name.split(separator: "/").count == 2 {
            do throws(ConfigurationProblems) {
                guard let text = try files.text(of: name) else { continue }
                fixtures.append(try Fixture(text: text, file: files.path + "/" + name))
            } catch { problems += error.problems }
        }
        guard problems.isEmpty else { throw ConfigurationProblems(problems) }
        return fixtures
    }

    /// What a fixture is told that does not say what must come of it.
    static let missingExpectation = "is missing: say at least how the hook ends, as in expect: { result: done }, or run plugin test with --update"
}
