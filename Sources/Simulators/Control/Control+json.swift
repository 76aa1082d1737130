import Screening

extension ZincRequest {
    /// As the control routes show it: the report, and what else the stand-in knows.
    var controlJSON: JSON {
        [
            "id": .string(id), "package": package.id, "candidate": candidate.controlJSON, "callback": JSON(callback),
            "idempotency_key": JSON(idempotencyKey), "created_at": JSON(createdAt), "history": .array(history.map { .string($0) }), "report": report,
        ]
    }
}

extension Invitation {
    /// As the control routes show it: the report, and what else the stand-in knows.
    var controlJSON: JSON {
        [
            "id": .string(id), "product": .string(productID), "candidate": candidate.controlJSON, "reference": JSON(reference),
            "idempotency_key": JSON(idempotencyKey), "created_at": JSON(createdAt), "history": .array(history.map { .string($0) }), "report": report,
        ]
    }
}

extension Candidate {
    fileprivate var controlJSON: JSON {
        [
            "first_name": .string(firstName.value), "last_name": .string(lastName.value), "email": .string(email.value),
            "phone": JSON(phone?.value),
        ]
    }
}
