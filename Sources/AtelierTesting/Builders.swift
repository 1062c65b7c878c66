package import AtelierCore

/// Plans, runs and entities for tests: whole, valid, and different only where a test says so.
package enum Sample {
    /// The moment at which tests begin.
    package static let start = Timestamp(milliseconds: 1_790_000_000_000)

    /// The id of a run that was accepted that many milliseconds after ``start``; greater numbers are later runs.
    package static func id(_ number: Int) -> RunID {
        RunID(time: Timestamp(milliseconds: Self.start.milliseconds + Int64(number)), counter: 0, random: UInt64(number))
    }

    /// A plan with one interception by the built-in engine, and one output for each medium.
    package static func plan(_ text: String = "a cat on the moon", schema: String = "dada", media: [Medium] = [.image]) -> Plan {
        let step = StepPlan(chunk: "cutup", backend: .builtin, model: "cutup", system: nil, prompt: "{{INPUT_TEXT}}", parameters: [:])
        var plan = Plan(
            schema: schema,
            name: LocalizedText(en: "Dada", de: "Dada"),
            inputText: text,
            safety: SafetyPlan(requested: .kids, floor: .kids),
            interception: InterceptionPlan(steps: [step]),
            seed: 7
        )
        plan.outputs = media.enumerated().map { index, medium in
            OutputPlan(
                index: index,
                config: "\(medium.rawValue)_builtin",
                medium: medium,
                backend: .builtin,
                model: "sketch",
                parameters: [:],
                seed: 7
            )
        }
        plan.routing = [Routing(stage: 2, backend: .builtin, model: "cutup", candidates: ["builtin"], reason: "configured")]
        return plan
    }

    /// A run to be accepted, its id and time made from one number.
    package static func newRun(
        _ number: Int = 1,
        text: String = "a cat on the moon",
        schema: String = "dada",
        owner: String = "anna",
        media: [Medium] = [.image]
    ) -> NewRun {
        let id = Self.id(number)
        return NewRun(
            id: id,
            labels: RunLabels(owner: owner),
            plan: Self.plan(text, schema: schema, media: media),
            timestamp: id.time,
            limits: Limits()
        )
    }

    /// A draft whose bytes are the given text.
    package static func draft(
        _ type: EntityType = .input,
        stage: StageKey = StageKey(1),
        iteration: Int = 0,
        text: String = "a cat on the moon"
    ) -> EntityDraft {
        EntityDraft(
            key: EntityKey(type, stage: stage, iteration: iteration),
            media: type.medium == nil ? .text : MediaType("image/png", "png"),
            bytes: text.utf8.count,
            sha256: Digest(of: text.utf8),
            salt: String(repeating: "0f", count: 16),
            timestamp: Self.start,
            metadata: ["model": "cutup", "seed": 7]
        )
    }
}
