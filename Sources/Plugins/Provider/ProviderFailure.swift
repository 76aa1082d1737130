import Screening

/// Makes the ``ProviderError`` for a hook that failed.
struct ProviderFailure {
    let session: ProviderSession
    let record: CreationRecord

    /// Why a hook ended without its result.
    func error(_ end: HookEnd, hook: String) -> ProviderError {
        var error = reason(end, hook: hook)
        // An error that the script raised because of the provider's answer is not the script's mistake.
        if case .failed(let failure) = end, failure.error.code != "provider_answer" { error.script = failure.error }
        return error
    }

    private func reason(_ end: HookEnd, hook: String) -> ProviderError {
        let own = reason(of: end)
        switch record.last {
        case .response(let response) where !(200..<300).contains(response.status) && (!isDecision(end) || (isRefusal(end) && rejectsCredentials)):
            let message = own.isProviders ? own.text : message(in: response)
            return ProviderError(response: response, message: message, creating: false, at: session.clock.now())
        case .failure(let failure) where !isDecision(end): return ProviderError(failure, creating: false)
        default: break
        }
        switch end {
        case .interrupted: return ProviderError(.unavailable, "the provider's script could not be run: \(own.text)")
        case .retry(let after, let reason): return ProviderError(after == nil ? .unavailable : .rateLimited, reason, retryAfter: after)
        case .rejected, .parked, .skipped: return ProviderError(.refused, own.text)
        case .done: return ProviderError(.unreadable, "\(hook) returned nothing that can be understood")
        case .failed: return ProviderError(.unreadable, own.text)
        }
    }

    /// The same for `submit`, with what it means for the order. The script cannot overrule what was sent: after a request that
    /// may have created, nothing but a reference makes it certain.
    func creation(_ end: HookEnd, hook: String) -> ProviderError {
        var error = error(end, hook: hook)
        // Whatever the script makes of it: rejected credentials say nothing about the order.
        if rejectsCredentials, record.rule == nil || record.rule == .sendAgain {
            error.creation = .sendAgain
            return error
        }
        switch record.rule {
        case .uncertain: error.creation = .uncertain
        case .sendAgain: error.creation = isRefusal(end) ? .refused : .sendAgain
        case .refused:
            if case .retry = end { error.creation = .sendAgain } else { error.creation = .refused }
        case nil: error.creation = isRefusal(end) || error.code == .refused ? .refused : .sendAgain
        }
        return error
    }

    /// Whether the last answer was that the credentials are not accepted.
    private var rejectsCredentials: Bool {
        guard case .response(let response) = record.last else { return false }
        return [401, 403].contains(response.status)
    }

    /// Whether the script chose how to end instead of failing.
    private func isDecision(_ end: HookEnd) -> Bool {
        switch end {
        case .rejected, .parked, .skipped, .retry: true
        case .done, .failed, .interrupted: false
        }
    }

    private func isRefusal(_ end: HookEnd) -> Bool {
        switch end {
        case .rejected, .parked, .skipped: true
        case .done, .failed, .interrupted, .retry: false
        }
    }

    /// The message that the script ended with, and whether it is the provider's own text.
    private func reason(of end: HookEnd) -> (text: String, isProviders: Bool) {
        switch end {
        case .done: return ("", false)
        case .skipped(let text), .rejected(let text), .parked(let text), .retry(_, let text), .interrupted(let text): return (text, false)
        case .failed(let failure):
            let error = failure.error
            if error.code == "provider_answer" { return (error.message, true) }
            guard let script = error.script, let line = error.line else { return (error.message, false) }
            return ("\(script):\(line): \(error.message)", false)
        }
    }

    /// The message in an answer, read from the usual members: one line of at most 500 characters, without the account's secrets.
    private func message(in response: WireResponse) -> String? {
        guard let json = response.json else { return nil }
        let places = ["message", "error.message", "error", "error.0", "error_description", "detail", "errors.0.message", "errors.0", "title"]
        guard let text = places.lazy.compactMap({ json.at($0)?.text?.trimmed }).first(where: { !$0.isEmpty }) else { return nil }
        let scrubbed = SecretScrubber(session.account.secrets).scrubbed(text)
        return String(scrubbed.map { $0.isNewline ? " " : $0 }.prefix(500))
    }
}
