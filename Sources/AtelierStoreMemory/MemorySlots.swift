import AtelierCore

/// The engines' slots and the queues before them, in the order of asking.
struct MemorySlots {
    private struct Slot {
        var backend: String
        var output: Int
        var lease: Lease
        var isGranted: Bool
    }

    private var slots: [Slot] = []

    /// Asks for a slot, or asks again.
    ///
    /// - Parameters:
    ///   - request: What is wanted.
    ///   - lease: The lease that it belongs to, already checked.
    ///   - isHeld: Whether a lease is still good; slots of others are taken back.
    /// - Returns: The slot, or the place in the queue.
    mutating func take(_ request: SlotRequest, for lease: Lease, isHeld: (Lease) -> Bool) -> SlotAnswer {
        self.slots.removeAll { $0.backend == request.backend && !isHeld($0.lease) }
        let isMine = { (slot: Slot) in slot.backend == request.backend && slot.output == request.output && slot.lease == lease }
        if !self.slots.contains(where: isMine) {
            self.slots.append(Slot(backend: request.backend, output: request.output, lease: lease, isGranted: false))
        }
        var free = request.capacity - self.slots.count { $0.backend == request.backend && $0.isGranted }
        var position = 0
        for index in self.slots.indices where self.slots[index].backend == request.backend && !self.slots[index].isGranted {
            if free > 0 {
                self.slots[index].isGranted = true
                free -= 1
            } else {
                position += 1
                if isMine(self.slots[index]) { return .waiting(position: position) }
            }
        }
        return .granted
    }

    /// Gives a slot or a place in the queue back.
    mutating func giveBack(backend: String, output: Int, for lease: Lease) {
        self.slots.removeAll { $0.backend == backend && $0.output == output && $0.lease == lease }
    }
}
