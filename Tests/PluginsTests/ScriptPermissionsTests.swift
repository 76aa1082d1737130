import ConfigurationFiles
import Screening
import Synchronization
import Testing

@testable import Plugins

/// Whom scripts may call, and where secrets may go.
@Suite("Permissions of scripts")
struct ScriptPermissionsTests {
    private func manifest(secrets: String, http: String) throws -> PluginManifest {
        let text = """
            name: tried
            version: 1.0.0
            contract: 1
            kind: ats
            settings: { type: object, properties: { base: { type: string } } }
            secrets: { \(secrets) }
            permissions: { http: [\(http)] }
            """
        return try PluginManifest(yaml: LocatedYAML(text: text, file: "plugin.yaml"), folder: "tried")
    }

    private func url(_ text: String) throws -> URLParts { try #require(URLParts(text)) }

    private static let settings: JSON = ["base": "https://settings.example.test/v1"]
    private static let order: JSON = ["metadata": ["callback_url": "https://named.example.test/x", "made_up": "https://made-up.example.test/"]]
    private static let everything =
        #""https://api.example.test", "${settings.base}", "${order.metadata.callback_url}", "${request.back}", "${secret.hook}""#

    private func permissions(_ manifest: PluginManifest, hosts: [String]? = nil, additions: [String] = []) throws -> ScriptPermissions {
        ScriptPermissions(
            manifest,
            additions: try additions.map { try OriginPattern($0) },
            settings: Self.settings,
            callbackHosts: try hosts?.map { try #require(HostPattern($0)) },
            order: Self.order,
            destinations: ["https://named.example.test/x"],
            request: ["back": "https://request.example.test/"]
        )
    }

    @Test("By default a secret goes where the manifest or the settings say, and nowhere that an order, a delivery or another secret names")
    func defaultOrigins() throws {
        let given = try permissions(
            manifest(secrets: "key: {}, hook: {}", http: Self.everything),
            hosts: ["named.example.test", "request.example.test"]
        )
        for place in ["https://api.example.test/a", "https://settings.example.test"] {
            #expect(try given.permits(url(place)) && given.permits(secret: "key", to: url(place)))
        }
        for place in ["https://named.example.test/y", "https://request.example.test"] {
            #expect(try given.permits(url(place)) && !given.permits(secret: "key", to: url(place)))
        }
        for place in ["https://other.example.test", "http://api.example.test", "https://api.example.test:8443"] {
            #expect(try !given.permits(url(place)) && !given.permits(secret: "key", to: url(place)))
        }
    }

    @Test("What `to` names is the only place a secret goes")
    func namedOrigins() throws {
        let secrets = #"key: { to: ["${order.metadata.callback_url}"] }, none: { to: [] }, hook: {}"#
        let given = try permissions(manifest(secrets: secrets, http: Self.everything))
        #expect(try given.permits(secret: "key", to: url("https://named.example.test/z")))
        for place in ["https://api.example.test", "https://request.example.test", "https://settings.example.test"] {
            #expect(try !given.permits(secret: "key", to: url(place)))
        }
        for place in ["https://named.example.test", "https://api.example.test"] { #expect(try !given.permits(secret: "none", to: url(place))) }
    }

    @Test("A value that a script put into an order's metadata permits nothing")
    func madeUpValues() throws {
        let secrets = #"key: { to: ["${order.metadata.made_up}"] }, hook: {}"#
        let given = try permissions(manifest(secrets: secrets, http: #""${order.metadata.made_up}""#))
        #expect(try !given.permits(url("https://made-up.example.test/")) && !given.permits(secret: "key", to: url("https://made-up.example.test/")))
    }

    @Test(
        "What an order or a delivery names must be a callback host; other origins need not",
        arguments: [
            (["named.example.test"], true, false), (["*.example.test"], true, true), (["https://*.example.test"], true, true),
            (["http://*.example.test"], false, false), (["*.example.test:8443"], false, false),
            (["example.test", "*.named.example.test"], false, false),
            (["request.example.test:443"], false, true), ([], false, false),
            // Where nothing says so, only an administrator's order names an address.
            (nil, true, false),
        ] as [([String]?, Bool, Bool)]
    )
    func callbackHosts(_ hosts: [String]?, _ named: Bool, _ request: Bool) throws {
        let given = try permissions(manifest(secrets: "hook: {}", http: Self.everything), hosts: hosts)
        #expect(try given.permits(url("https://named.example.test/")) == named)
        #expect(try given.permits(url("https://request.example.test/")) == request)
        #expect(try given.permits(url("https://api.example.test/")) && given.permits(url("https://settings.example.test/")))
    }

    @Test("A delivery's body is decoded at most once, however many entries and calls look into it, and not where none does")
    func requestIsReadOnce() throws {
        let reads = Mutex(0)
        func given(_ http: String) throws -> ScriptPermissions {
            ScriptPermissions(
                try manifest(secrets: "hook: {}", http: http),
                settings: Self.settings,
                callbackHosts: [.any],
                request: {
                    reads.withLock { $0 += 1 }
                    return ["back": "https://request.example.test/"]
                }()
            )
        }
        let without = try given(#""https://api.example.test", "${secret.hook}""#)
        #expect(try !without.permits(url("https://request.example.test/")) && reads.withLock { $0 } == 0)
        let reading = try given(#""${request.none}", "${request.back}", "${secret.hook}""#)
        for _ in 0..<3 { #expect(try reading.permits(url("https://request.example.test/")) && !reading.permits(url("https://a.example.test/"))) }
        #expect(reads.withLock { $0 } == 1)
    }

    @Test(
        "What is no host is no callback host",
        arguments: ["", "*", "*.test", "a b", "https://", "x.test/path", "user@x.test", "*.1.2.3.4", "a.*.test"]
    )
    func callbackHostsAreHosts(_ text: String) { #expect(HostPattern(text) == nil) }

    @Test("A secret that is a URL may be called where the manifest names it, and its origin by nobody else")
    func secretURLs() throws {
        let given = try permissions(manifest(secrets: "key: {}, hook: {}, other: {}", http: Self.everything))
        let hook = try url("https://hooks.example.test/services/1")
        #expect(given.permits(hook, from: "hook") && !given.permits(hook) && !given.permits(hook, from: "other"))
        #expect(!given.permits(secret: "key", to: hook))
        #expect(throws: ConfigurationProblems.self) { try manifest(secrets: "key: {}", http: #""${secret.hook}""#) }
        #expect(throws: ConfigurationProblems.self) { try manifest(secrets: "hook: {}", http: #""https://${secret.hook}.example.test""#) }
    }

    @Test("An overlay's own secrets go where the connection's own permissions say; the plugin's do not")
    func overlays() throws {
        let given = try permissions(manifest(secrets: "key: {}, hook: {}", http: Self.everything), additions: ["https://own.example.test"])
        let own = try url("https://own.example.test/")
        #expect(given.permits(own) && given.permits(secret: "brought", to: own) && !given.permits(secret: "key", to: own))
        #expect(try !given.permits(secret: "brought", to: url("https://api.example.test")))
        #expect(try !given.permits(secret: "brought", to: url("https://named.example.test")))
    }
}
