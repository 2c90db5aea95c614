"""The guardian: a process of its own that flattens and locks when the desk cannot.

`keeper` is the desk's side: it starts the process and tells it twice a second how things are. `process` is the other side:
it follows the journal (`following`), judges what it sees (`seeing`, `watch`) and, when it must, acts (`acting`): it raises
the `fence`, takes the workspace's lease, and closes positions as a desk of its own, or, with the database gone, into a
`local` journal that is adopted later. `record` is what it says of itself to everybody else.

Invariant: nothing is sent before the fence is up, and whoever is behind the fence sends nothing.
"""
