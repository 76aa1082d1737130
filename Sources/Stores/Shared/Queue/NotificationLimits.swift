/// How much of what others were told is forgotten in one transaction.
enum NotificationLimits {
    /// Rows of each table.
    static let batch = 1000
}
