import Testing

@testable import Screening

@Suite("A status as a metric's label") struct StatusLabelTests {
    @Test("Usual statuses stand by themselves, all others by their class: whoever answers cannot make up series") func labels() {
        for status in [200, 204, 304, 404, 422, 429, 500, 504] { #expect(statusLabel(status) == String(status)) }
        for (status, label) in [(299, "2xx"), (226, "2xx"), (399, "3xx"), (418, "4xx"), (599, "5xx"), (101, "1xx"), (999, "other"), (0, "other")] {
            #expect(statusLabel(status) == label)
        }
        #expect(Set((0...999).map(statusLabel)).count == 31)
    }
}
