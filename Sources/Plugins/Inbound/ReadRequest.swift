public import Screening

/// A received request whose body is read where something first asks for a value of it, and then no more: signature, time, group and duplicates look at one
/// reading. Whoever sends decides how much a reading takes, so it must not be done once for each of them.
public final class ReadRequest {
    /// The request as received.
    public let request: ReceivedRequest
    /// How its body is read.
    public let format: BodyFormat
    /// How often the body has been read.
    private(set) var readings = 0

    /// A request whose body has not been read yet.
    public init(_ request: ReceivedRequest, as format: BodyFormat) {
        self.request = request
        self.format = format
    }

    /// What the body says; nil where there is none, or where it cannot be read.
    private(set) lazy var body: JSON? = {
        readings += 1
        return (try? ReceivedBody(request, as: format))?.value
    }()
}
