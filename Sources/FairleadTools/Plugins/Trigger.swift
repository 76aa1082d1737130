import ConfigurationFiles
import FairleadHost
import Foundation
import HTTPTypes
import PluginTools
import Plugins
import Providers
public import Screening
import Web

/// Sends a fixture's delivery to a running host as the ATS would: signed as the plugin's manifest says, with the connection's own secret.
///
/// The host treats it as real: an order may be placed at the connection's account.
public struct Trigger: Sendable {
    /// What came back.
    public struct Response: Sendable {
        public let url: String
        /// The HTTP status.
        public let status: Int
        /// The body; null where it is no JSON.
        public let json: JSON
    }

    public let connection: String
    /// The accounts that it may order from and that are neither staging nor on this machine.
    public let production: [String]
    /// Whether the host is another than the settings describe: the kind of its accounts is then unknown here.
    public let isElsewhere: Bool
    private let delivery: SignedDelivery
    private let method: HTTPRequest.Method
    let url: String

    /// Makes the delivery ready. Sends nothing.
    /// - Parameters:
    ///   - settings: the settings file that the host runs on: it has the secret.
    ///   - fixture: a fixture's name in the connection's plugin, or a file: a fixture or a body in JSON.
    ///   - changes: values that stand in the body instead of the fixture's, by dotted path: a new id makes a new event of it.
    ///   - host: the host's address; nil for the one in the settings.
    ///   - path: the path after the connection; nil for the fixture's.
    /// - Throws: ``ConfigurationProblems`` where settings, connection, fixture or secret are not as they must be.
    public init(
        settings file: String,
        environment: [String: String],
        connection id: String,
        fixture name: String,
        changes: [(path: String, value: JSON)] = [],
        host: String? = nil,
        path: String? = nil
    ) throws {
        func problem(_ path: String, _ message: String, _ hint: String? = nil) -> ConfigurationProblems {
            ConfigurationProblems([ConfigurationProblem(file: file, path: path, message: message, hint: hint)])
        }
        let settings = try SettingsDraft(file: file, environment: environment, providers: Catalog.builtIn.map(\.manifest))
            .finished(for: id, sends: true)
        guard let connection = settings.connection(id) else {
            let known = settings.connections.map(\.id)
            let near = suggestion(for: id, among: known).map { "Did you mean \($0)?" }
            throw problem("connections", "there is no connection \(id)", near ?? "Known connections: \(known.joined(separator: ", ")).")
        }
        guard let plugin = try FoundPlugins(in: settings.pluginPaths).plugin(connection.plugin) else {
            throw problem("connections.\(id).plugin", "there is no plugin \(connection.plugin)")
        }
        let fixture = try Trigger.fixture(name, of: plugin)
        if let hook = fixture.hook, !Fixture.takesDelivery(hook) {
            let hint = "fairlead map \(id) shows what it does; to send, name a fixture of on_event or of a route."
            throw problem(name, "a fixture of \(hook) is no delivery of the ATS", hint)
        }
        let input = fixture.hookInput(for: fixture.hook ?? "on_event")
        let place = path ?? fixture.input["path"]?.text ?? input["path"]?.text ?? "/"
        guard let rule = plugin.manifest.inbound.first(for: place) else {
            throw problem(name, "no inbound path of \(plugin.name) matches \(place)", "Say which with --path.")
        }
        var headers: [String: String] = [:]
        for (name, value) in input["headers"]?.members?.pairs ?? [] { headers[name] = value.identifier }
        // The fixture's own proof is of another time and another secret.
        headers = rule.verification.withoutCredentials(headers).filter { !Trigger.proofs(of: rule.verification).contains($0.key) }
        headers["content-type"] = headers["content-type"] ?? "application/json"
        let now = SystemClock().now()
        let unique = "msg_\(now.milliseconds)"
        // Sent again it is to be another delivery, unless the body is what makes it one.
        if case .header(let name) = rule.dedupe.basis { headers[name] = unique }
        let body = try Trigger.body(input, changes, file: fixture.file)
        guard let delivery = rule.verification.sign(body, as: rule.body, headers: headers, secrets: connection.secrets, now: now, id: unique) else {
            let names = rule.verification.secretNames.joined(separator: ", ")
            throw problem("connections.\(id).secrets", "the secret \(names) is missing, or the body lacks what is signed")
        }
        self.connection = id
        self.delivery = delivery
        production = connection.accounts.filter { settings.account($0).map { !Trigger.isHarmless($0) } ?? true }
        let own = settings.server.localURL
        isElsewhere = host.map { $0.replacing(/\/+$/, with: "") != own && $0 != settings.server.publicURL && !Trigger.isHere($0) } ?? false
        method = HTTPRequest.Method(rawValue: input["method"]?.text ?? "POST") ?? .post
        let base = host ?? own
        let given = (input["query"]?.members?.pairs ?? []).compactMap { name, value in value.identifier.map { (name: name, value: $0) } }
        let proof = delivery.query.map { (name: $0.key, value: $0.value) }
        let query = FormEncoding.text(given.filter { delivery.query[$0.name] == nil } + proof)
        url = base.replacing(/\/+$/, with: "") + "/ats/\(id)" + place + (query.isEmpty ? "" : "?" + query)
    }

