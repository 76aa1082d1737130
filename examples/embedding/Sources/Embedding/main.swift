// A host inside another program: no network port, no plugin scripts that matter, a stand-in for Zinc that answers in memory.

import FairleadHost
import Foundation
import Logging
import Screening
import ScreeningTesting
import Simulators

var quiet = Logger(label: "embedding")
quiet.logLevel = .critical

// The stand-in for Zinc, and a transport that leads to it instead of to the network.
let transport = HandlerTransport()
var simulated = SimulatorSettings()
simulated.publicURL = "https://simulators.example.test"
simulated.pace = .milliseconds(200)
let site = SimulatorSite(simulated, transport: transport, logger: quiet)
transport.set(site, for: "simulators.example.test")

// Settings in code. The same can be read from a file with Settings.read.
let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-embedding-\(UUID().uuidString)")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
let plugins = URL(filePath: #filePath).appending(path: "../../../../../plugins").standardizedFileURL.path
var settings = Settings(store: .sqlite(path: folder.appending(path: "store.db").path), pluginPaths: [plugins])
settings.workers.isolation = .inProcess  // the only scripts here are the shipped ones
settings.accounts = [
    Account(
        id: "zinc-uk",
        provider: "zinc",
        environment: "staging",
        baseURL: "https://simulators.example.test/zinc/partner/v2",
        secrets: ["api_key": [Secret("simulated-zinc-key")], "webhook_tokens": [Secret("simulated-zinc-signing-token")]],
        polling: ProviderManifest.Polling(interval: .milliseconds(100))
    )
]
settings.connections = [
    Settings.ConnectionSettings(
        id: "acme",
        plugin: "webhook",
        accounts: ["zinc-uk"],
        secrets: ["signing": [Secret("not-used-here")]],
        settings: [:],
        script: nil
    )
]

var parts = Host.Parts(transport: transport, logger: quiet)
parts.listens = false
let host = try await Host(settings, parts)
let updates = host.updates()
let simulators = Task { await site.run() }
let running = Task { try await host.run() }

let placed = try await host.commands.place([
    "connection": "acme", "external_id": "application-101", "package": "pkg_1",
    "candidate": ["first_name": "Ana", "last_name": "Roe", "email": "ana@example.test"],
])
print("placed \(placed.order.id): \(placed.order.state.rawValue)")

for await update in updates {
    let outcome = update.order.outcome.map { " (\($0.rawValue))" } ?? ""
    print("\(update.previous.state.rawValue) → \(update.order.state.rawValue)\(outcome), by \(update.cause.rawValue)")
    if update.order.state.isFinal { break }
}

running.cancel()
simulators.cancel()
_ = await running.result
try? FileManager.default.removeItem(at: folder)
