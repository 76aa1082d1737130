import Tracing

/// A trace's context on its way through the store: what a tracer tells others, by name, as texts.
enum TraceCarrier {
    /// The context of the span that is under way; empty where nothing is traced.
    static var present: [String: String] { InstrumentationContext.current.map(texts) ?? [:] }

    /// A context as texts; empty where it says nothing.
    static func texts(_ context: InstrumentationContext) -> [String: String] {
        var texts: [String: String] = [:]
        InstrumentationSystem.instrument.inject(context, into: &texts, using: TextInjector())
        return texts
    }

    /// The context that texts are of; nil where they are of none.
    static func context(_ texts: [String: String]) -> InstrumentationContext? {
        guard !texts.isEmpty else { return nil }
        var context = InstrumentationContext.topLevel
        InstrumentationSystem.instrument.extract(texts, into: &context, using: TextExtractor())
        return context.isEmpty ? nil : context
    }

    private struct TextInjector: Injector {
        func inject(_ value: String, forKey key: String, into texts: inout [String: String]) {
            // Whoever traces says little; what is kept with every row is to stay small.
            if texts.count < 4, key.utf8.count + value.utf8.count <= 512 { texts[key] = value }
        }
    }

    private struct TextExtractor: Extractor {
        func extract(key: String, from texts: [String: String]) -> String? { texts[key] }
    }
}
