/// The beginning of an identifier of an order, an event or a run, as somebody writes it who searches: in any case.
package struct OwnIdentifier {
    /// What it identifies.
    package let kind: IdentifierKind
    /// In lower case, as identifiers are.
    package let start: String

    /// Nil where the text begins no such identifier: then it may name a person, whatever it begins with.
    package init?(_ text: String) {
        let start = text.trimmed.lowercased()
        guard start.utf8.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x5F }) else { return nil }
        guard let kind = [IdentifierKind.order, .event, .run].first(where: { start.hasPrefix($0.rawValue + "_") }) else { return nil }
        (self.kind, self.start) = (kind, start)
    }
}
