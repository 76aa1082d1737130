import HTTPTypes
public import Screening
import Web

/// Proxies in front of the host that say who asks: people sign in there, and not here.
public struct TrustedProxies: Sendable, Equatable {
    /// Where they are. What comes from elsewhere says nothing.
    public var from: [AddressRange]
    /// The header that names the person. The proxy must take it away where somebody else sent it.
    public var header: String
    /// What these people may.
    public var scopes: Set<Scope>

    public init(from: [AddressRange], header: String, scopes: Set<Scope>) {
        self.from = from
        self.header = header
        self.scopes = scopes
    }

    /// Whether a request came through one of them.
    func sent(_ request: IncomingRequest) -> Bool {
        guard let address = IPAddress(request.peer) else { return false }
        return from.contains { $0.contains(address) }
    }

    /// Whom a request is of; nil where no trusted proxy says it.
    func person(_ request: IncomingRequest) -> String? {
        guard sent(request), let name = HTTPField.Name(header) else { return nil }
        // A header that is there twice is one that somebody else wrote, too.
        let values = request.headers[values: name]
        guard values.count == 1, let person = values.first?.trimmed, !person.isEmpty, person.utf8.count <= 200, person == person.printable else {
            return nil
        }
        return person
    }

    /// Whether a trusted proxy says that the browser reached it by https.
    func saysHTTPS(_ request: IncomingRequest) -> Bool {
        guard sent(request), let name = HTTPField.Name("X-Forwarded-Proto") else { return false }
        return request.headers[name]?.lowercased() == "https"
    }
}
