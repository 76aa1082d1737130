import ConfigurationFiles
import Foundation
import Providers
import Screening
import Testing

@testable import FairleadHost

@Suite("Secrets that a program prints")
struct SecretCommandTests {
    private static let environment = ["PATH": "/usr/bin:/bin"]

    private static func run(_ command: String) -> Result<String, SecretCommand.Failure> {
        Result { () throws(SecretCommand.Failure) in try SecretCommand(command).run(in: "/", environment: environment) }
    }

    private static func message(_ command: String) -> String {
        if case .failure(let failure) = run(command) { failure.message } else { "" }
    }

    @Test("What a program prints is the secret, without the line end; nothing is done by a shell")
    func printsASecret() throws {
        #expect(try Self.run("echo widget-1").get() == "widget-1")
        #expect(try Self.run("/bin/echo 'two words' \"and more\"").get() == "two words and more")
        #expect(try Self.run("echo $HOME * | cat").get() == "$HOME * | cat")
    }

    @Test("A program that fails is named, with what it said on standard error and never what it printed")
    func failureSaysWhy() {
        let message = Self.message("/bin/sh -c 'echo s3cret; echo no such key >&2; exit 3'")
        #expect(message.contains("/bin/sh") && message.contains("ended with 3") && message.contains("no such key"))
        #expect(!message.contains("s3cret"))
        #expect(Self.message("no-such-program-here").contains("is not there"))
        #expect(Self.message("true").contains("prints nothing"))
        #expect(Self.message("echo 'open").contains("quote"))
        #expect(Self.message(" ").contains("without a program"))
    }

    @Test("Of what it said on standard error the first line is kept, without what it printed and without what looks like a credential")
    func standardErrorIsScrubbed() {
        let said = "echo login failed: password=hunter22 token=sk4live9876543210abcd >&2; echo second >&2"
        let message = Self.message("/bin/sh -c 'echo hunter22; \(said); exit 1'")
        #expect(message.contains("login failed") && message.contains("password=…") && message.contains("token=…"), "\(message)")
        for secret in ["hunter22", "sk4live", "second"] { #expect(!message.contains(secret), "\(message)") }
    }

    @Test("How a secret's file is kept from others leaves it readable to the service")
    func hint() {
        #expect(FileTrust.hint(for: "/etc/key", owner: 0, user: 0) == "chmod 600 /etc/key")
        #expect(FileTrust.hint(for: "/etc/key", owner: 990, user: 990) == "chmod 600 /etc/key")
        #expect(FileTrust.hint(for: "/etc/key", owner: 0, user: 990).hasPrefix("chgrp GROUP /etc/key && chmod 640 /etc/key"))
    }

    @Test("check runs no program unless it is asked to, and says so; what cannot be run is a problem all the same")
    func checkRunsNothing() throws {
        func read(_ command: String, runs: Bool) throws -> (problems: [String], unasked: [[String]]) {
            let text = SettingsTests.good.replacing("${env:ZINC_API_KEY}", with: "\"${exec:\(command)}\"")
            let draft = try SettingsDraft(
                text: text,
                file: "/srv/fairlead/fairlead.yaml",
                environment: SettingsTests.environment,
                providers: Catalog.builtIn.map(\.manifest),
                runsPrograms: runs
            )
            return (draft.problems.problems.map(\.description), draft.unasked)
        }
        let marker = FileManager.default.temporaryDirectory.appending(path: "ran-\(UUID().uuidString)").path
        let silent = try read("/usr/bin/touch \(marker)", runs: false)
        #expect(silent.problems.isEmpty && silent.unasked == [["accounts", "zinc-uk", "api_key"]], "\(silent.problems)")
        #expect(!FileManager.default.fileExists(atPath: marker))
        #expect(try read("echo 'open", runs: false).problems.contains { $0.contains("quote") })
        #expect(try read("false", runs: true).problems.contains { $0.contains("ended with 1") })
    }

    @Test("A program that prints without end is stopped")
    func outputIsBounded() {
        #expect(Self.message("/bin/sh -c 'while :; do echo 0123456789; done'").contains("64 KiB"))
        // What it started goes on after it, and writes there still.
        #expect(Self.message("/bin/sh -c 'yes | cat; true'").contains("64 KiB"))
    }

    @Test("A file that others may write names no program that is run")
    func foreignFile() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "trust-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "fairlead.yaml").path
        #expect(FileTrust.objection(to: file) == nil)
        try "server: {}".write(toFile: file, atomically: true, encoding: .utf8)
        for (path, mode, isTrusted) in [(file, 0o640, true), (file, 0o666, false), (file, 0o600, true), (folder.path, 0o777, false)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            #expect((FileTrust.objection(to: file) == nil) == isTrusted, "\(path) \(mode)")
        }
    }

    @Test("A key of the settings may come from a program where it is a credential, and nowhere else")
    func onlyForCredentials() throws {
        let good = SettingsTests.good.replacing("${env:ZINC_API_KEY}", with: "\"${exec:echo zinc-key-from-a-vault}\"")
        let problems = SettingsTests.problems(good)
        #expect(problems.isEmpty, "\(problems)")
        let elsewhere = SettingsTests.problems(SettingsTests.good.replacing("port: 9090", with: "port: \"${exec:echo 9090}\""))
        #expect(elsewhere.contains { $0.contains("server.port") && $0.contains("for credentials") }, "\(elsewhere)")
        let failing = SettingsTests.problems(SettingsTests.good.replacing("${env:ZINC_API_KEY}", with: "\"${exec:false}\""))
        #expect(failing.contains { $0.contains("accounts.zinc-uk.api_key: the program false ended with 1") }, "\(failing)")
    }

    @Test("A secret's file that others can reach is told, and one for its owner alone is not")
    func exposedFile() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "exposed-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = folder.appending(path: "key").path
        try "zinc-key-in-a-file".write(toFile: key, atomically: true, encoding: .utf8)
        let text = SettingsTests.good.replacing("${env:ZINC_API_KEY}", with: "\"${file:\(key)}\"")
        for (mode, isExposed) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o644, true)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: key)
            let draft = try SettingsDraft(
                text: text,
                file: folder.appending(path: "fairlead.yaml").path,
                environment: SettingsTests.environment,
                providers: Catalog.builtIn.map(\.manifest)
            )
            #expect(draft.exposed.map(\.path) == (isExposed ? [["accounts", "zinc-uk", "api_key"]] : []), "mode \(mode)")
            let told = draft.settings.source?.exposed ?? []
            #expect(told.isEmpty == !isExposed)
            #expect(told.allSatisfy { $0.description.contains("chmod 600 \(key)") && !$0.description.contains("zinc-key") })
        }
    }
}
