/// How a plugin takes the bodies of its deliveries.
public enum BodyFormat: String, Sendable, CaseIterable {
    /// JSON.
    case json
    /// A form (`application/x-www-form-urlencoded`), read as an object.
    case form
    /// Text of any kind.
    case text
}

/// Why a body that was received could not be read: what, where, and what was expected. Holds nothing of the body.
public struct UnreadableBody: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, in one sentence.
    public let message: String
    /// The byte at which it is wrong, from 0, in the body without its content coding; nil where it is none in particular.
    public let offset: Int?
    /// What should have stood there.
    public let expected: String
    /// What can be done about it; nil where there is nothing in particular.
    public let hint: String?

    init(_ message: String, offset: Int? = nil, expected: String, hint: String? = nil) {
        self.message = message
        self.offset = offset
        self.expected = expected
        self.hint = hint
    }

    /// A delivery without anything in it.
    package static func nothing(_ format: BodyFormat) -> UnreadableBody {
        UnreadableBody("the delivery has no body", offset: 0, expected: format == .form ? "a form" : "JSON")
    }

    /// The code that everything shows which stands for such a body.
    public static let code = "unreadable_body"

    /// The message.
    public var description: String { message }

    /// The failure of a run that was to work on such a body.
    public var failure: RunFailure {
        RunFailure(Self.code, message, path: offset.map { "byte \($0)" }, expected: expected, hint: hint)
    }
}

/// A received body as it is read everywhere: by scripts, by signatures over values of it, and where duplicates are found.
public struct ReceivedBody: Sendable {
    /// How many bytes a coded body may expand to.
    public static let expandedLimit = 4 << 20
    /// The most fields of a form.
    static let fieldLimit = 10_000
    /// How deeply lists and objects may nest here; scripts have a limit of their own.
    private static let depth = 150

    /// What the body says; nil where there is none, and for ``BodyFormat/text`` that is not text.
    public let value: JSON?
    /// Whether the bytes as received are the JSON text themselves: neither coded nor in another character encoding.
    public let isPlainJSON: Bool

    /// Reads a body.
    /// - Throws: ``UnreadableBody``. An empty body is read as none.
    public init(_ request: ReceivedRequest, as format: BodyFormat = .json) throws(UnreadableBody) {
        let type = request.headers["content-type"]
        let bytes: [UInt8]
        do throws(ContentCoding.Failure) {
            bytes = try ContentCoding.decoded(request.body, request.headers["content-encoding"], limit: Self.expandedLimit)
        } catch {
            throw UnreadableBody("\(error)", expected: "a body in its plain form, or coded as \(ContentCoding.accepted)")
        }
        guard !bytes.isEmpty else {
            (value, isPlainJSON) = (nil, false)
            return
        }
        let encoding = TextEncoding(of: bytes, contentType: type)
        let text = encoding.utf8(bytes)
        switch format {
        case .text:
            value = text.flatMap { String(validating: $0, as: UTF8.self) }.map { .string($0) }
            isPlainJSON = false
        case .form:
            value = try Self.form(try Self.valid(text, encoding, bytes), type)
            isPlainJSON = false
        case .json:
            let text = try Self.valid(text, encoding, bytes)
            do throws(JSONError) {
                value = try JSON(received: text, depth: Self.depth)
            } catch {
                throw Self.notJSON(error, text, type, offset: encoding == .utf8 ? error.offset + bytes.count - text.count : nil)
            }
            isPlainJSON = encoding == .utf8 && !ContentCoding.isCoded(request.headers["content-encoding"])
        }
    }

