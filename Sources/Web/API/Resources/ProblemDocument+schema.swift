import Screening

extension ProblemDocument {
    static let schema = Schema(
        "Problem",
        always: ["type": .anyText, "title": .anyText, "status": .wholeNumber, "detail": .anyText, "code": .anyText],
        sometimes: ["field": .anyText, "parameter": .anyText],
        "A problem as RFC 9457 has it. field: the member of the body that it is about; parameter: the filter"
    )
}
