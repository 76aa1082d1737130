import Screening

/// The beginning of an identifier of an order, an event or a run, as somebody writes it who searches: in any case.
struct OwnIdentifier {
    let kind: IdentifierKind
    /// In lower case, as identifiers are.
    let start: String

    /// Nil where the text begins no such identifier.
    init?(_ text: String) {
        let start = text.trimmed.lowercased()
        guard start.utf8.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x5F }) else { return nil }
        guard let kind = [IdentifierKind.order, .event, .run].first(where: { start.hasPrefix($0.rawValue + "_") }) else { return nil }
        (self.kind, self.start) = (kind, start)
    }
}
