import Screening

/// What a terminal shows that is drawn anew again and again: a line on how fresh it is, and the text.
struct LiveFrame {
    let text: String
    /// When the text was true.
    let asOf: Timestamp
    /// Why there is nothing newer; nil where there is.
    let problem: String?
    let style: OutputStyle

    /// The first line.
    var status: String {
        guard let problem else { return "\(LiveFrame.clock(asOf)) UTC, every 2 s; Ctrl-C ends" }
        return "no answer since \(LiveFrame.clock(asOf)) UTC: \(problem.cellText)"
    }

    /// The lines that fit, without what a terminal is told to do.
    var lines: [String] {
        let status = status.cut(to: style.width ?? .max)
        let head = style.isColoured ? (problem == nil ? Tone.faint : .bad).paint(status) : status
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        if let height = style.height, lines.count > height - 2 {
            let kept = max(0, height - 3)
            let more = lines.count - kept
            lines = lines.prefix(kept) + ["… \(more) more lines"]
        }
        return [head, ""] + lines
    }

    /// What is sent to the terminal: it writes over what was there, so that nothing flickers.
    var drawing: String { "\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\n") + "\u{1B}[J" }

    /// What a terminal is told before the first frame and after the last: another screen, without a cursor.
    static let opening = "\u{1B}[?1049h\u{1B}[?25l"
    static let closing = "\u{1B}[?25h\u{1B}[?1049l"

    /// `12:03:07`
    private static func clock(_ time: Timestamp) -> String { String(time.iso8601.dropFirst(11).prefix(8)) }
}
