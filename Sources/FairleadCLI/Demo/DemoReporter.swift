import Foundation
import Screening
import Simulators
import Synchronization

/// Prints what happens in a demonstration, a line each, as it happens.
final class DemoReporter: Sendable {
    private let started = ContinuousClock.now
    private let reported = Mutex<Set<Int>>([])

    /// Prints a line with the seconds since the start, who, and what.
    func report(_ who: String, _ what: String) {
        let elapsed = ContinuousClock.now - started
        let seconds = String(format: "%6.2f s", Double(elapsed.wholeMilliseconds) / 1000)
        let line = "  \(seconds)  \(who.padding(toLength: 14, withPad: " ", startingAt: 0))  \(what)\n"
        say(line, end: "")
    }

    /// Prints a line of its own, at once, also into a pipe.
    func say(_ line: String, end: String = "\n") { FileHandle.standardOutput.write(Data((line.printable + end).utf8)) }

    /// Prints the exchanges that have been made since it was last asked.
    func reportExchanges(_ log: [LoggedExchange]) {
        let fresh = reported.withLock { reported in
            let fresh = log.filter { ($0.status != nil || $0.failure != nil) && !reported.contains($0.number) }
            reported.formUnion(fresh.map(\.number))
            return fresh
        }
        for exchange in fresh {
            if let line = DemoReporter.line(exchange) { report(line.who, line.what) }
        }
    }

    /// What an exchange with a simulator means; nil for those that only repeat what others say (reads that found nothing new, tokens).
    private static func line(_ exchange: LoggedExchange) -> (who: String, what: String)? {
        let path = exchange.url.prefix { $0 != "?" }
        let status = exchange.status.map(String.init) ?? "no answer"
        switch (exchange.simulator, exchange.direction, exchange.operation ?? "") {
        case (.zinc, .received, "create"): return ("→ Zinc", "POST /checks (\(status)): the order is sent, once")
        case (.zinc, .sent, _): return ("Zinc →", "signed webhook: \(exchange.words("statusV2", "result")) (\(status))")
        case (.workerchecks, .received, "create"): return ("→ WorkerChecks", "POST /invitations (\(status)): the order is sent, once")
        case (.ats, .sent, "list_tests"): return ("ATS →", "asks which packages there are (\(status))")
        case (.ats, .sent, "send_test"): return ("ATS →", "a recruiter sends a test to a candidate (\(status))")
        case (.ats, .sent, "event"): return ("ATS →", "signed event: a candidate is to be screened (\(status))")
        case (.ats, .received, "completion"):
            return ("→ ATS", "PATCH \(path.split(separator: "/").suffix(2).joined(separator: "/")): finished (\(status))")
        case (.ats, .sent, "test_status"): return ("ATS →", "asks for the result (\(status))")
        case (.ats, .received, "callback"): return ("→ ATS", "signed update: \(exchange.state ?? "") (\(status))")
        default: return nil
        }
    }
}

extension LoggedExchange {
    /// The values of members of the body, where it is JSON.
    fileprivate func words(_ names: String...) -> String {
        guard let json = try? JSON(parsing: body) else { return "" }
        return names.compactMap { json[$0]?.text }.joined(separator: ", ")
    }

    /// The order's state in an update's body.
    fileprivate var state: String? {
        guard let json = try? JSON(parsing: body) else { return nil }
        let data = json["data"]
        return [data?["state"]?.text ?? data?["order"]?["state"]?.text, data?["outcome"]?.text ?? data?["order"]?["outcome"]?.text]
            .compactMap(\.self).joined(separator: ", ")
    }
}
