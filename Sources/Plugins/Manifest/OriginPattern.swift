import Foundation
public import Screening

/// An entry of a manifest's `permissions.http`: which origins a plugin's scripts may call.
///
/// Either an origin (`https://harvest.greenhouse.io`), whose host may begin with `*.` for exactly one label and may contain `${settings.NAME}`,
/// or one `${…}` alone that names a URL (`${settings.base_url}`, `${order.metadata.callback_url}`, `${request.callback_url}`): then the
/// origin of that URL is what is permitted. `${secret.NAME}` alone permits the URL that the secret is, and nothing else.
public struct OriginPattern: Sendable, Hashable, CustomStringConvertible {
    /// Why an entry is invalid, as a phrase for a problem's message.
    public struct Invalid: Error, Sendable, Equatable {
        public let message: String
    }

    /// Where a `${…}` looks for its value.
    public struct Reference: Sendable, Hashable {
        /// What it looks into.
        public enum Root: String, Sendable, CaseIterable {
            case settings
            /// The order whose run it is.
            case order
            /// The request that created the order, or that is being answered.
            case request
            /// A secret of the connection that is a whole URL.
            case secret
        }

        public let root: Root
        /// The dotted path in it.
        public let path: String
    }

    private enum Shape: Hashable {
        case value(Reference)
        case origin(scheme: String, host: [Piece], port: Int, wildcard: Bool)
    }

    private enum Piece: Hashable {
        case text(String)
        case reference(Reference)
    }

    /// The entry as written.
    public let description: String
    private let shape: Shape

    /// Reads an entry.
    /// - Throws: ``Invalid`` where it is neither an origin nor a value that may name one.
    public init(_ text: String) throws(Invalid) {
        description = text
        if text.hasPrefix("${"), text.hasSuffix("}"), !text.dropFirst(2).dropLast().contains("}") {
            let reference = try Self.reference(text.dropFirst(2).dropLast())
            if reference.root == .secret, reference.path.contains(".") { throw Invalid(message: "may name a secret as ${secret.NAME}") }
            shape = .value(reference)
            return
        }
        guard let separator = text.firstRange(of: "://") else { throw Invalid(message: "must be an origin such as https://api.example.test") }
        let scheme = String(text[..<separator.lowerBound])
        guard scheme == "https" || scheme == "http" else { throw Invalid(message: "must begin with https:// or http://") }
        var rest = text[separator.upperBound...]
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        let wildcard = rest.hasPrefix("*.")
        if wildcard { rest = rest.dropFirst(2) }
        let pieces = try Self.pieces(rest)
        let references = pieces.compactMap { if case .reference(let reference) = $0 { reference } else { nil } }
        // Letters take the place of values here; the result must be an origin and nothing else.
        let sample = pieces.map { if case .text(let text) = $0 { text } else { "x" } }.joined()
        guard !sample.contains("*") else { throw Invalid(message: "may have * only as the first label of its host, as in https://*.example.test") }
        guard !sample.contains(where: { "/?#".contains($0) }) else {
            throw Invalid(message: "must be an origin: scheme, host and port, without a path")
        }
        guard let parts = URLParts("\(scheme)://\(sample)"), sample == sample.lowercased() else {
            throw Invalid(message: "must be an origin with a lower-case host name")
        }
        // A host with placeholders is checked once their values are known.
        if wildcard, references.isEmpty, !Self.mayHaveWildcard(parts.host) { throw Invalid(message: "must name at least two labels after *.") }
        var host = pieces
        if case .text(let last)? = host.last, !parts.isIPv6, let colon = last.lastIndex(of: ":") {
            host[host.count - 1] = .text(String(last[..<colon]))
        }
        if parts.isIPv6 { host = [.text(parts.host)] }
        shape = .origin(scheme: scheme, host: host, port: parts.port, wildcard: wildcard)
    }

    /// The secret that the entry permits as a URL; nil where it is another entry.
    package var secret: String? {
        if case .value(let reference) = shape, reference.root == .secret { reference.path } else { nil }
    }

    /// Whether nobody outside chooses what it permits: it is written out, or the operator's settings say it.
    package var isFixed: Bool { references.allSatisfy { $0.root == .settings } }

