extension Failure {
    /// The contract's codes; each new one must decide its row in ``policy``.
    package enum Code: String, Sendable, CaseIterable, Codable {
        case invalidRequest = "invalid_request"
        case unknownSchema = "unknown_schema"
        case unknownOutputConfig = "unknown_output_config"
        case unknownBackend = "unknown_backend"
        case unknownModel = "unknown_model"
        case unknownMedium = "unknown_medium"
        case unknownSafetyLevel = "unknown_safety_level"
        case unknownExecutionMode = "unknown_execution_mode"
        case unknownField = "unknown_field"
        case unknownSetting = "unknown_setting"
        case unknownCommand = "unknown_command"
        case unknownOption = "unknown_option"
        case safetyModelMissing = "safety_model_missing"
        case tooLarge = "too_large"
        case unauthenticated
        case forbidden
        case quarantined
        case notFound = "not_found"
        case notYet = "not_yet"
        case formatUnavailable = "format_unavailable"
        case deleted
        case missing
        case conflict
        case expired
        case blocked
        case rateLimited = "rate_limited"
        case backendUnavailable = "backend_unavailable"
        case storeUnavailable = "store_unavailable"
        case backendRejected = "backend_rejected"
        case outputInvalid = "output_invalid"
        case outcomeUnknown = "outcome_unknown"
        case timedOut = "timed_out"
        case noSpace = "no_space"
        case internalError = "internal"
        case corrupt
        case refusedStart = "refused_start"
    }

    /// What a code means at the edges.
    package struct Policy: Sendable, Hashable {
        /// HTTP status; `refused_start` never meets HTTP and has 500.
        package var status: Int
        /// Exit code of the command line.
        package var exit: Int32
        /// Whether the same request may succeed later.
        package var retry: Bool

        init(_ status: Int, _ exit: Int32, retry: Bool = false) {
            self.status = status
            self.exit = exit
            self.retry = retry
        }
    }

    /// The row of the contract's table (docs/contract.md, section 4) with what this failure says of a retry.
    package var policy: Policy {
        var policy = self.code.policy
        policy.retry = self.retryable ?? policy.retry
        return policy
    }
}

extension Failure.Code {
    /// The code's own row of the table.
    package var policy: Failure.Policy {
        switch self {
        case .invalidRequest, .unknownSchema, .unknownOutputConfig, .unknownBackend, .unknownModel, .unknownMedium, .unknownSafetyLevel,
            .unknownExecutionMode, .unknownField, .unknownSetting, .unknownCommand, .unknownOption, .safetyModelMissing:
            .init(422, 2)
        case .tooLarge: .init(413, 2)
        case .unauthenticated: .init(401, 1)
        case .forbidden, .quarantined: .init(403, 1)
        case .notFound, .formatUnavailable: .init(404, 1)
        case .notYet: .init(404, 1, retry: true)
        case .deleted, .missing: .init(410, 1)
        case .conflict, .expired: .init(409, 1)
        case .blocked: .init(403, 3)
        case .rateLimited: .init(429, 1, retry: true)
        case .backendUnavailable, .storeUnavailable: .init(503, 1, retry: true)
        case .backendRejected, .outputInvalid, .outcomeUnknown: .init(502, 1)
        case .timedOut: .init(504, 1, retry: true)
        case .noSpace: .init(507, 1)
        case .internalError, .corrupt: .init(500, 1)
        case .refusedStart: .init(500, 2)
        }
    }
}
