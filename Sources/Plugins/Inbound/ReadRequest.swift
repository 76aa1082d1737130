public import Screening

/// A received request whose body is read where something first asks for a value of it, and then no more: signature, time, group and duplicates look at one
/// reading. Whoever sends decides how much a reading takes, so it must not be done once for each of them.
public final class ReadRequest {
    /// What all requests with one body share.
    private final class Reading {
        private(set) var count = 0
        private let request: ReceivedRequest
        private let format: BodyFormat

        init(_ request: ReceivedRequest, _ format: BodyFormat) { (self.request, self.format) = (request, format) }

        private(set) lazy var body: JSON? = {
            count += 1
            return (try? ReceivedBody(request, as: format))?.value
        }()
    }

    /// The request as received.
    public let request: ReceivedRequest
    /// How its body is read.
    public let format: BodyFormat
    private let reading: Reading

    /// A request whose body has not been read yet.
    public convenience init(_ request: ReceivedRequest, as format: BodyFormat) { self.init(request, format, Reading(request, format)) }

    private init(_ request: ReceivedRequest, _ format: BodyFormat, _ reading: Reading) {
        (self.request, self.format, self.reading) = (request, format, reading)
    }

    /// The same request as it would be on another path. The body is read once for both.
    package func at(path: String) -> ReadRequest {
        let other = ReceivedRequest(method: request.method, path: path, query: request.query, headers: request.headers, body: request.body)
        return ReadRequest(other, format, reading)
    }

    /// How often the body has been read.
    var readings: Int { reading.count }

    /// What the body says; nil where there is none, or where it cannot be read.
    var body: JSON? { reading.body }
}
