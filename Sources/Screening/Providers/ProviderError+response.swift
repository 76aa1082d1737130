import HTTPTypes

extension ProviderError {
    /// The failure that an answer without success stands for.
    ///
    /// - Parameters:
    ///   - message: the provider's own message; nil where the answer brought none.
    ///   - providerCode: the provider's own error number or word; left out where it is text that could be anything.
    ///   - creating: whether the request was to create.
    ///   - timestamp: the present time, which a `Retry-After` date is compared with.
    package init(response: WireResponse, message: String?, providerCode: String? = nil, creating: Bool, at timestamp: Timestamp) {
        let code: Code =
            switch response.status {
            case 403 where response.isPage, 404 where response.isPage: .unavailable
            case 401, 403: .unauthorised
            case 429: .rateLimited
            case 408, 500...: .unavailable
            case 400..<500: .refused
            default: .unreadable
            }
        self.init(
            code,
            message
                ?? ([403, 404].contains(response.status) && response.isPage ? Self.pageMessage(response.status) : Self.plainMessage(response.status)),
            status: response.status,
            providerCode: providerCode.flatMap(Self.plainCode),
            retryAfter: RetryAfter.duration(in: response, at: timestamp) ?? (response.status == 429 ? .seconds(60) : nil),
            creation: creating ? Self.creation(after: response) : nil
        )
    }

    /// What a create's answer means. A page is nobody's word on the request: whether it was made is not known, unless the status says that nothing was.
    private static func creation(after response: WireResponse) -> CreationRule {
        let rule = CreationRule(status: response.status)
        return response.isPage && rule == .refused ? .uncertain : rule
    }

    /// The message for an answer that contains none from the provider.
    package static func plainMessage(_ status: Int) -> String { "the provider answered HTTP \(status)" }

    private static func pageMessage(_ status: Int) -> String {
        "HTTP \(status) with a page instead of the interface's answer: something between here and the provider is in the way"
    }

    /// An error number or word that may stand in a log; nil for text that could be anything.
    private static func plainCode(_ text: String) -> String? {
        let isPlain = text.utf8.allSatisfy { $0.isASCIIDigit || $0.isASCIILetter || "-._".utf8.contains($0) }
        return isPlain && text.utf8.count <= 40 ? text : nil
    }
}

extension WireResponse {
    /// Whether the body is a page for people: a firewall's or a proxy's, whoever was meant to answer.
    package var isPage: Bool {
        if headers[.contentType]?.lowercased().contains("html") == true { return true }
        return body.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) } == UInt8(ascii: "<")
    }
}
