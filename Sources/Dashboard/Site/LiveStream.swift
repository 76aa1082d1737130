import HTTPTypes
import Pipeline
import Screening
import ServiceLifecycle
import Web

/// Tells the script that something changed, by server-sent events.
///
/// An answer ends with the first change, or after a few seconds without one, and the browser asks again by itself: nothing is held open for long, through
/// whatever stands between, and a page that is told nothing knows that nothing reaches it.
struct LiveStream: Sendable {
    static let path = "/live"
    /// How long an answer waits.
    static let patience: Duration = .seconds(6)

    let site: Site

    var routes: [Route] {
        [
            Route(.get, LiveStream.path) { request in
                guard let viewer = try await site.access.viewer(of: request) else { return Headers.secured(WireResponse(401)) }
                // Beyond what is held open the browser comes again after a while: until then its pages ask by themselves.
                let isHeld = site.streams.open(viewer.principal.id)
                defer { if isHeld { site.streams.close(viewer.principal.id) } }
                let hasChanged = isHeld ? await hasChanged(for: viewer) : false
                let event = hasChanged ? "changed" : "tick"
                let text = "retry: \(isHeld ? 800 : 15_000)\nevent: \(event)\ndata: \(site.parts.clock.now().iso8601)\n\n"
                return Headers.secured(WireResponse(200, headers: [.contentType: "text/event-stream"], body: Array(text.utf8)))
            }
        ]
    }

    private func hasChanged(for viewer: Viewer) async -> Bool {
        let updates = site.parts.updates.listen()
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await update in updates where viewer.principal.sees(connection: update.order.connection) { return true }
                return false
            }
            group.addTask {
                // A host that stops waits for nobody.
                try? await gracefulShutdown()
                return false
            }
            group.addTask {
                try? await Task.sleep(for: LiveStream.patience)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
    }
}
