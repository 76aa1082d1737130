package import Foundation
import Screening

/// Files of text as editors leave them: in UTF-8 or UTF-16, with a byte order mark or without.
package enum TextFile {
    /// A file's text without a byte order mark; nil where the file cannot be had, or is not text.
    package static func text(of file: String) -> String? { FileManager.default.contents(atPath: file).flatMap(text) }

    /// The text that these bytes are, without a byte order mark; nil where they are none.
    package static func text(_ data: Data) -> String? {
        let bytes = Array(data)
        let isUTF16 = bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE])
        let encoding = isUTF16 ? TextEncoding(of: bytes, contentType: nil) : .utf8
        return encoding.utf8(bytes).flatMap { String(validating: $0, as: UTF8.self) }
    }
}

extension String {
    /// A value that stands for itself, such as a secret, without what editors and shells leave around it: a byte order mark and line ends.
    package var withoutMarks: String {
        var scalars = unicodeScalars
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        while let last = scalars.last, last == "\n" || last == "\r" { scalars.removeLast() }
        return String(scalars)
    }
}
