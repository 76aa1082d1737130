import FairleadHost
import Providers
import Screening
import Stores

/// The way to a store for those who have the settings file: the store itself, or, where a running host has it for itself, that host with `admin.token`.
struct StoreOrHost: Sendable {
    let settings: Settings
    private let address: String

    /// Opens nothing.
    /// - Parameter host: the running host's address; nil for `FAIRLEAD_URL`, else what the settings say.
    /// - Throws: ``ConfigurationProblems``.
    init(settings file: String, environment: [String: String], host: String? = nil) throws {
        settings = try Settings.read(file: file, environment: environment, providers: Catalog.builtIn.map(\.manifest))
        address = host ?? settings.address(environment)
    }

    /// Does the one or the other.
    /// - Parameter makesStore: whether an empty store is made where there is none.
    /// - Throws: ``StoreError`` where neither the store nor a host can be had: why the store cannot.
    func either<Value>(
        makesStore: Bool,
        _ work: (any Store) async throws -> Value,
        host ask: (APIClient) async throws -> Value
    ) async throws -> Value {
        let store: any Store
        do {
            if !makesStore { try await StoreURL.requireStore(at: settings.store.url, relativeTo: "/") }
            store = try await settings.store.open(keys: settings.encryptionKeys, clock: SystemClock(), random: SystemRandom())
        } catch StoreError.unavailable(let why) {
            guard let token = settings.adminToken else { throw StoreError.unavailable(why) }
            let client = APIClient(url: address, token: token, origins: APIClient.Origins(url: "--url", token: "admin.token"))
            do {
                let response = try await ask(client)
                await client.close()
                return response
            } catch {
                await client.close()
                // Where nobody listens no host has the store: then it is the store that something is wrong with.
                if let problem = error as? APIProblem, problem.isUnheard { throw StoreError.unavailable("\(why); and no host has it at \(address)") }
                throw error
            }
        }
        do {
            let response = try await work(store)
            await store.close()
            return response
        } catch {
            await store.close()
            throw error
        }
    }
}
