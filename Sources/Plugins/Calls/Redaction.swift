import Screening
import Synchronization

/// What one run says, without personal data: a ``Redactor`` that is made when the first text is to be redacted. Most runs say nothing.
final class Redaction: Sendable {
    private let input: JSON
    private let replies: Redactor.Replies
    private let made = Mutex<Redactor?>(nil)

    init(input: JSON, replies: Redactor.Replies = Redactor.Replies()) {
        self.input = input
        self.replies = replies
    }

    var redactor: Redactor {
        made.withLock { made in
            let redactor = made ?? Redactor(input: input, replies: replies)
            made = redactor
            return redactor
        }
    }
}
