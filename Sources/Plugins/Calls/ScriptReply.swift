import Foundation
import HTTPTypes
import Screening

/// An answer as a script gets it: without the connection's secrets, and as much as fits.
struct ScriptReply: Sendable {
    /// `{status, headers, body or body_base64}`, or `{status, headers, error}` where it is too large.
    let value: JSON
    /// The CPU time that making it took.
    let cost: Duration

    /// Bytes up to which it is made where it is asked for: handing it to another thread would cost more.
    private static let small = 8 << 10
    /// Large bodies are read here, and not on the threads that everybody's work shares.
    private static let queue = DispatchQueue(label: "fairlead.replies", qos: .utility, attributes: .concurrent)

    /// Makes a script's reply of an answer, on another thread where it is large.
    /// - Throws: ``HostCallError`` where the body is in a coding that the host has not undone: secrets could not be found in it.
    static func make(of response: WireResponse, limit: Int, _ scrubber: SecretScrubber) async throws(HostCallError) -> ScriptReply {
        let coding = response.headers[.contentEncoding]?.lowercased().trimmingCharacters(in: .whitespaces) ?? ""
        guard response.body.isEmpty || coding.isEmpty || coding == "identity" else {
            throw HostCallError(
                "reply_coded",
                "http: the reply's body is in a content coding that this host does not read, so nothing of it is shown",
                found: coding.wholeMatch(of: /[a-z0-9, -]{1,40}/) == nil ? nil : coding
            )
        }
        guard response.body.count > small, response.body.count <= limit else { return ScriptReply(response, limit: limit, scrubber) }
        return await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: ScriptReply(response, limit: limit, scrubber)) }
        }
    }

    private init(_ response: WireResponse, limit: Int, _ scrubber: SecretScrubber) {
        let begun = Self.cpu
        var headers = JSON.Members()
        for field in response.headers {
            // A secret may also come back in a header's name.
            let name = scrubber.scrubbed(field.name.rawName).lowercased()
            headers[name] = .string([headers[name]?.text, scrubber.scrubbed(field.value)].compactMap(\.self).joined(separator: ", "))
        }
        var reply: JSON = ["status": .int(Int64(response.status)), "headers": .object(headers)]
        if response.body.count > limit {
            reply["headers"] = [:]
            reply["error"] = .string("the reply is larger than \(limit) bytes")
        } else {
            let body = scrubber.scrubbed(response.body)
            if let text = String(validating: body, as: UTF8.self) {
                reply["body"] = .string(text)
            } else {
                reply["body_base64"] = .string(body.base64)
            }
        }
        value = reply
        cost = .nanoseconds(Self.cpu - begun)
    }

    /// The CPU time of this thread, in nanoseconds.
    private static var cpu: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