    /// Whether whoever writes an order or a delivery chooses the whole address: nothing but ``HostPattern``s bounds it.
    package var isCallback: Bool {
        if case .value(let reference) = shape { reference.root == .order || reference.root == .request } else { false }
    }

    /// What the entry's values refer to; the loader checks that the settings' schema declares them.
    public var references: [Reference] {
        switch shape {
        case .value(let reference): [reference]
        case .origin(_, let host, _, _): host.compactMap { if case .reference(let reference) = $0 { reference } else { nil } }
        }
    }

    /// Whether a URL lies under this entry. A value that is missing, or that is no host or URL, permits nothing.
    ///
    /// - Parameters:
    ///   - settings: the connection's settings.
    ///   - order: the order whose run it is, as scripts see it; nil where there is none.
    ///   - request: the decoded body of the request that created the order, or that is being answered; nil where there is none.
    ///   - callbackHosts: what a value that order or request name may be. Where nothing says so (nil), an order may name anything, because only an
    ///     administrator's does, and a delivery no whole address.
    public func permits(_ url: URLParts, settings: JSON, order: JSON?, request: JSON? = nil, callbackHosts: [HostPattern]? = nil) -> Bool {
        if !isFixed {
            guard callbackHosts?.contains(where: { $0.matches(url) }) ?? !(isCallback && references.contains { $0.root == .request }) else {
                return false
            }
        }
        func value(_ reference: Reference) -> String? {
            let root: JSON? =
                switch reference.root {
                case .settings: settings
                case .order: order
                case .request: request
                case .secret: nil
                }
            return root?.at(reference.path)?.text
        }
        switch shape {
        case .value(let reference):
            guard let named = value(reference).flatMap(URLParts.init) else { return false }
            return named.scheme == url.scheme && named.host == url.host && named.port == url.port
        case .origin(let scheme, let pieces, let port, let wildcard):
            guard scheme == url.scheme, port == url.port, var expected = Self.host(pieces, value) else { return false }
            if expected.hasSuffix(".") { expected.removeLast() }
            if !wildcard { return url.host == expected }
            guard Self.mayHaveWildcard(expected), url.host.hasSuffix("." + expected) else { return false }
            return URLParts.isLabel(url.host.dropLast(expected.utf8.count + 1))
        }
    }

    /// Whether a further label before this host still belongs to one owner: the host is no top-level domain and no address.
    private static func mayHaveWildcard(_ host: String) -> Bool { host.contains(".") && !host.contains(":") && IPAddress(host) == nil }

    /// The host with its values in place; nil where a value is missing or could change the host's shape.
    private static func host(_ pieces: [Piece], _ value: (Reference) -> String?) -> String? {
        var host = ""
        for piece in pieces {
            switch piece {
            case .text(let text): host += text
            case .reference(let reference):
                guard let text = value(reference)?.lowercased() else { return nil }
                // The operator wrote the settings, so they may name a whole host; other values come from outside, so they may fill only one label.
                guard reference.root == .settings ? URLParts.isHostName(text) : URLParts.isLabel(text) else { return nil }
                host += text
            }
        }
        return host
    }

    private static func pieces(_ text: Substring) throws(Invalid) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text
        while let start = rest.firstRange(of: "${") {
            if start.lowerBound > rest.startIndex { pieces.append(.text(String(rest[..<start.lowerBound]))) }
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else { throw Invalid(message: "has a ${ without its }") }
            let named = try reference(rest[start.upperBound..<end])
            guard named.root != .secret else { throw Invalid(message: "may have ${secret.NAME} only by itself, for a secret that is a whole URL") }
            pieces.append(.reference(named))
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        return pieces
    }

    private static func reference(_ text: Substring) throws(Invalid) -> Reference {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let root = Reference.Root(rawValue: String(parts[0])), !parts[1].isEmpty else {
            throw Invalid(message: "may use ${settings.NAME}, ${order.metadata.NAME}, ${request.NAME} or ${secret.NAME}")
        }
        return Reference(root: root, path: String(parts[1]))
    }
}
