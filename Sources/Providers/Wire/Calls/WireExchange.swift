import HTTPTypes
import Screening

/// Sends the profile's calls for one account and turns everything that is not a success into a ``ProviderError``.
struct WireExchange: Sendable {
    /// The account and the way out.
    let session: ProviderSession
    /// How the provider is spoken to.
    let profile: WireProfile

    /// Performs one call.
    ///
    /// - Parameter creating: whether the call creates a request at the provider, so that a failure says what it means for the order.
    /// - Returns: an answer with a 2xx status.
    /// - Throws: ``ProviderError``, and `CancellationError`.
    func send(_ call: WireCall, _ scope: WireScope, authorization: JSON?, creating: Bool = false) async throws -> WireResponse {
        let request: WireRequest
        do {
            let plain = try call.request(scope, baseURL: session.account.baseURL, authorization: authorization)
            request = creating ? shaped(plain, authorization) : plain
        } catch {
            // Nothing was sent: a profile or credentials put right let the order go out after all.
            throw creating ? error.creating(.sendAgain) : error
        }
        let response: WireResponse
        do {
            response = try await session.transport.send(request)
        } catch let error as TransportError {
            throw ProviderError(error, creating: creating)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw ProviderError(.noAnswer, "the exchange failed", creation: creating ? .uncertain : nil)
        }
        guard (200..<300).contains(response.status) else { throw failure(response, creating: creating) }
        return response
    }

    /// The request as a connection's script changed it.
    private func shaped(_ request: WireRequest, _ authorization: JSON?) -> WireRequest {
        session.shape.map { ShapedRequest(request, session.account, credentialHeader: Self.header(authorization)).request($0) } ?? request
    }

    /// What a connection's script may change of a call; nil where it may change nothing.
    func shape(of call: WireCall, _ scope: WireScope, authorization: JSON?) throws(ProviderError) -> RequestShape? {
        let request = try call.request(scope, baseURL: session.account.baseURL, authorization: nil)
        return ShapedRequest(request, session.account, credentialHeader: Self.header(authorization)).shape
    }

    private static func header(_ authorization: JSON?) -> String? { authorization.map { $0["header"]?.text ?? "Authorization" } }

    /// The JSON of a successful answer.
    /// - Throws: ``ProviderError`` `unreadable` where it is none.
    func json(_ response: WireResponse, of call: WireCall) throws(ProviderError) -> JSON {
        guard let json = response.json else { throw unreadable(call, "its answer is not JSON", response.status) }
        return json
    }

    /// An answer that came but does not say what it should.
    func unreadable(_ call: WireCall, _ reason: String, _ status: Int? = nil) -> ProviderError {
        ProviderError(.unreadable, "the provider's answer to \(call.name) could not be understood: \(reason)", status: status)
    }

    /// The provider's own message in an answer, on one line of at most 500 characters; nil where there is none.
    func message(in response: WireResponse) -> String? {
        guard let json = response.json, let text = profile.selector("errors", "message").text(in: json) else { return nil }
        let line = String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 })).trimmed
        return line.isEmpty ? nil : String(line.prefix(500))
    }

    private func failure(_ response: WireResponse, creating: Bool) -> ProviderError {
        ProviderError(
            answer: response,
            message: message(in: response),
            providerCode: response.json.flatMap { profile.selector("errors", "code").identifier(in: $0) },
            creating: creating,
            at: session.clock.now()
        )
    }
}

extension ProviderError {
    /// The same failure, met while creating.
    func creating(_ rule: CreationRule) -> ProviderError {
        var error = self
        error.creation = rule
        return error
    }

    /// Whether the message is the provider's own.
    var hasOwnMessage: Bool { status.map { message.value != Self.plainMessage($0) } ?? false }
}
