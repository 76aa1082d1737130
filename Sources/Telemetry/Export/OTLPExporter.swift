import CoreMetrics
import HTTPTypes
import Synchronization
public import Logging
public import Screening
import Tracing

/// Sends spans and metrics to a collector by OTLP over HTTP, in JSON. It never stands in anybody's way: spans wait in a bounded queue, a collector that is
/// away is tried ever less often, and what there is no room for is dropped and counted.
public final class OTLPExporter: Sendable {
    /// Performs one exchange, as ``Screening/Transport/send(_:)`` does.
    public typealias Send = @Sendable (WireRequest) async throws -> WireResponse

    private static let batch = 512
    private static let spanPause = Duration.seconds(2)
    private static let metricPause = Duration.seconds(60)
    private static let longestPause = Duration.seconds(60)
    /// How long the collector may ask for at most: spans wait in a bounded queue meanwhile.
    private static let longestRest = Duration.seconds(600)

    private let url: String
    private let authorization: Secret?
    private let resource: JSON
    private let registry: MetricsRegistry
    private let clock: any WallClock
    private let logger: Logger
    private let send: Send
    private let queue: SpanQueue
    private let started: UInt64
    private let isFailing = Mutex(false)
    /// Before when the collector wants to be sent nothing.
    private let notBefore = Mutex<Screening.Timestamp?>(nil)
    private let sentSpans: Counter
    private let droppedSpans: Counter

    /// An exporter that sends nothing yet.
    /// - Parameters:
    ///   - url: where the collector is, without `/v1/…`.
    ///   - authorization: the value of the `Authorization` header; nil for none.
    ///   - version: the program's version, and what tells this process from others: both are said with everything.
    ///   - send: performs an exchange. It must make no spans of its own.
    ///   - queueLimit: how many spans may wait.
    public init(
        url: String,
        authorization: Secret? = nil,
        version: String,
        instance: String,
        registry: MetricsRegistry,
        clock: any WallClock,
        logger: Logger,
        queueLimit: Int = 4096,
        send: @escaping Send
    ) {
        self.url = url
        self.authorization = authorization
        self.registry = registry
        self.clock = clock
        self.logger = logger
        self.send = send
        queue = SpanQueue(limit: queueLimit)
        started = Self.nanoseconds(clock.now())
        let texts = [("service.name", "fairlead"), ("service.version", version), ("service.instance.id", instance)]
        resource = ["attributes": .array(texts.map { ["key": .string($0.0), "value": ["stringValue": .string($0.1)]] })]
        sentSpans = Counter(label: "fairlead_telemetry_spans_total", dimensions: [("result", "sent")], factory: registry)
        droppedSpans = Counter(label: "fairlead_telemetry_spans_total", dimensions: [("result", "dropped")], factory: registry)
    }

    /// A tracer whose spans are sent.
    /// - Parameters:
    ///   - share: which share of the traces, from 0 to 1.
    ///   - key: what decides which, see ``SpanTracer``; empty for one of the tracer's own.
    public func tracer(share: Double, key: [UInt8] = []) -> SpanTracer { SpanTracer(share: share, key: key) { [queue] in queue.add($0) } }

    /// Sends until it is cancelled.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.every(Self.spanPause) { await self.sendSpans() } }
            group.addTask { await self.every(Self.metricPause) { await self.sendMetrics() } }
            await group.waitForAll()
        }
    }

    /// Sends what there is, once, for as long as `limit`. To be called when nothing is traced any more.
    public func flush(within limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = await self.sendSpans()
                _ = await self.sendMetrics()
            }
            group.addTask { try? await self.clock.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Does something again and again: twice as seldom after each failure, to a minute.
    private func every(_ pause: Duration, _ work: @Sendable () async -> Bool) async {
        var wait = pause
        while !Task.isCancelled {
            do { try await clock.sleep(for: wait) } catch { return }
            wait = await work() ? pause : min(max(wait * 2, pause), max(Self.longestPause, pause))
            if let rest { wait = max(wait, rest) }
        }
    }

    /// How long the collector wants to be left alone; nil where it does not.
    private var rest: Duration? {
        let now = clock.now()
        return notBefore.withLock { time in
            guard let until = time, until > now, until - now <= Self.longestRest else { return nil }
            return until - now
        }
    }

    /// Sends what waits; false where the collector did not take it.
    private func sendSpans() async -> Bool {
        defer {
            let dropped = queue.takeDropped()
            if dropped > 0 { droppedSpans.increment(by: dropped) }
        }
        while !queue.isEmpty {
            if rest != nil { return false }
            let spans = queue.take(Self.batch)
            switch await post("traces", OTLPTraces.body(spans, resource)) {
            case .taken: sentSpans.increment(by: spans.count)
            case .refused: droppedSpans.increment(by: spans.count)
            case .away:
                queue.putBack(spans)
                return false
            }
        }
        return true
    }

    private func sendMetrics() async -> Bool {
        if rest != nil { return false }
        let now = Self.nanoseconds(clock.now())
        return await post("metrics", OTLPMetrics.body(registry.snapshot, resource, started: started, now: now)) != .away
    }

    private enum Outcome: String {
        case taken
        /// It will not take this, however often it is sent.
        case refused
        case away
    }

    private func post(_ signal: String, _ body: JSON) async -> Outcome {
        var request = WireRequest(.post, "\(url)/v1/\(signal)", json: body, timeout: .seconds(10))
        if let authorization { request.headers[.authorization] = authorization.value }
        let outcome: Outcome
        do {
            let response = try await send(request)
            let status = response.status
            if !(200..<300).contains(status), let asked = RetryAfter.duration(in: response, at: clock.now()) {
                notBefore.withLock { $0 = clock.now() + min(asked, Self.longestRest) }
            }
            // Others may pass: the standard names 429, 502, 503 and 504, and credentials may be put right.
            outcome = (200..<300).contains(status) ? .taken : [400, 413, 415, 422].contains(status) ? .refused : .away
            note(outcome == .taken ? nil : "it answered \(status)")
        } catch {
            outcome = .away
            if !Task.isCancelled { note("\(error)") }
        }
        Counter(label: "fairlead_telemetry_exports_total", dimensions: [("signal", signal), ("result", outcome.rawValue)], factory: registry)
            .increment()
        return outcome
    }

    /// Says in the log when the collector does not take what it is sent any more, and when it does again.
    private func note(_ failure: String?) {
        let isNews = isFailing.withLock { isFailing in
            defer { isFailing = failure != nil }
            return isFailing != (failure != nil)
        }
        guard isNews else { return }
        if let failure {
            logger.warning("the collector does not take traces and metrics", metadata: ["event": "telemetry.refused", "error": "\(failure)"])
        } else {
            logger.notice("the collector takes traces and metrics again", metadata: ["event": "telemetry.accepted"])
        }
    }

    private static func nanoseconds(_ time: Screening.Timestamp) -> UInt64 { UInt64(max(0, time.milliseconds)) * 1_000_000 }
}
