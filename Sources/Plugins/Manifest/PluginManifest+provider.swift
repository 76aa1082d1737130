import ConfigurationFiles
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
                requests: can("requests"),
                idempotentCreate: can("idempotent_create")
            ),
            fields: secrets.map { ProviderManifest.Field($0.name, $0.title, required: $0.required, secret: true, list: true) },
            environments: environments,
            polling: polling,
            takesSettings: true,
            credentialHeaders: inbound.reduce(into: []) { $0.formUnion($1.verification.credentialHeaders) },
            credentialQuery: inbound.first.flatMap { if case .token(_, let query) = $0.verification { query } else { nil } },
            webhookFormat: inbound.first?.body ?? .json
        )
    }

    /// The hooks that a provider's manifest promises: `submit`, and one for each thing that it can do.
    package var promisedHooks: Set<String> {
        guard let capabilities = provider?.capabilities else { return [] }
        var hooks: Set = ["submit"]
        if capabilities.packages { hooks.insert("packages") }
        if capabilities.report { hooks.insert("report") }
        if capabilities.webhooks { hooks.insert("interpret") }
        if capabilities.cancel != nil { hooks.insert("cancel") }
        if capabilities.find { hooks.insert("find") }
        if capabilities.requests { hooks.insert("requests") }
        return hooks
    }

    /// What is missing or malformed in an order, given what the provider needs to know about a candidate. Never holds a value.
    func problems(with draft: OrderDraft) -> [FieldProblem] {
        let candidate = draft.candidate
        let values = [
            "first_name": candidate.firstName.value, "last_name": candidate.lastName.value, "email": candidate.email.value,
            "phone": candidate.phone?.value, "country": candidate.country,
        ]
        var problems = Self.candidateFields.filter { candidateNeeds.contains($0.name) && (values[$0.name] ?? nil)?.trimmed.isEmpty ?? true }.map {
            FieldProblem(path: "candidate.\($0.name)", expected: $0.title, found: "nothing")
        }
        if draft.package.trimmed.isEmpty { problems.append(FieldProblem(path: "package", expected: "a package", found: "nothing")) }
        return problems
    }

    /// What is wrong with an account, a sentence each.
    public func problems(with account: Account) -> [String] {
        var problems = settings.check(account.settings, at: ["settings"]).map { finding in
            "\(finding.path.joined(separator: ".")): \(finding.message)" + (finding.hint.map { ". \($0)" } ?? "")
        }
        if URLParts(account.baseURL) == nil { problems.append("base_url: expected a URL that begins with https://") }
        if account.wire.members?.pairs.isEmpty == false { problems.append("wire: is for the built-in providers; \(name) is a plugin") }
        if account.signature != .raw { problems.append("webhook_signature: is for the built-in providers; \(name) is a plugin") }
        for (name, secrets) in account.secrets.sorted(by: { $0.key < $1.key }) {
            for secret in secrets {
                let faults = inbound.map(\.verification).filter { $0.secretNames.contains(name) }.compactMap { $0.problem(with: secret) }
                problems += faults.map { "\(name): \($0)" }
            }
        }
        return problems
    }

    /// The fields of a candidate that a provider may need.
    static let candidateFields = [
        (name: "first_name", title: "a first name"), (name: "last_name", title: "a last name"), (name: "email", title: "an e-mail address"),
        (name: "phone", title: "a telephone number"), (name: "country", title: "a country"),
    ]

    static func candidateNeeds(_ root: ObjectReader) -> [String] {
        let block = root.object("candidate", keys: ["required"])
        let known = candidateFields.map(\.name)
        let names = block.texts("required") ?? []
        for name in names where !known.contains(name) {
            block.problem("required", "knows no field \(name)", hint: "Known fields: \(known.joined(separator: ", ")).")
        }
        return ["first_name", "last_name", "email"] + names
    }

    /// Notes the contradictions in a provider's manifest.
    func checkProvider(_ root: ObjectReader) {
        guard let capabilities = provider?.capabilities else { return }
        if !capabilities.report, !capabilities.webhooks {
            root.problem("capabilities", "has neither report nor webhooks, so nothing would ever be heard of an order")
        }
        if capabilities.webhooks, inbound.count != 1 {
            root.problem("inbound", "must have one entry, for the webhooks", hint: "Write: - path: / with a verify block.")
        } else if !capabilities.webhooks, !inbound.isEmpty {
            root.problem("inbound", "is for webhooks, and capabilities does not list webhooks")
        }
        let isVerified = inbound.contains { $0.verification != .none }
        if capabilities.webhooks, capabilities.signedWebhooks != isVerified {
            root.problem(
                "capabilities",
                isVerified ? "signed_webhooks must be true, since inbound verifies" : "signed_webhooks needs a verify scheme"
            )
        }
        for secret in secrets where AccountKey(rawValue: secret.name) != nil {
            root.problem("secrets", "\(secret.name) is a name that every account has already")
        }
    }

    static func capabilities(_ root: ObjectReader) -> JSON {
        let flags = ["packages", "report", "webhooks", "signed_webhooks", "timestamped_webhooks", "find", "requests", "idempotent_create"]
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
