import Metrics
import Telemetry
import Testing

@Suite("The metrics that are kept and shown")
struct MetricsRegistryTests {
    private static let families = [
        MetricFamily("things_total", .counter, ["kind", "name"], "Things, with a \\ and\na line."),
        MetricFamily("level", .gauge, ["name"], "A level."),
        MetricFamily("took_seconds", .histogram([0.1, 1]), ["code"], "How long it took."),
        MetricFamily("processor_seconds_total", .total, [], "Kept elsewhere."),
        MetricFamily("fairlead_metric_series_refused_total", .counter, [], "Refused."),
    ]

    @Test("Counters, gauges and histograms are shown as Prometheus reads them")
    func text() {
        let registry = MetricsRegistry(Self.families)
        Counter(label: "things_total", dimensions: [("name", "a \"b\"\n\\"), ("kind", "x"), ("other", "left out")], factory: registry).increment(
            by: 2
        )
        Counter(label: "things_total", dimensions: [("kind", "x"), ("name", "")], factory: registry).increment()
        Gauge(label: "level", dimensions: [("name", "a")], factory: registry).record(0.5)
        Gauge(label: "processor_seconds_total", factory: registry).record(12.25)
        let timer = Timer(label: "took_seconds", dimensions: [("code", "200")], factory: registry)
        for milliseconds in [100, 500, 2000] { timer.record(duration: .milliseconds(milliseconds)) }
        #expect(
            PrometheusText.text(of: registry) == #"""
                # HELP things_total Things, with a \\ and\na line.
                # TYPE things_total counter
                things_total{kind="x"} 1
                things_total{kind="x",name="a \"b\"\n\\"} 2
                # HELP level A level.
                # TYPE level gauge
                level{name="a"} 0.5
                # HELP took_seconds How long it took.
                # TYPE took_seconds histogram
                took_seconds_bucket{code="200",le="0.1"} 1
                took_seconds_bucket{code="200",le="1"} 2
                took_seconds_bucket{code="200",le="+Inf"} 3
                took_seconds_sum{code="200"} 2.6
                took_seconds_count{code="200"} 3
                # HELP processor_seconds_total Kept elsewhere.
                # TYPE processor_seconds_total counter
                processor_seconds_total 12.25
                # HELP fairlead_metric_series_refused_total Refused.
                # TYPE fairlead_metric_series_refused_total counter
                fairlead_metric_series_refused_total 0

                """#
        )
    }

    @Test("What has no family, or is of another kind, is recorded nowhere")
    func unknown() {
        let registry = MetricsRegistry(Self.families)
        let before = PrometheusText.text(of: registry)
        Counter(label: "nothing_total", factory: registry).increment()
        Gauge(label: "things_total", factory: registry).record(1)
        Timer(label: "level", factory: registry).record(duration: .seconds(1))
        Meter(label: "took_seconds", factory: registry).set(1)
        #expect(PrometheusText.text(of: registry) == before)
    }

    @Test("The same series is one, whoever makes its handle, and is gone once it is destroyed")
    func series() {
        let registry = MetricsRegistry(Self.families)
        let first = Counter(label: "things_total", dimensions: [("kind", "x"), ("name", "a")], factory: registry)
        let second = Counter(label: "things_total", dimensions: [("name", "a"), ("kind", "x")], factory: registry)
        first.increment()
        second.increment()
        #expect(PrometheusText.text(of: registry).contains("things_total{kind=\"x\",name=\"a\"} 2"))
        first.destroy()
        second.increment()
        #expect(!PrometheusText.text(of: registry).contains("things_total{"))
        Counter(label: "things_total", dimensions: [("kind", "x"), ("name", "a")], factory: registry).increment()
        #expect(PrometheusText.text(of: registry).contains("things_total{kind=\"x\",name=\"a\"} 1"))
    }

    @Test("A metric has at most so many series; what would be one more is counted")
    func limit() {
        let registry = MetricsRegistry(Self.families, limit: 2)
        for name in ["a", "b", "c", "d", "a"] { Counter(label: "things_total", dimensions: [("name", name)], factory: registry).increment() }
        let text = PrometheusText.text(of: registry)
        #expect(text.contains("things_total{name=\"a\"} 2") && !text.contains("name=\"c\""))
        #expect(text.contains("fairlead_metric_series_refused_total 2"))
    }

    @Test("A counter never goes down and takes nothing that is no number")
    func counters() {
        let registry = MetricsRegistry(Self.families)
        let counter = FloatingPointCounter(label: "things_total", factory: registry)
        for amount in [1.5, -3, .nan, .infinity] { counter.increment(by: amount) }
        counter.reset()
        Gauge(label: "level", factory: registry).record(Double.infinity)
        let text = PrometheusText.text(of: registry)
        #expect(text.contains("things_total 1.5\n") && text.contains("level +Inf\n"))
    }
}
