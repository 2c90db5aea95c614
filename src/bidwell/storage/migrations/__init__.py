"""The schema, step by step: one file per step under `versions/`, in plain SQL, applied by `migration.migrate`."""
