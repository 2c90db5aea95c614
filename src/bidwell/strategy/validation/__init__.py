"""Reads a strategy's file without running it: its strategies, their parameters, and what is wrong, by line.

Entry point: `validate(source)`, which gives `Validation`; the same text is read once. It parses and never executes,
so it is safe on anybody's text. It is a help while one writes and no boundary: what code may do is decided by the
process that it runs in.

Invariants: an error says that the file cannot be run here, a warning that its results may not be what they seem.
"""

from bidwell.strategy.validation.checking import validate as validate
from bidwell.strategy.validation.finding import Finding as Finding
from bidwell.strategy.validation.finding import Outline as Outline
from bidwell.strategy.validation.finding import Parameter as Parameter
from bidwell.strategy.validation.finding import Severity as Severity
from bidwell.strategy.validation.finding import Validation as Validation
