import Metrics
import Telemetry

/// A host's own backend for metrics. An embedder's, where the program has one, gets everything as well.
struct HostTelemetry: Sendable {
    let registry = MetricsRegistry()
    let factory: any MetricsFactory

    init() {
        let outer: any MetricsFactory = MetricsSystem.factory
        factory = outer is NOOPMetricsHandler ? registry : MultiplexMetricsHandler(factories: [registry, outer])
    }

    /// Does something whose metrics are this host's.
    func during<Value>(_ body: () async throws -> Value) async throws -> Value { try await withMetricsFactory(factory, body) }
}
