import ArgumentParser
import Foundation
import Screening
import Simulators
import Web

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Runs stand-ins for Zinc, WorkerChecks and an ATS, with a control page and faults on demand.",
        discussion: """
            Nothing here is real or secret: use it on this machine, for trying things out. Runs until SIGINT or SIGTERM.
            The host's settings need network: { allow: ["127.0.0.0/8"] } to call it.

            Examples:
              fairlead simulate --port 8090
              fairlead simulate --port 8090 --pace 5     orders go to their end, a stage every five seconds
            """
    )

    @Option(help: "The port to listen on; 0 for any free one.")
    var port: Int

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(
        help: ArgumentHelp("Seconds between two stages of an order; without it, orders move when the control page says so.", valueName: "seconds")
    )
    var pace: Double?

    @Option(help: ArgumentHelp("A key that the Zinc stand-in takes.", valueName: "key"))
    var zincKey: String?

    @Option(help: ArgumentHelp("What the Zinc stand-in signs webhooks with.", valueName: "token"))
    var zincSigningToken: String?

    @Option(help: ArgumentHelp("A widget secret that the WorkerChecks stand-in takes.", valueName: "secret"))
    var widgetSecret: String?

    @Flag(name: .customLong("json"), help: "Print addresses and credentials as JSON.")
    var isJSON = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port takes a number from 0 to 65535.") }
        if let pace, !(0.001...86_400).contains(pace) { throw ValidationError("--pace takes seconds, from 0.001 to 86400.") }
    }

    func run() async throws {
        let signals = Signals.stream(of: Signals.ending)
        let transport = HTTPTransport(allow: { _ in true })
        let site = SimulatorSite(settings, transport: transport)
        let server: RunningServer
        do { server = try await serve(handler: site, host: host, port: port) } catch let error as ListenError {
            await transport.shutdown()
            throw CommandFailure("Simulators \(error). Stop what listens there, or choose another --port.")
        }
        site.publicURL = "http://\(host == "0.0.0.0" ? "127.0.0.1" : host):\(server.port)"
        Terminal.say(isJSON ? SimulateText.json(site).string() : SimulateText.text(site))
        let simulatorTask = Task { await site.run() }
        for await _ in signals { break }
        let exitTask = Task { for await signal in signals { _exit(128 + signal) } }
        defer { exitTask.cancel() }
        simulatorTask.cancel()
        await server.stop()
        await transport.shutdown()
    }

    private var settings: SimulatorSettings {
        var settings = SimulatorSettings()
        settings.pace = pace.map { .milliseconds(Int64($0 * 1000)) }
        if let zincKey { settings.zinc.apiKeys = [Secret(zincKey)] }
        if let zincSigningToken { settings.zinc.signingToken = Secret(zincSigningToken) }
        if let widgetSecret { settings.workerChecks.widgetSecrets = [Secret(widgetSecret)] }
        return settings
    }
}
