"""The proof of the order path: the production desk in virtual time, among faults, judged by the venue's own books.

Entry points: `run.run(schedules, seed, processes)` (many seeds on all cores), `schedule.play(seed)` (one of them),
`mutants.MUTANTS` (broken engines that the proof must tell from the sound one).

Invariants: a seed alone decides everything that happens, in any process; nothing waits for real time; the judge
reads the venue's state and the journal's bytes, never the engine's opinion of them.
"""
