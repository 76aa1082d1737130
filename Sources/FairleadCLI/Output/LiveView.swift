import FairleadTools
import Foundation
import Screening

/// Draws something of a host's again and again, until Ctrl-C. While the host is away the last answer stays, and says since when.
struct LiveView {
    let colour: ColourChoice
    private static let pause = Duration.seconds(2)

    /// - Parameter fetch: what to show, drawn in a style; asked every two seconds.
    /// - Throws: what the first answer fails with, and whatever shows that asking again will not help.
    func run(_ fetch: (OutputStyle) async throws -> String) async throws {
        let clock = SystemClock()
        var style = OutputStyle.standard(colour)
        var text = try await fetch(style)
        var asOf = clock.now()
        var problem: String?
        guard style.width != nil else { return try await lines(text, fetch) }
        // Whatever is awaited then, a person who ends it wants the terminal back at once.
        let ending = Task {
            for await _ in Signals.stream(of: Signals.ending) {
                Terminal.draw(LiveFrame.closing)
                Foundation.exit(0)
            }
        }
        Terminal.draw(LiveFrame.opening)
        defer {
            Terminal.draw(LiveFrame.closing)
            ending.cancel()
        }
        while true {
            Terminal.draw(LiveFrame(text: text, asOf: asOf, problem: problem, style: style).drawing)
            try await clock.sleep(for: LiveView.pause)
            style = OutputStyle.standard(colour)
            do {
                text = try await fetch(style)
                (asOf, problem) = (clock.now(), nil)
            } catch let error as APIProblem where error.mayPass {
                problem = error.description
            }
        }
    }

    /// For a file or another program: one answer after the other.
    private func lines(_ first: String, _ fetch: (OutputStyle) async throws -> String) async throws {
        var text = first
        while true {
            Terminal.draw(text + "\n")
            try await SystemClock().sleep(for: LiveView.pause)
            do { text = try await fetch(.standard(colour)) } catch let error as APIProblem where error.mayPass {
                Terminal.complain(error.description)
            }
        }
    }
}
