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
            let keys = ["path", "verify", "dedupe", "body", "handshake", "occurred_at", "group"]
            return rule(ObjectReader(item, at: path, keys: keys, problems: problems))
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
        let body = entry.choice("body", among: BodyFormat.allCases.map(\.rawValue)).flatMap(BodyFormat.init) ?? .json
        let verification = verification(entry, body)
        guard let path, let verification else { return nil }
        return InboundRule(
            path: path,
            verification: verification,
            dedupe: dedupe(entry, body),
            body: body,
            echoHeader: echo,
            occurredAt: places(entry, "occurred_at"),
            group: places(entry, "group")
        )
    }

    private func places(_ entry: ObjectReader, _ key: String) -> [RequestValue] {
        guard entry[key] != nil else { return [] }
        let block = entry.object(key, keys: ["header", "body"])
        if block.members.pairs.count != 1 { entry.problem(key, "must have one of header and body") }
        if block["header"] != nil { return header(block).map { [.header($0.lowercased())] } ?? [] }
        return (block.texts("body") ?? []).map { .body($0) }
    }

    private func dedupe(_ entry: ObjectReader, _ body: BodyFormat) -> Dedupe {
        guard let given = entry["dedupe"], given.text != "none" else { return entry["dedupe"] == nil ? .usual : Dedupe(.nothing) }
        let block = entry.object("dedupe", keys: ["header", "body", "body_hash", "within"])
        let named = ["header", "body"].filter { block[$0] != nil }
        let isEmpty = block.members.pairs.allSatisfy { $0.name == "within" }
        if named.count > 1 || (given.members != nil && isEmpty) { entry.problem("dedupe", "must have one of header, body and body_hash, or be none") }
        if body == .text, named == ["body"] { block.problem("body", "names a value of the body, which is read as text") }
        let within = window(block)
        let comparesBody = block.boolean("body_hash")
        if comparesBody == false {
            block.problem("body_hash", "can only be true", hint: named.isEmpty ? "Write dedupe: none where nothing is a duplicate." : "Leave it out.")
        }
        if let name = block.text("header") {
            if !HeaderValue.isName(name) { block.problem("header", "must be the name of a header") }
            return Dedupe(.header(name.lowercased()), within: within, comparesBody: comparesBody ?? false)
        }
        if let path = block.text("body") { return Dedupe(.body(path), within: within, comparesBody: comparesBody ?? false) }
        return Dedupe(.bodyHash, within: within ?? Dedupe.usualWindow)
    }

    private func window(_ block: ObjectReader) -> Duration? {
        guard let text = block.text("within") else { return nil }
        guard let within = Duration(short: text), within > .zero else {
            block.problem("within", "must be a time such as 10m")
            return nil
        }
        return within
    }

    private func verification(_ entry: ObjectReader, _ body: BodyFormat) -> Verification? {
        guard entry["verify"] != nil else {
            entry.problem("verify", "is missing", hint: "Write { scheme: none } where anybody may send.")
            return nil
        }
        let keys = [
            "hmac": ["secret", "header", "part", "algorithm", "encoding", "prefix", "signed", "list", "timestamp"],
            "standard_webhooks": ["secret", "header_prefix"], "basic": ["username", "password"], "bearer": ["secret", "header"],
            "body_hmac": ["secret", "signature", "signed", "algorithm", "encoding"], "token": ["secret", "query"], "none": [],
        ]
        let schemes = ["hmac", "standard_webhooks", "basic", "bearer", "body_hmac", "token", "none"]
        let open = entry.object("verify", keys: nil)
        guard let scheme = open.choice("scheme", among: schemes, required: true) else { return nil }
        let block = entry.object("verify", keys: ["scheme"] + (keys[scheme] ?? []))
        switch scheme {
        case "hmac": return hmac(block, body)
        case "standard_webhooks":
            let prefix = block.text("header_prefix") ?? StandardWebhooks.Header.usual
            if !HeaderValue.isName(prefix) {
                block.problem("header_prefix", "must be what stands before -id, -timestamp and -signature, such as svix")
            }
            return secret(block, "secret").map { .standardWebhooks(secret: $0, headerPrefix: prefix.lowercased()) }
        case "basic":
            let password = block["password"] == nil ? nil : secret(block, "password")
            return secret(block, "username").map { .basic(username: $0, password: password) }
        case "bearer":
            let header = block["header"] == nil ? "authorization" : header(block)?.lowercased()
            guard let secret = secret(block, "secret"), let header else { return nil }
            return .bearer(secret: secret, header: header)
        case "body_hmac":
            guard let secret = secret(block, "secret"), let signature = block.text("signature", required: true) else { return nil }
            if block["signed"] == nil { block.problem("signed", "is missing", hint: "Such as ${body.token}${body.triggeredAt}.") }
            if body == .text { block.problem("signature", "is a value of the body, which is read as text", hint: "Take away body: text.") }
            let signed = signed(block, body, code: nil)
            if signed.signsBody { block.problem("signed", "cannot be the whole body, which holds the signature itself") }
            if signed.values.contains(signature) { block.problem("signed", "names the signature itself") }
            return .bodyHMAC(BodyHMACScheme(secret: secret, signature: signature, signed: signed, code: code(block)))
        case "token":
            guard let secret = secret(block, "secret"), let query = block.text("query", required: true) else { return nil }
            return .token(secret: secret, query: query)
        default: return Verification.none
        }
    }

    private func hmac(_ block: ObjectReader, _ body: BodyFormat) -> Verification? {
        guard let secret = secret(block, "secret"), let header = header(block) else { return nil }
        let part = part(block)
        let place = HeaderValue(name: header, part: part)
        return .hmac(
            HMACScheme(
                secret: secret,
                header: header,
                part: part,
                code: code(block),
                prefix: block.text("prefix") ?? "",
                signed: signed(block, body, code: place),
                list: block.text("list"),
                timestamp: timestamp(block, code: place)
            )
        )
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
        if !HeaderValue.isName(header) { block.problem("header", "must be the name of a header") }
        return header
    }

    private func part(_ block: ObjectReader) -> String? {
        guard let part = block.text("part") else { return nil }
        if !HeaderValue.isName(part) { block.problem("part", "must be the name before = in a header such as t=…,v1=…") }
        return part
    }

    private func code(_ block: ObjectReader) -> HMACCode {
        let algorithm = block.choice("algorithm", among: HMACCode.Algorithm.allCases.map(\.rawValue)).flatMap(HMACCode.Algorithm.init)
        let encoding = block.choice("encoding", among: HMACCode.Encoding.allCases.map(\.rawValue)).flatMap(HMACCode.Encoding.init)
        return HMACCode(algorithm: algorithm ?? .sha256, encoding: encoding ?? .hex)
    }

    /// - Parameter code: where the code itself stands, where it stands in a header.
    private func signed(_ block: ObjectReader, _ body: BodyFormat, code: HeaderValue?) -> SignedTemplate {
        guard let text = block.text("signed") else { return .body }
        guard let template = SignedTemplate(text) else {
            block.problem("signed", "may use ${body}, ${header.NAME}, ${header.NAME.PART} and ${body.PATH}")
            return .body
        }
        if !template.namesTheRequest { block.problem("signed", "names nothing of the request, so every request would have the same signature") }
        if body == .text, let value = template.values.first {
            block.problem("signed", "names the body's value \(value), and the body is read as text")
        }
        if let code, template.headers.contains(where: { $0.name == code.name && ($0.part == nil || $0.part == code.part) }) {
            block.problem("signed", "names the signature itself", hint: "A part of its header that is signed is written ${header.\(code.name).PART}.")
        }
        return template
    }

    /// - Parameter code: where the code stands: a part without a header of its own stands in the same.
    private func timestamp(_ block: ObjectReader, code: HeaderValue) -> HMACScheme.SignedTimestamp? {
        guard block["timestamp"] != nil else { return nil }
        let timestamp = block.object("timestamp", keys: ["header", "part", "tolerance"])
        let part = part(timestamp)
        guard let header = timestamp["header"] == nil && part != nil ? code.name : header(timestamp) else { return nil }
        if HeaderValue(name: header, part: part) == code { timestamp.problem("part", "is where the signature stands") }
        guard let text = timestamp.text("tolerance") else { return HMACScheme.SignedTimestamp(header: header, part: part) }
        guard let tolerance = Duration(short: text), tolerance > .zero else {
            timestamp.problem("tolerance", "must be a time such as 300 (seconds) or 5m")
            return nil
        }
        return HMACScheme.SignedTimestamp(header: header, part: part, tolerance: tolerance)
    }
}
