import Screening
import Testing

@testable import FairleadHost

@Suite("Secrets that can be guessed, and stores in clear") struct GuessableSecretTests {
    @Test(
        "A token that is short, repeated, a sequence or a usual word is refused with what to do",
        arguments: [
            "a", "short-token", "aaaaaaaaaaaaaaaa", "abababababababab", "abcdefghijklmnop", "1234567890123456", "passwordpassword",
            "Password-Password-1",
        ]
    ) func tokens(_ token: String) {
        let found = SettingsTests.problems("admin: { token: \"\(token)\" }", [:])
        #expect(found.count == 1 && found[0].hasPrefix("fairlead.yaml:1: admin.token: ") && found[0].contains("openssl rand"), "\(found)")
        #expect(found.allSatisfy { !$0.contains(token) || token.count < 3 })
    }

    @Test("A token of enough different characters is taken", arguments: ["test-admin-token", "q7Jx0o5m3cV9", "admin-token-1"])
    func goodTokens(_ token: String) {
        #expect(SettingsTests.problems("admin: { token: \(token) }", [:]) == [])
    }

    @Test("A token that stands in the examples is refused where others reach the host, and taken on loopback")
    func exampleTokens() {
        let text = "admin: { token: quickstart-admin-token }\n"
        #expect(SettingsTests.problems(text, [:]) == [])
        let found = SettingsTests.problems(text + "server: { host: 0.0.0.0 }\nencryption: { keys: [\(SettingsTests.key)] }\n", [:])
        #expect(found.count == 1 && found[0].contains("stands in the examples"), "\(found)")
    }

    @Test(
        "A key that can be guessed is refused",
        arguments: [
            Array(repeating: 0, count: 32), Array(repeating: 7, count: 32), (0..<32).map { UInt8($0) }, (0..<32).map { UInt8(255 - $0) },
            Array("0123456701234567".utf8) + Array("0123456701234567".utf8),
            Array("correcthorsecorrecthorsecorrecth".utf8.prefix(10)) + Array(repeating: 1, count: 22),
        ] as [[UInt8]]
    ) func keys(_ key: [UInt8]) {
        let found = SettingsTests.problems("encryption: { keys: [\(key.base64)] }")
        #expect(found.count == 1 && found[0].contains("encryption.keys.0") && found[0].contains("fairlead key new"), "\(found)")
    }

    @Test("Keys that are random are taken")
    func randomKeys() {
        for _ in 0..<200 { #expect(GuessableSecret.problem(key: SystemRandom().bytes(32)) == nil) }
    }

    @Test(
        "Without a key the host does not serve an address that others reach, unless the settings say so",
        arguments: ["https://screening.example.test", "https://127.evil.example.test", "http://10.0.0.1:8080", "http://localhost.example.test"]
    ) func clear(_ address: String) {
        let text = "server: { public_url: \"\(address)\" }\n"
        #expect(SettingsTests.problems(text).first?.contains("encryption.keys") == true)
        #expect(SettingsTests.problems(text + "encryption: { allow_unsealed: true }\n") == [])
        #expect(SettingsTests.problems(text + "encryption: { keys: [\(SettingsTests.key)] }\n") == [])
    }

    @Test(
        "An address of this machine alone needs no key",
        arguments: ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080", "http://127.9.9.9"]
    )
    func loopback(_ address: String) {
        #expect(SettingsTests.problems("server: { public_url: \"\(address)\" }\n") == [])
    }

    @Test(
        "A name that begins like a loopback address is none",
        arguments: ["127.evil.example.test", "localhost.evil.test", "128.0.0.1", "::2", "127.0.0.1.evil.test"]
    )
    func notLoopback(_ host: String) {
        #expect(!Settings.Server(host: host).isLoopback)
        #expect(SettingsTests.problems("server: { host: \"\(host)\" }\n").first?.contains("reachable from other machines") == true)
    }
}

extension Settings.Server {
    fileprivate init(host: String) {
        self.init()
        self.host = host
    }
}
