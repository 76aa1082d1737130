import Screening
import Testing

@testable import Web

@Suite("Metrics")
struct MetricsTests {
    @Test("metrics are text as Prometheus reads it") func text() {
        let metric = Metric("fairlead_orders", "Orders by state.", .gauge, [([("state", "a \"b\"\n")], 2), ([], 0.5)])
        #expect(
            metric.text
                == "# HELP fairlead_orders Orders by state.\n# TYPE fairlead_orders gauge\nfairlead_orders{state=\"a \\\"b\\\"\\n\"} 2\nfairlead_orders 0.5"
        )
    }
}
