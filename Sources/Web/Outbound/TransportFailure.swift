import HTTPTypes
import AsyncHTTPClient
import NIOCore
import Screening

/// What a failed exchange means. One place, because it decides whether a check is ordered again.
///
/// | what happened | nothing was written | something was written |
/// |---|---|---|
/// | name not found, connection refused, TLS failed, client closed | `cannotConnect` | – |
/// | time-out | `cannotConnect` | `timedOut` |
/// | the request itself is malformed (a header with a line break) | `refused` | – |
/// | the connection broke, the answer is not HTTP | `cannotConnect` | `broken` |
enum TransportFailure {
    /// The error for a failed exchange with `host`; `sent` says whether anything of the request was written to a connection.
    static func error(_ error: any Error, host: String, sent: Bool) -> TransportError {
        let timedOut = isTimeout(error)
        guard sent else {
            if isMalformed(error) { return TransportError(.refused, "the request to \(host) is malformed") }
            return TransportError(.cannotConnect, "no connection to \(host) could be made\(timedOut ? " in time" : "")")
        }
        return timedOut
            ? TransportError(.timedOut, "\(host) did not answer in time")
            : TransportError(.broken, "the connection to \(host) broke before the answer was complete")
    }

    private static func isTimeout(_ error: any Error) -> Bool {
        if case .connectTimeout? = error as? ChannelError { return true }
        guard let error = error as? HTTPClientError else { return false }
        let timeouts: [HTTPClientError] = [
            .deadlineExceeded, .readTimeout, .writeTimeout, .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout,
        ]
        return timeouts.contains(error)
    }

    private static func isMalformed(_ error: any Error) -> Bool {
        guard let error = error as? HTTPClientError else { return false }
        return ["Invalid header field names", "Invalid header field values", "Trace request with body"].contains(error.shortDescription)
    }
}
