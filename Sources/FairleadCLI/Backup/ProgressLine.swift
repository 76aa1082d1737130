import Foundation
import Screening
import Synchronization

/// How far something is that takes long, in one line on a terminal; nothing where standard error is none.
final class ProgressLine: Sendable {
    private let isTerminal = isatty(FileHandle.standardError.fileDescriptor) == 1
    private let last = Mutex<(text: String, at: ContinuousClock.Instant)>(("", .now - .seconds(10)))

    /// Shows how far it is, a few times a second at most.
    @Sendable func show(_ what: String, _ done: Int64, _ total: Int64) {
        guard isTerminal else { return }
        let text = total > 0 ? "\(what): \(done * 100 / total) %" : what
        let isNews = last.withLock { last in
            guard text != last.text, ContinuousClock.now - last.at > .milliseconds(200) || !text.hasPrefix(what) else { return false }
            last = (text, .now)
            return true
        }
        if isNews { Terminal.progress(text) }
    }

    /// Takes the line away.
    func end() { Terminal.endProgress() }
}
