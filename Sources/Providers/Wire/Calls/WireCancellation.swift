import Screening

/// Cancelling, as a profile's `cancel` describes it.
enum WireCancellation {
    /// How it ended.
    ///
    /// Any 2xx is a cancellation. Which refusals mean "too late" no provider's document says; assumed are 409 always, and 400 and 422 where a message
    /// says why. `too_late` in the section names other statuses; every other refusal (404, say) is thrown on as an error.
    static func cancel(
        _ reference: String,
        _ exchange: WireExchange,
        _ scope: WireScope,
        send: (WireCall, WireScope) async throws -> WireResponse
    ) async throws -> Cancellation {
        guard let call = exchange.profile.call("cancel") else { return .unsupported }
        do {
            _ = try await send(call, scope.with("reference", reference))
            return .cancelled
        } catch let error as ProviderError {
            guard let status = error.status else { throw error }
            if let named = call.section["too_late"]?.items {
                guard named.contains(where: { $0.integer == Int64(status) }) else { throw error }
            } else {
                guard status == 409 || ([400, 422].contains(status) && error.hasOwnMessage) else { throw error }
            }
            return .tooLate(error.hasOwnMessage ? error.message.value : nil)
        }
    }
}
