"""Knows every record and every word of the project; imports nothing of ours.

The words are those of the README's glossary. Records are frozen, take keywords only
and refuse unknown keys when read. *Evidence* is what was seen, without an opinion;
a *report* is evidence and the findings that were made of it.
"""

from __future__ import annotations

from harness.model.catalog import Addition
from harness.model.catalog import ANY
from harness.model.catalog import Catalog
from harness.model.catalog import Configuration
from harness.model.catalog import ConfigurationId
from harness.model.catalog import Constraint
from harness.model.catalog import Declared
from harness.model.catalog import DeclaredFor
from harness.model.catalog import Exclusion
from harness.model.catalog import Matrix
from harness.model.catalog import Need
from harness.model.catalog import Page
from harness.model.catalog import Promised
from harness.model.catalog import Proxy
from harness.model.catalog import Selection
from harness.model.catalog import Sentence
from harness.model.catalog import Series
from harness.model.catalog import Server
from harness.model.catalog import ServerName
from harness.model.change import CellChange
from harness.model.change import Change
from harness.model.change import Changes
from harness.model.change import Difference
from harness.model.change import MeasuredRun
from harness.model.change import Reason
from harness.model.change import ReleaseChange
from harness.model.change import Seen
from harness.model.change import Unmatched
from harness.model.evidence import CellEvidence
from harness.model.evidence import Claims
from harness.model.evidence import ControlEvidence
from harness.model.evidence import Evidence
from harness.model.evidence import Front
from harness.model.evidence import Host
from harness.model.plan import Built
from harness.model.plan import Cell
from harness.model.plan import Declaration
from harness.model.plan import Environment
from harness.model.plan import Formula
from harness.model.plan import Installed
from harness.model.plan import NeededHere
from harness.model.plan import NotInstalled
from harness.model.plan import Plan
from harness.model.plan import PlannedCell
from harness.model.plan import PlannedEnvironment
from harness.model.plan import PlannedFront
from harness.model.question import AbandonedAsked
from harness.model.question import Answer
from harness.model.question import AnyAsked
from harness.model.question import Asked
from harness.model.question import CallRound
from harness.model.question import ComputeRound
from harness.model.question import DEFAULT_ASK
from harness.model.question import OverflowAsked
from harness.model.question import ParallelAsked
from harness.model.question import Question
from harness.model.question import RecoveryAsked
from harness.model.question import SelfCallAsked
from harness.model.question import SilentAsked
from harness.model.question import Wait
from harness.model.question import WaitsAsked
from harness.model.question import WaitSeen
from harness.model.report import AdmissionPoint
from harness.model.report import CellReport
from harness.model.report import CheckedDeployment
from harness.model.report import CheckResult
from harness.model.report import EnvironmentReport
from harness.model.report import Report
from harness.model.round import Account
from harness.model.round import Round
from harness.model.track import Bisection
from harness.model.track import Gap
from harness.model.track import Line
from harness.model.track import Side
from harness.model.track import Span
from harness.model.track import Swap
from harness.model.track import Timeline
from harness.model.track import Try
from harness.model.trouble import Freed
from harness.model.trouble import Killed
from harness.model.trouble import Slow
from harness.model.trouble import SlowStep
from harness.model.trouble import SlowWay
from harness.model.trouble import Terminated
from harness.model.words import Arrival
from harness.model.words import DEFAULT_LIMIT
from harness.model.words import Outcome
from harness.model.words import PositiveInt
from harness.model.words import PROBE
from harness.model.words import Record
from harness.model.words import Result
from harness.model.words import SCHEMA
from harness.model.words import Settled
from harness.model.words import Verdict

__all__ = [
    "ANY",
    "AbandonedAsked",
    "Account",
    "Addition",
    "AdmissionPoint",
    "Answer",
    "AnyAsked",
    "Arrival",
    "Asked",
    "Bisection",
    "Built",
    "CallRound",
    "Catalog",
    "Cell",
    "CellChange",
    "CellEvidence",
    "CellReport",
    "Change",
    "Changes",
    "CheckResult",
    "CheckedDeployment",
    "Claims",
    "ComputeRound",
    "Configuration",
    "ConfigurationId",
    "Constraint",
    "ControlEvidence",
    "DEFAULT_ASK",
    "DEFAULT_LIMIT",
    "Declaration",
    "Declared",
    "DeclaredFor",
    "Difference",
    "Environment",
    "EnvironmentReport",
    "Evidence",
    "Exclusion",
    "Formula",
    "Freed",
    "Front",
    "Gap",
    "Host",
    "Installed",
    "Line",
    "Killed",
    "Matrix",
    "MeasuredRun",
    "Need",
    "NeededHere",
    "NotInstalled",
    "Outcome",
    "OverflowAsked",
    "PROBE",
    "Page",
    "ParallelAsked",
    "Plan",
    "PlannedCell",
    "PlannedEnvironment",
    "PlannedFront",
    "PositiveInt",
    "Promised",
    "Proxy",
    "Question",
    "Reason",
    "Record",
    "RecoveryAsked",
    "ReleaseChange",
    "Report",
    "Result",
    "Round",
    "SCHEMA",
    "Seen",
    "Selection",
    "SelfCallAsked",
    "Sentence",
    "Series",
    "Server",
    "ServerName",
    "Settled",
    "Side",
    "Span",
    "Swap",
    "Timeline",
    "Try",
    "SilentAsked",
    "Slow",
    "SlowStep",
    "SlowWay",
    "Terminated",
    "Unmatched",
    "Verdict",
    "Wait",
    "WaitSeen",
    "WaitsAsked",
]
