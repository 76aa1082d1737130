import Crypto
import Screening

extension ScriptHost {
    /// A random UUID, version 4.
    func uuid() -> String {
        var bytes = random.bytes(16)
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { bytes[$0].hex }.joined(separator: "-")
    }

    /// A code over what a script gives, under a secret that it does not see.
    /// - Throws: ``HostCallError`` where there is no such secret or algorithm, or the data cannot be read.
    func hmac(_ arguments: JSON) throws(HostCallError) -> JSON {
        guard let name = arguments["secret"]?.text, let key = secrets[name]?.first else {
            throw HostCallError("missing_secret", "the connection has no secret \(arguments["secret"]?.text ?? "of that name")")
        }
        guard let data = arguments["data_base64"]?.text.flatMap([UInt8].init(base64:)) else {
            throw HostCallError("bad_request", "hmac: the data cannot be read")
        }
        let symmetric = SymmetricKey(data: key.bytes)
        switch arguments["algorithm"]?.text {
        case "sha256": return .string(Array(HMAC<SHA256>.authenticationCode(for: data, using: symmetric)).base64)
        case "sha512": return .string(Array(HMAC<SHA512>.authenticationCode(for: data, using: symmetric)).base64)
        default: throw HostCallError("bad_request", "hmac: the algorithm must be sha256 or sha512", path: "algorithm")
        }
    }
}

extension HTTPScriptHost {
    /// Judges whether a call may be made, before any secret is filled into it.
    /// - Throws: ``HostCallError`` where it may not, with where to permit it.
    func judge(_ url: URLParts, _ places: SecretPlaces) throws(HostCallError) {
        guard permits(url, from: places.url) else {
            if places.url == nil, lacksCallbackHost(url) {
                throw HostCallError(
                    "url_not_permitted",
                    "\(url.origin) was named to be called back and is not among the connection's callback hosts",
                    hint: "where it is the ATS's, list its host under the connection's callback_hosts in the settings"
                )
            }
            throw HostCallError(
                "url_not_permitted",
                "the plugin's manifest does not permit calls to \(places.url.map { "the address in secret:" + $0 } ?? url.origin)",
                hint: places.url.map { "list ${secret.\($0)} under permissions.http in plugin.yaml" }
                    ?? "list the origin under permissions.http in plugin.yaml"
            )
        }
        for name in places.names.sorted() where name != places.url && !permits(secret: name, to: url) {
            throw HostCallError(
                "secret_not_permitted",
                "the secret \(name) may not be sent to \(places.url.map { "the address in secret:" + $0 } ?? url.origin)",
                hint: "list the origin under secrets.\(name).to in plugin.yaml"
            )
        }
    }
}
