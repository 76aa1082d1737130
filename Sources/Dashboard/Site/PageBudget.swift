import Screening
import Synchronization
import Web

/// How many pages are drawn at the same time. Who hammers pages, a script or many people at once, waits for their turn, and is asked to come back where the line
/// is long: what is left of the machine is for what comes in and goes out.
final class PageBudget: Sendable {
    private struct Waiting {
        let id: UInt64
        let viewer: String
        let continuation: CheckedContinuation<Void, any Error>
    }
    private struct State {
        var drawing: [String: Int] = [:]
        var line: [Waiting] = []
        var nextID: UInt64 = 0

        var total: Int { drawing.values.reduce(0, +) }
    }

    private let atOnce: Int
    private let perViewer: Int
    private let line: Int
    private let linePerViewer: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - atOnce: so many are drawn at the same time.
    ///   - perViewer: so many of these for one person or token, however often they signed in.
    ///   - line: so many more may wait.
    ///   - linePerViewer: so many of these of one of them: more tabs than anybody looks at.
    init(atOnce: Int = 6, perViewer: Int = 3, line: Int = 48, linePerViewer: Int = 12) {
        (self.atOnce, self.perViewer, self.line, self.linePerViewer) = (atOnce, perViewer, line, linePerViewer)
    }

    static let busy = ProblemDocument(
        503,
        "pages_busy",
        "Not just now",
        "more pages are asked for at this moment than this host draws at once",
        retryAfter: .seconds(2)
    )

    /// Draws a page when it is its turn.
    /// - Parameter isDone: whether it tells of something that was done: then it waits, however long the line is.
    /// - Throws: ``busy`` where too many wait; `CancellationError` where whoever asked went away meanwhile; what `body` throws.
    func draw<Value>(for viewer: String, isDone: Bool = false, _ body: () async throws -> Value) async throws -> Value {
        try await enter(viewer, isDone)
        defer { leave(viewer) }
        return try await body()
    }

    /// How many wait for their turn.
    var waiting: Int { state.withLock { $0.line.count } }

    private func enter(_ viewer: String, _ isDone: Bool) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { state -> Result<Void, any Error>? in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.total < atOnce, state.drawing[viewer, default: 0] < perViewer {
                        state.drawing[viewer, default: 0] += 1
                        return .success(())
                    }
                    guard isDone || state.line.count < line && state.line.count(where: { $0.viewer == viewer }) < linePerViewer else {
                        return .failure(Self.busy)
                    }
                    state.line.append(Waiting(id: id, viewer: viewer, continuation: continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let gone = state.withLock { state in
                state.line.firstIndex { $0.id == id }.map { state.line.remove(at: $0) }
            }
            gone?.continuation.resume(throwing: CancellationError())
        }
    }

    private func leave(_ viewer: String) {
        let next = state.withLock { state -> Waiting? in
            let left = state.drawing[viewer, default: 1] - 1
            state.drawing[viewer] = left > 0 ? left : nil
            guard let place = state.line.firstIndex(where: { state.drawing[$0.viewer, default: 0] < perViewer }) else { return nil }
            let next = state.line.remove(at: place)
            state.drawing[next.viewer, default: 0] += 1
            return next
        }
        next?.continuation.resume()
    }
}

/// How many streams of changes are held open, in all and of one person or token.
final class OpenStreams: Sendable {
    private let most: Int
    private let perViewer: Int
    private let open = Mutex<[String: Int]>([:])

    init(most: Int = 256, perViewer: Int = 8) { (self.most, self.perViewer) = (most, perViewer) }

    /// Whether one more may be held open; whoever was told so calls ``close(_:)`` at its end.
    func open(_ viewer: String) -> Bool {
        open.withLock { open in
            guard open.values.reduce(0, +) < most, open[viewer, default: 0] < perViewer else { return false }
            open[viewer, default: 0] += 1
            return true
        }
    }

    func close(_ viewer: String) {
        open.withLock { open in
            let left = open[viewer, default: 1] - 1
            open[viewer] = left > 0 ? left : nil
        }
    }
}
