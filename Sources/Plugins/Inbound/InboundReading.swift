import ConfigurationFiles
import Screening

/// Reads a manifest's `inbound`.
struct InboundReading {
    let secrets: [String]
    let problems: ProblemList

    func rules(_ root: ObjectReader) -> [InboundRule] {
        guard let value = root["inbound"] else { return [] }
        guard let items = value.items else {
            root.problem("inbound", "must be a list, not a \(value.kind)")
            return []
        }
        return items.enumerated().compactMap { index, item in
            let path = ["inbound", String(index)]
            return rule(ObjectReader(item, at: path, keys: ["path", "verify", "dedupe", "handshake", "occurred_at", "group"], problems: problems))
        }
    }

    private func rule(_ entry: ObjectReader) -> InboundRule? {
        let path = entry.text("path", required: true)
        if let path {
            if !path.hasPrefix("/") { entry.problem("path", "must begin with /") }
            if path.dropLast(path.hasSuffix("/*") ? 1 : 0).contains("*") { entry.problem("path", "may have * only as its last part, as in /hooks/*") }
            if path.contains(where: { "?#{}".contains($0) }) { entry.problem("path", "must be a path, without query or parameters") }
        }
        let handshake = entry.object("handshake", keys: ["echo_header"])
        let echo = entry["handshake"] == nil ? nil : handshake.text("echo_header", required: true)
        let verification = verification(entry)
        guard let path, let verification else { return nil }
        return InboundRule(
            path: path,
            verification: verification,
            dedupe: dedupe(entry),
            echoHeader: echo,
            occurredAt: value(entry, "occurred_at"),
            group: value(entry, "group")
        )
    }

    private func value(_ entry: ObjectReader, _ key: String) -> RequestValue? {
        guard entry[key] != nil else { return nil }
        let block = entry.object(key, keys: ["header", "body"])
        if block.members.pairs.count != 1 { entry.problem(key, "must have one of header and body") }
        if block["header"] != nil { return header(block).map { .header($0.lowercased()) } }
        return block.text("body").map { .body($0) }
    }

    private func dedupe(_ entry: ObjectReader) -> Dedupe {
        let block = entry.object("dedupe", keys: ["header", "body", "body_hash"])
        if block.members.pairs.count > 1 { entry.problem("dedupe", "must have one of header, body and body_hash") }
        if let header = block.text("header") { return .header(header.lowercased()) }
        if let path = block.text("body") { return .body(path) }
        if block.boolean("body_hash") == false { block.problem("body_hash", "can only be true") }
        return .bodyHash
    }

    private func verification(_ entry: ObjectReader) -> Verification? {
        guard entry["verify"] != nil else {
            entry.problem("verify", "is missing", hint: "Write { scheme: none } where anybody may send.")
            return nil
        }
        let keys = [
            "hmac": ["secret", "header", "algorithm", "encoding", "prefix", "signed", "list", "timestamp"],
            "standard_webhooks": ["secret"], "basic": ["username", "password"], "bearer": ["secret", "header"],
            "body_hmac": ["secret", "signature", "signed", "algorithm", "encoding"], "none": [],
        ]
        let schemes = ["hmac", "standard_webhooks", "basic", "bearer", "body_hmac", "none"]
        let open = entry.object("verify", keys: nil)
        guard let scheme = open.choice("scheme", among: schemes, required: true) else { return nil }
        let block = entry.object("verify", keys: ["scheme"] + (keys[scheme] ?? []))
        switch scheme {
        case "hmac":
            guard let secret = secret(block, "secret"), let header = header(block) else { return nil }
            return .hmac(
                HMACScheme(
                    secret: secret,
                    header: header,
                    code: code(block),
                    prefix: block.text("prefix") ?? "",
                    signed: signed(block),
                    list: block.text("list"),
                    timestamp: timestamp(block)
                )
            )
        case "standard_webhooks": return secret(block, "secret").map { .standardWebhooks(secret: $0) }
        case "basic":
            let password = block["password"] == nil ? nil : secret(block, "password")
            return secret(block, "username").map { .basic(username: $0, password: password) }
        case "bearer":
            let header = block.text("header")?.lowercased() ?? "authorization"
            return secret(block, "secret").map { .bearer(secret: $0, header: header) }
        case "body_hmac":
            guard let secret = secret(block, "secret"), let signature = block.text("signature", required: true) else { return nil }
            if block["signed"] == nil { block.problem("signed", "is missing", hint: "Such as ${body.token}${body.triggeredAt}.") }
            return .bodyHMAC(BodyHMACScheme(secret: secret, signature: signature, signed: signed(block), code: code(block)))
        default: return Verification.none
        }
    }

    private func secret(_ block: ObjectReader, _ key: String) -> String? {
        guard let name = block.text(key, required: true) else { return nil }
        if !secrets.contains(name) {
            let hint = suggestion(for: name, among: secrets).map { "Did you mean \($0)?" } ?? "Declare it under secrets."
            block.problem(key, "names \(name), which is not among the manifest's secrets", hint: hint)
        }
        return name
    }

    private func header(_ block: ObjectReader) -> String? {
        guard let header = block.text("header", required: true) else { return nil }
        let isName = header.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
        if !isName { block.problem("header", "must be the name of a header") }
        return header
    }

    private func code(_ block: ObjectReader) -> HMACCode {
        let algorithm = block.choice("algorithm", among: HMACCode.Algorithm.allCases.map(\.rawValue)).flatMap(HMACCode.Algorithm.init)
        let encoding = block.choice("encoding", among: HMACCode.Encoding.allCases.map(\.rawValue)).flatMap(HMACCode.Encoding.init)
        return HMACCode(algorithm: algorithm ?? .sha256, encoding: encoding ?? .hex)
    }

    private func signed(_ block: ObjectReader) -> SignedTemplate {
        guard let text = block.text("signed") else { return .body }
        guard let template = SignedTemplate(text) else {
            block.problem("signed", "may use ${body}, ${header.NAME} and ${body.PATH}")
            return .body
        }
        if !template.namesTheRequest { block.problem("signed", "names nothing of the request, so every request would have the same signature") }
        return template
    }

    private func timestamp(_ block: ObjectReader) -> HMACScheme.SignedTimestamp? {
        guard block["timestamp"] != nil else { return nil }
        let timestamp = block.object("timestamp", keys: ["header", "tolerance"])
        guard let header = header(timestamp) else { return nil }
        guard let text = timestamp.text("tolerance") else { return HMACScheme.SignedTimestamp(header: header) }
        guard let tolerance = Duration(short: text), tolerance > .zero else {
            timestamp.problem("tolerance", "must be a time such as 300 (seconds) or 5m")
            return nil
        }
        return HMACScheme.SignedTimestamp(header: header, tolerance: tolerance)
    }
}
