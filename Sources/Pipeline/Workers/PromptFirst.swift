/// Waits in two lines: what is prompt is taken first, and every fourth turn belongs to what is patient, so that neither waits for ever.
struct PromptFirst<Entry> {
    private var prompt = Line()
    private var patient = Line()
    private var promptInARow = 0

    /// Puts an entry at the end of its line.
    mutating func add(_ entry: Entry, isPrompt: Bool) {
        if isPrompt { prompt.add(entry) } else { patient.add(entry) }
    }

    /// Takes what is next; nil where nothing waits.
    mutating func take() -> Entry? {
        if promptInARow < 3 || patient.isEmpty, let next = prompt.take() {
            promptInARow += 1
            return next
        }
        promptInARow = 0
        return patient.take()
    }

    /// First in, first out; what was taken is cleared away now and then, not one by one.
    private struct Line {
        private var entries: [Entry?] = []
        private var first = 0

        var isEmpty: Bool { first == entries.count }

        mutating func add(_ entry: Entry) { entries.append(entry) }

        mutating func take() -> Entry? {
            guard !isEmpty else { return nil }
            let entry = entries[first]
            entries[first] = nil
            first += 1
            if isEmpty || first >= 1024 {
                entries.removeFirst(first)
                first = 0
            }
            return entry
        }
    }
}
