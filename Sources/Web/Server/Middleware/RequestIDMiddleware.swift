import HTTPTypes
import Logging
import Screening

/// Gives the request its name: the sender's own where that is a plain word, else a new one. It stands in the log and in every answer.
struct RequestIDMiddleware: HTTPMiddleware {
    func handle(
        _ request: IncomingRequest,
        context: RequestContext,
        next: (IncomingRequest, RequestContext) async throws -> WireResponse
    ) async throws -> WireResponse {
        var context = context
        context.requestID = RequestIDMiddleware.requestID(request.headers)
        context.logger[metadataKey: "request"] = .string(context.requestID)
        var response = try await next(request, context)
        response.headers[RequestIDMiddleware.name] = context.requestID
        return response
    }

    private static let name = HTTPField.Name("x-request-id")!

    private static func requestID(_ headers: HTTPFields) -> String {
        if let given = headers[name], (1...64).contains(given.utf8.count), given.utf8.allSatisfy(isPlain) { return given }
        return "req_" + String(UInt64.random(in: .min ... .max), radix: 36)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}
