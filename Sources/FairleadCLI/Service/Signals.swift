import Dispatch
import Foundation

/// The signals that a command handles itself instead of being ended by them.
enum Signals {
    /// Ends the command: what a terminal, a supervisor or a container sends.
    static let ending = [SIGINT, SIGTERM]

    /// The signals as they come, from now on; each is one element, with its number.
    static func stream(of numbers: [Int32]) -> AsyncStream<Int32> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        for number in numbers {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // Two that come at nearly the same time are one event with a count.
            source.setEventHandler { for _ in 0..<source.data { continuation.yield(number) } }
            source.resume()
            // The source lives as long as somebody may be listening; cancelling is safe from any thread.
            nonisolated(unsafe) let kept = source
            let before = continuation.onTermination
            continuation.onTermination = { reason in
                before?(reason)
                kept.cancel()
            }
        }
        return stream
    }

    /// What people call a signal.
    static func name(_ number: Int32) -> String {
        switch number {
        case SIGINT: "SIGINT"
        case SIGTERM: "SIGTERM"
        case SIGHUP: "SIGHUP"
        default: "signal \(number)"
        }
    }
}
