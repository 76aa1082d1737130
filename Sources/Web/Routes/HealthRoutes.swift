import HTTPTypes
public import Pipeline
import Screening

/// `/healthz`: the process is alive. `/readyz`: it is able to work.
public enum HealthRoutes {
    /// The routes; `readiness` is asked at every call of `/readyz`, and may remember what it found for a moment.
    /// - Parameters:
    ///   - store: the identifier of the store that the host runs on, which `/readyz` tells.
    ///   - held: whether the store is held, which `/readyz` tells as well.
    ///   - missingKeys: the fingerprints of keys that the store is sealed with and this host does not have. It works all the same, on what it can read.
    public static func routes(
        store: String? = nil,
        held: @escaping @Sendable () async -> Bool = { false },
        missingKeys: @escaping @Sendable () async -> [String] = { [] },
        readiness: @escaping @Sendable () async -> Readiness
    ) -> [Route] {
        [
            Route(.get, "/healthz") { _ in WireResponse(200, json: ["status": "alive"]) }.vital(),
            Route(.get, "/readyz") { _ in
                switch await readiness() {
                case .ready:
                    var json: JSON = ["status": "ready", "held": .bool(await held())]
                    let missing = await missingKeys()
                    if !missing.isEmpty { json["missing_keys"] = .array(missing.map { .string($0) }) }
                    json["store"] = store.map { .string($0) }
                    return WireResponse(200, json: json)
                case .failing(let reasons):
                    throw ProblemDocument(
                        503,
                        "not_ready",
                        "Not able to work",
                        reasons.joined(separator: "; "),
                        retryAfter: .seconds(5),
                        extra: JSON.Members([("reasons", .array(reasons.map { .string($0) })), ("store", JSON(store))])
                    )
                }
            },
        ]
    }
}
