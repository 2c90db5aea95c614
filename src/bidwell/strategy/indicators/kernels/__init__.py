"""The compiled loops, one file for each family; `graph` tells how a kernel is called.

Invariants: a loop carries everything in `state` and in the last `history` values of its inputs, so that it may
stop and go on at any bar; no fast-math, so that the machine never reorders a sum.
"""
