import ConfigurationFiles
import Dashboard
import HTTPTypes
import Screening

extension SettingsKind<TrustedProxies> {
    /// Proxies that say who asks.
    static var trustedProxies: SettingsKind {
        SettingsKind(
            values: "`from`, `header`, `scopes`",
            isBlock: true,
            read: { section, key, _ in
                guard section[key] != nil else { return nil }
                let block = section.object(key, keys: ["from", "header", "scopes"])
                let ranges = (block.texts("from") ?? []).compactMap { text in
                    let range = AddressRange(text)
                    if range == nil { block.problem("from", "\(text) is no CIDR range or address", hint: "Such as 10.0.0.5/32.") }
                    return range
                }
                if ranges.isEmpty { block.problem("from", "must name at least one address or range: whoever is trusted is believed in everything") }
                let header = block.text("header", required: true) ?? ""
                if !header.isEmpty, HTTPField.Name(header) == nil { block.problem("header", "is no name of a header") }
                let known = Scope.allCases.map(\.rawValue)
                let scopes = (block.texts("scopes") ?? []).compactMap { text in
                    let scope = Scope(rawValue: text)
                    if scope == nil { block.problem("scopes", "\(text) must be one of \(known.joined(separator: ", "))") }
                    return scope
                }
                return TrustedProxies(from: ranges, header: header, scopes: Set(scopes))
            },
            text: { _ in nil }
        )
    }
}