    /// Sends it. Calling twice sends twice; the host takes the second for a duplicate where the manifest says so.
    /// - Throws: ``APIProblem`` where no answer comes.
    public func send() async throws -> Response {
        let transport = HTTPTransport(maximumResponse: 8 << 20, allow: { _ in true })
        var fields = HTTPFields()
        for (name, value) in delivery.headers { if let name = HTTPField.Name(name) { fields[name] = value } }
        do {
            let response = try await transport.send(WireRequest(method, url, headers: fields, body: delivery.body))
            await transport.shutdown()
            return Response(url: url, status: response.status, json: response.json ?? .null)
        } catch let error as TransportError {
            await transport.shutdown()
            throw APIProblem(error, changes: true, at: APIClient(url: url, token: Secret(""), origins: .init(url: "--url"), transport: transport))
        }
    }

    /// Whether orders at an account reach nobody: staging, or a stand-in on this machine.
    private static func isHarmless(_ account: Account) -> Bool { account.environment == "staging" || isHere(account.baseURL) }

    /// Whether an address is this machine's own.
    private static func isHere(_ url: String) -> Bool {
        let host = URLParts(url)?.host ?? ""
        return host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    private static func fixture(_ name: String, of plugin: Plugin) throws -> Fixture {
        let inFolder = "fixtures/\(name)" + (name.hasSuffix(".yaml") ? "" : ".yaml")
        let inside = "\(plugin.folder)/\(inFolder)"
        let files = FileManager.default
        if !name.contains("/"), let text = try PluginFolder(plugin.folder).text(of: inFolder) { return try Fixture(text: text, file: inside) }
        guard let file = [inside, name].first(where: { files.fileExists(atPath: $0) }) else {
            let known = try plugin.fixtures().filter { Fixture.takesDelivery($0.hook ?? "on_event") }.map(\.name)
            let near = suggestion(for: name, among: known).map { "Did you mean \($0)?" }
            let hint = near ?? "Known: \(known.joined(separator: ", ")). A file's path will do, too."
            throw ConfigurationProblems([
                ConfigurationProblem(file: plugin.folder + "/fixtures", message: "there is no fixture \(name)", hint: hint)
            ])
        }
        guard let text = TextFile.text(of: file) else {
            throw ConfigurationProblems([ConfigurationProblem(file: file, message: "cannot be read as text")])
        }
        return try Fixture(text: text, file: file)
    }

    private static func body(_ input: JSON, _ changes: [(path: String, value: JSON)], file: String) throws -> [UInt8] {
        let bytes = input["raw_base64"]?.text.flatMap { [UInt8](base64: $0) } ?? Array((input["raw"]?.text ?? "").utf8)
        guard !changes.isEmpty else { return bytes }
        guard var json = try? JSON(received: bytes) else {
            throw ConfigurationProblems([ConfigurationProblem(file: file, message: "the body is not JSON, so nothing can be set in it")])
        }
        for (path, value) in changes { json.set(value, at: path) }
        return json.bytes()
    }

    /// The headers that a scheme proves by: they are made anew.
    private static func proofs(of verification: Verification) -> Set<String> {
        switch verification {
        case .hmac(let scheme): Set([scheme.header.name, scheme.timestamp?.header.name].compactMap(\.self))
        case .standardWebhooks(_, let prefix): StandardWebhooks.Header(prefix: prefix).all
        default: []
        }
    }
}
