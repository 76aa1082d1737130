import Crypto
import Logging
import Metrics
import Screening
import Telemetry
import Tracing
import Web

/// A host's own backends for metrics and traces. An embedder's, where the program has them, get the metrics as well, and the traces where the settings name no
/// collector.
struct HostTelemetry: Sendable {
    let registry = MetricsRegistry()
    let factory: any MetricsFactory
    private let exporter: OTLPExporter?
    private let tracer: SpanTracer?
    private let transport: HTTPTransport?

    init(_ all: Settings, _ parts: Host.Parts) {
        let settings = all.telemetry
        let outer: any MetricsFactory = MetricsSystem.factory
        factory = outer is NOOPMetricsHandler ? registry : MultiplexMetricsHandler(factories: [registry, outer])
        guard let url = settings.otlp else {
            (exporter, tracer, transport) = (nil, nil, nil)
            return
        }
        // The collector is the operator's, wherever it is: what keeps scripts from internal addresses does not apply. Not measured, or it would go on for ever.
        let own = parts.collector == nil ? HTTPTransport(isMeasured: false, allow: { _ in true }) : nil
        let send = parts.collector ?? { try await own?.send($0) ?? WireResponse(503) }
        let exporter = OTLPExporter(
            url: url,
            authorization: settings.authorization,
            version: Release.version,
            instance: Release.machine,
            registry: registry,
            clock: parts.clock,
            logger: parts.logger,
            send: send
        )
        self.exporter = exporter
        tracer = exporter.tracer(share: Double(settings.samplePercent) / 100, key: HostTelemetry.key(all.encryptionKeys))
        transport = own
    }

    /// What decides which traces are recorded: made of the oldest encryption key, which all replicas have and nobody else; empty where there is none. The
    /// store's identity would not do: anybody may ask for it.
    static func key(_ encryptionKeys: [Secret]) -> [UInt8] {
        guard let oldest = encryptionKeys.last.flatMap({ [UInt8](base64: $0.value) }) else { return [] }
        return Array(HMAC<SHA256>.authenticationCode(for: Array("fairlead: which traces are recorded".utf8), using: SymmetricKey(data: oldest)))
    }

    /// Does something whose metrics and spans are this host's.
    func during<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await withMetricsFactory(factory) {
            guard let tracer else { return try await body() }
            return try await withTracer(tracer) { try await body() }
        }
    }

    /// How long what is left may take to be sent at the end.
    private static let flushLimit = Duration.seconds(1)

    /// Sends what is recorded while `body` works, and what is left when it ends.
    func exporting(_ body: () async throws -> Void) async throws {
        guard let exporter else { return try await body() }
        // Tasks of their own: the first goes on while the host shuts down, the second also where the host was cancelled.
        let sending = Task { await exporter.run() }
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        sending.cancel()
        await sending.value
        await Task { await exporter.flush(within: Self.flushLimit) }.value
        await transport?.shutdown()
        try outcome.get()
    }

    /// Closes what a host holds that was never run.
    func close() async { await transport?.shutdown() }
}
