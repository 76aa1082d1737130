public import Screening

extension PluginManifest {
    /// The manifest of the provider that a `kind: provider` plugin is; its secrets are the account's fields. Nil for an ATS.
    public var provider: ProviderManifest? {
        guard kind == .provider else { return nil }
        func can(_ name: String) -> Bool { capabilities[name] == true }
        let cancel = capabilities["cancel"]
        return ProviderManifest(
            name: name,
            title: title,
            capabilities: ProviderManifest.Capabilities(
                packages: can("packages"),
                report: can("report"),
                webhooks: can("webhooks"),
                signedWebhooks: can("signed_webhooks"),
                timestampedWebhooks: can("timestamped_webhooks"),
                cancel: cancel?.text ?? (cancel == true ? "as the provider decides" : nil),
                find: can("find"),
                idempotentCreate: can("idempotent_create")
            ),
            fields: secrets.map { ProviderManifest.Field($0.name, $0.title, required: $0.required, secret: true, list: true) },
            environments: environments,
            polling: polling
        )
    }

    static func capabilities(_ root: ObjectReader) -> JSON {
        let flags = ["packages", "report", "webhooks", "signed_webhooks", "timestamped_webhooks", "find", "idempotent_create"]
        let block = root.object("capabilities", keys: flags + ["cancel"])
        for flag in flags { _ = block.boolean(flag) }
        if let cancel = block["cancel"], cancel.boolean == nil, cancel.text == nil {
            block.problem("cancel", "must be true, false or words that say until when")
        }
        return .object(block.members)
    }

    static func environments(_ root: ObjectReader) -> [String: String] {
        let block = root.object("environments", keys: nil)
        var environments: [String: String] = [:]
        for (name, _) in block.members.pairs {
            guard let url = block.text(name, required: true) else { continue }
            if URLParts(url) == nil { block.problem(name, "must be an http or https URL") }
            environments[name] = url.hasSuffix("/") ? String(url.dropLast()) : url
        }
        return environments
    }

    static func interval(_ text: String, _ root: ObjectReader) -> Duration {
        guard let interval = Duration(short: text), interval >= .seconds(1) else {
            root.problem("poll", "must be a time of at least 1s, such as 15m")
            return .seconds(900)
        }
        return interval
    }
}

extension Duration {
    /// A time as settings and manifests write it: a whole number of seconds, or one with `s`, `m`, `h` or `d` after it. Nil for anything else, and
    /// for more than 3650 days.
    public init?(short text: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let last = text.last else { return nil }
        let digits = units[last] == nil ? text[...] : text.dropLast()
        guard (1...9).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(digits) else {
            return nil
        }
        let seconds = number * (units[last] ?? 1)
        guard seconds <= 3650 * 86_400 else { return nil }
        self = .seconds(seconds)
    }
}
