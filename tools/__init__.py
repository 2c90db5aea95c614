"""What builds, locks and checks the repository; it never ships in the wheel.

Entry points, each run from the repository root: `python -m tools.lock` renews the pinned requirements,
`python -m tools.check` runs every linter, type check, import contract and size budget,
`python -m tools.suite` runs the checks and then every test.
"""
