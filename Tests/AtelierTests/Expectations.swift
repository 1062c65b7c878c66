import AtelierTesting
import Testing

/// Expects a run's folder to be as the contract says; tells all that is not.
func expectWhole(_ folder: RunFolder, sourceLocation: SourceLocation = #_sourceLocation) {
    do {
        let flaws = try folder.flaws()
        #expect(flaws == [], "run \(folder.id)", sourceLocation: sourceLocation)
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
}
