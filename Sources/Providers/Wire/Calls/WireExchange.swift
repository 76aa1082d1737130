import HTTPTypes
import Logging
import Metrics
import Screening

/// Sends the profile's calls for one account and turns everything that is not a success into a ``ProviderError``.
struct WireExchange: Sendable {
    let session: ProviderSession
    let profile: WireProfile

    /// Performs one call.
    ///
    /// - Parameters:
    ///   - shape: what a connection's script made of the request; nil to send it as the profile has it.
    ///   - creating: whether the call creates a request at the provider, so that a failure says what it means for the order.
    ///   - tag: asks for an answer only where it is another than the one of this name.
    /// - Returns: an answer with a 2xx status, or with 304 where a tag was given.
    /// - Throws: ``ProviderError``, and `CancellationError`.
    func send(
        _ call: WireCall,
        _ scope: WireScope,
        authorization: JSON?,
        as shape: RequestShape? = nil,
        creating: Bool = false,
        unless tag: String? = nil
    ) async throws -> WireResponse {
        var request: WireRequest
        do {
            let plain = try call.request(scope, baseURL: session.account.baseURL, authorization: authorization)
            request = shape.map { shaped(plain, authorization).request($0) } ?? plain
        } catch {
            // Nothing was sent: once the profile or the credentials are corrected, the order can still be sent.
            throw creating ? error.creating(.sendAgain) : error
        }
        request.call = call.name
        if let tag { request.headers[.ifNoneMatch] = tag }
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
        guard (200..<300).contains(response.status) || (response.status == 304 && tag != nil) else { throw failure(response, creating: creating) }
        return response
    }

    private func shaped(_ request: WireRequest, _ authorization: JSON?) -> ShapedRequest {
        ShapedRequest(request, session.account, credentialHeader: authorization.map { $0["header"]?.text ?? "Authorization" })
    }

    /// What a connection's script may change of a call; nil where it may change nothing.
    func shape(of call: WireCall, _ scope: WireScope, authorization: JSON?) throws(ProviderError) -> RequestShape? {
        let request = try call.request(scope, baseURL: session.account.baseURL, authorization: nil)
        return shaped(request, authorization).shape
    }

    /// The JSON of a successful answer.
    /// - Throws: ``ProviderError`` `unreadable` where it is none.
    func json(_ response: WireResponse, of call: WireCall) throws(ProviderError) -> JSON {
        guard let json = response.json else { throw unreadable(call, "it is not JSON", response.status) }
        return json
    }

    /// Records of a list that could not be read cost themselves and nothing else: they are counted and said.
    func noteOdd(_ count: Int, of all: Int, in call: WireCall) {
        guard count > 0 else { return }
        Counter(label: "fairlead_provider_odd_records_total", dimensions: [("account", session.account.id), ("call", call.name)]).increment(by: count)
        session.logger.warning(
            "records of a provider's list could not be read and were left out",
            metadata: ["event": "provider.odd_records", "call": "\(call.name)", "left_out": .stringConvertible(count), "of": .stringConvertible(all)]
        )
    }

    /// The error for an answer that lacks what it should contain.
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
            response: response,
            message: message(in: response),
            providerCode: response.json.flatMap { profile.selector("errors", "code").identifier(in: $0) },
            creating: creating,
            at: session.clock.now()
        )
    }
}

extension ProviderError {
    /// The same failure, as one that happened while creating.
    func creating(_ rule: CreationRule) -> ProviderError {
        var error = self
        error.creation = rule
        return error
    }

    /// Whether the message is the provider's own.
    var hasOwnMessage: Bool { status.map { message.value != Self.plainMessage($0) } ?? false }
}
