/// A status as the label of a metric. Providers and scripts choose it: the usual ones stand by themselves, others by their class, for each value is a
/// series of its own.
package func statusLabel(_ status: Int) -> String {
    if usualStatuses.contains(status) { return String(status) }
    return (100...599).contains(status) ? "\(status / 100)xx" : "other"
}

private let usualStatuses: Set<Int> = [
    200, 201, 202, 204, 301, 302, 304, 400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 425, 429, 500, 501, 502, 503, 504,
]