    /// The text as UTF-8 without faults. A name with a letter that nobody can read is no name to order with.
    private static func valid(_ text: [UInt8]?, _ encoding: TextEncoding, _ bytes: [UInt8]) throws(UnreadableBody) -> [UInt8] {
        let expected = "text in UTF-8, UTF-16 or, where Content-Type says so, ISO-8859-1"
        guard let text else {
            if case .unknown(let name) = encoding { throw UnreadableBody("the character encoding \(name) is not read here", expected: expected) }
            throw UnreadableBody("the text is not UTF-16: it has an odd number of bytes", offset: bytes.count, expected: expected)
        }
        if let place = UTF8Fault.first(in: text) {
            let offset = place + bytes.count - text.count
            throw UnreadableBody("the text is not UTF-8 at byte \(offset)", offset: offset, expected: expected)
        }
        return text
    }

    private static func notJSON(_ error: JSONError, _ text: [UInt8], _ type: String?, offset: Int?) -> UnreadableBody {
        let media = TextEncoding.mediaType(type)
        var hint: String?
        if media == formType || text.starts(with: "payload=".utf8) {
            hint = "The body is a form: body: form in the plugin's inbound entry reads it."
        } else if media.hasPrefix("text/") || media.hasSuffix("xml") {
            hint = "The body is \(media.filter { $0.isASCII }.prefix(40)): body: text in the plugin's inbound entry hands it on as it is."
        }
        let place = offset.map { " at byte \($0)" } ?? ""
        return UnreadableBody("the body is not JSON\(place): \(error.reason)", offset: offset, expected: "JSON", hint: hint)
    }

    private static let formType = "application/x-www-form-urlencoded"

    /// A form as an object: a name that stands several times has a list. What Slack and others send as `payload`, an object or a list in JSON, is read.
    private static func form(_ text: [UInt8], _ type: String?) throws(UnreadableBody) -> JSON {
        let media = TextEncoding.mediaType(type)
        let first = text.first { $0 > 0x20 }
        guard media.isEmpty || media == formType, first != UInt8(ascii: "{"), first != UInt8(ascii: "["), first != UInt8(ascii: "<") else {
            let found = media.isEmpty || media == formType ? "" : ", but \(media.filter { $0.isASCII && $0 != "\r" && $0 != "\n" }.prefix(60))"
            let hint = media == "application/json" || first == UInt8(ascii: "{") ? "body: json in the plugin's inbound entry reads JSON." : nil
            throw UnreadableBody("the body is no form\(found)", offset: 0, expected: formType, hint: hint)
        }
        // By their names first: a list that grows inside of a value is copied for every field, which takes minutes where one name has all of them.
        var fields: [(name: String, values: [JSON])] = []
        var places: [String: Int] = [:]
        var count = 0
        var place = 0
        while place < text.count {
            let end = text[place...].firstIndex(of: UInt8(ascii: "&")) ?? text.count
            defer { place = end + 1 }
            let pair = text[place..<end]
            guard !pair.isEmpty else { continue }
            count += 1
            guard count <= fieldLimit else {
                throw UnreadableBody("the form has more than \(fieldLimit) fields", offset: place, expected: "at most \(fieldLimit) fields")
            }
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(parts[0]), let written = parts.count > 1 ? decoded(parts[1]) : "" else {
                throw UnreadableBody("a field of the form is not UTF-8 at byte \(place)", offset: place, expected: "text in UTF-8, percent-encoded")
            }
            var value = JSON.string(written)
            if name == "payload", let json = try? JSON(received: Array(written.utf8), depth: depth), json.members != nil || json.items != nil {
                value = json
            }
            if let known = places[name] {
                fields[known].values.append(value)
            } else {
                places[name] = fields.count
                fields.append((name, [value]))
            }
        }
        return .object(JSON.Members(fields.map { ($0.name, $0.values.count == 1 ? $0.values[0] : .array($0.values)) }))
    }

    /// A name or a value without its percent-encoding; `+` is a space. What is encoded wrongly stays as it is. Nil where the result is not UTF-8.
    private static func decoded(_ text: ArraySlice<UInt8>) -> String? {
        var out: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let code = [UInt8](hex: String(decoding: rest.prefix(2), as: UTF8.self)) {
                out += code
                rest = rest.dropFirst(2)
            } else {
                out.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(validating: out, as: UTF8.self)
    }
}
