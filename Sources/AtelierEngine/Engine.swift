package import AtelierCore

/// Everything that the engine of stages works with.
///
/// All effects come in through these ports.
package struct EngineParts: Sendable {
    package var store: any RunStore
    package var archive: any Archive
    package var stages: StageSet
    package var probe: any MediaProbe
    package var hub: ProgressHub
    package var work: Wakeup
    package var time: any TimeSource
    package var chance: any Chance
    package var log: any Log
    package var limits: Limits

    /// Collects the ports.
    ///
    /// The store is wrapped so that every change is announced.
    package init(
        store: any RunStore,
        archive: any Archive,
        stages: StageSet,
        probe: any MediaProbe,
        environment: Environment,
        limits: Limits
    ) {
        self.work = Wakeup()
        self.hub = ProgressHub(time: environment.time)
        self.store = AnnouncingStore(store, hub: self.hub, work: self.work)
        self.archive = archive
        self.stages = stages
        self.probe = probe
        self.time = environment.time
        self.chance = environment.chance
        self.log = environment.log
        self.limits = limits
    }

    /// Time, chance and the log.
    package struct Environment: Sendable {
        package var time: any TimeSource
        package var chance: any Chance
        package var log: any Log

        /// Collects them.
        package init(time: any TimeSource, chance: any Chance, log: any Log) {
            self.time = time
            self.chance = chance
            self.log = log
        }
    }

    var recorderParts: Recorder.Parts {
        Recorder.Parts(store: self.store, archive: self.archive, time: self.time, chance: self.chance, log: self.log)
    }
}

/// The four stages.
package struct StageSet: Sendable {
    package var input: any InputStage
    package var interception: any InterceptionStage
    package var outputCheck: any OutputCheckStage
    package var generation: any GenerationStage
    /// How many outputs an engine works on at the same time, by its id.
    package var capacity: @Sendable (String) -> Int

    /// Collects the stages.
    package init(
        input: any InputStage,
        interception: any InterceptionStage,
        outputCheck: any OutputCheckStage,
        generation: any GenerationStage,
        capacity: @escaping @Sendable (String) -> Int
    ) {
        self.input = input
        self.interception = interception
        self.outputCheck = outputCheck
        self.generation = generation
        self.capacity = capacity
    }
}
