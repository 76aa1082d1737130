extension Duration {
    /// The duration in its two largest units: `3 d 2 h`, `5 min 4 s`.
    var short: String {
        let seconds = components.seconds
        let parts = [(seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")]
        return parts.drop { $0.0 == 0 }.prefix(2).filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }
}
