"""What the server asks of the world beside a desk, as protocols that `app` wires."""

from __future__ import annotations

from bidwell.server.ports.brokers import (
    AskedEnvironment,
    AskedField,
    BrokerOffer,
    Connections,
    Credentials,
    DailyLogin,
    Drills,
    FoundInstrument,
    InstrumentSearch,
    Linked,
    ListState,
    ProbedAccount,
)
from bidwell.server.ports.chains import ChainOption, ChainRow, OptionChain, OptionExpiries
from bidwell.server.ports.desk import AlertLog, AlertRecord, JournalReader, PaperVenue, Probe, Probes, SpeedControl
from bidwell.server.ports.identity import (
    ApiKeys,
    Audit,
    AuditRow,
    Identity,
    KeyRow,
    MemberRow,
    SessionRow,
    Sessions,
    SetupLinks,
    UserRow,
    Users,
    WorkspaceRow,
)

__all__ = [
    "AlertLog", "AlertRecord", "ApiKeys", "AskedEnvironment", "AskedField", "Audit", "AuditRow", "BrokerOffer",
    "ChainOption", "ChainRow", "Connections", "Credentials", "DailyLogin", "Drills", "FoundInstrument", "Identity",
    "InstrumentSearch", "JournalReader", "KeyRow", "Linked", "ListState", "MemberRow", "OptionChain", "OptionExpiries",
    "PaperVenue", "Probe", "ProbedAccount", "Probes", "SessionRow", "Sessions", "SetupLinks", "SpeedControl", "UserRow",
    "Users", "WorkspaceRow",
]  # fmt: skip
