import ArgumentParser
import FairleadHost
import FairleadTools
import Foundation
import Logging
import Screening
import ServiceLifecycle
import Simulators
import UnixSignals
import Web

/// `fairlead demo`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Walk two orders from an ATS to Zinc and to WorkerChecks, and back, on this machine alone.",
        discussion: """
            Starts stand-ins for Zinc, WorkerChecks and an ATS, and a host, in a temporary folder. Nothing leaves the loopback interface.

            Examples:
              fairlead demo          about half a minute, then everything is gone
              fairlead demo --keep   stays up until Ctrl-C: look round
            """
    )

    @Flag(help: "Stay up when both orders are finished, with everything they left behind.")
    var keep = false

    func run() async throws {
        guard let plugins = ShippedPlugins.folder else {
            throw CommandFailure(
                "The plugins that come with Fairlead are missing: put them into plugins beside the program, or into ../share/fairlead/plugins from its bin."
            )
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-demo-\(UUID().uuidString.prefix(8).lowercased())")
        do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
            throw CommandFailure("The folder \(folder.path) cannot be made: set TMPDIR to one that you may write to.")
        }
        defer { if !keep { try? FileManager.default.removeItem(at: folder) } }
        var quiet = Logger(label: "fairlead.demo")
        quiet.logLevel = .critical

        let transport = HTTPTransport(allow: { $0.bytes.first == 127 })
        var simulated = SimulatorSettings()
        simulated.pace = .seconds(2)
        let site = SimulatorSite(simulated, transport: transport, logger: quiet)
        let simulators = try await serve(handler: site, logger: quiet)
        site.publicURL = "http://127.0.0.1:\(simulators.port)"

        let port = try freePort()
        let file = folder.appending(path: "fairlead.yaml")
        try DemoSettings.text(port: port, simulators: simulators.port, plugins: plugins).write(to: file, atomically: true, encoding: .utf8)
        let settings = try Settings.read(file: file.path, environment: [:], providers: Host.Parts().providers.map(\.manifest))
        let code = SignInCode(SystemRandom())
        var parts = Host.Parts(reloadCheck: FixtureCheck(), logger: quiet)
        parts.signInCode = code
        parts.rehearsal = RunShadow()
        let host = try await Host(settings, parts)

        let simulatorTask = Task { await site.run() }
        let group = ServiceGroup(services: [host], gracefulShutdownSignals: keep ? [.sigint, .sigterm] : [], logger: quiet)
        let running = Task { try await group.run() }
        _ = try await host.port()
        let finished = await Demonstration(host: host, site: site, port: port).run()
        if finished, keep {
            Terminal.say("\nMore candidates are ordered for, so that there is something to see …")
            await DemoStory(host: host, site: site, port: port).tell()
            Terminal.say("\nStill up. Dashboard          http://127.0.0.1:\(port)/login#code=\(code.value)")
            Terminal.say("                             (that address signs in once; after that with the token)")
            Terminal.say("          API                http://127.0.0.1:\(port)/   (token: \(DemoSettings.adminToken))")
            Terminal.say("          Simulators         http://127.0.0.1:\(simulators.port)/")
            Terminal.say("          Settings and store \(folder.path)")
            Terminal.say("Ctrl-C ends it.")
        } else {
            await group.triggerGracefulShutdown()
        }
        try await running.value
        simulatorTask.cancel()
        await simulators.stop()
        await transport.shutdown()
        if !finished { throw ExitCode(1) }
    }

    /// A port that nobody listens on at this moment.
    private func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw CommandFailure("no free port was found on 127.0.0.1") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
