/// One stage of a request's lifecycle.
struct ZincStage: Sendable, Equatable {
    let statusV2: String
    var result: String?

    init(_ statusV2: String, _ result: String? = nil) {
        self.statusV2 = statusV2
        self.result = result
    }
}

/// Zinc's status texts, and the stages that a request goes through on its own.
enum ZincLifecycle {
    /// The coarse `status` of each `statusV2`.
    static let coarse = [
        "requested": "pending", "paused": "pending", "awaiting-candidate": "pending", "attention-needed": "pending",
        "in-progress": "partially-completed", "ready-for-review": "action-required", "all-clear": "completed", "reviewed": "reviewed",
        "cancelled": "cancelled",
    ]

    /// The stages after `requested`. The candidate's last name decides, so that a test or a demonstration chooses the end when it orders.
    static func stages(lastName: String) -> [ZincStage] {
        let start = [ZincStage("awaiting-candidate"), ZincStage("in-progress")]
        return switch lastName {
        // An overall clear outcome is what `all-clear` means, so a result to consider passes through the recruiter's review.
        case "Consider": start + [ZincStage("ready-for-review", "consider"), ZincStage("reviewed", "consider")]
        case "Returning": start + start + [ZincStage("all-clear", "clear")]
        case "Reviewed": start + [ZincStage("all-clear", "clear"), ZincStage("reviewed", "clear")]
        case "Attention": [ZincStage("awaiting-candidate"), ZincStage("attention-needed"), ZincStage("in-progress"), ZincStage("all-clear", "clear")]
        case "Cancelled": [ZincStage("awaiting-candidate"), ZincStage("cancelled")]
        case "Silent": []
        default: start + [ZincStage("all-clear", "clear")]
        }
    }
}
