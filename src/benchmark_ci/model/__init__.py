"""The nouns: what flows through the pipeline, in the order in which it appears.

Settings → Plan → Build → Proof → Recording → Comparison → Report. Everything is frozen; nothing here
imports ours.
Times are nanoseconds per iteration unless a name says otherwise; changes are percent, + is slower.
"""

from benchmark_ci.model.base import Noun, Sha, Side
from benchmark_ci.model.build import (
    BenchmarkId,
    Discovered,
    Environment,
    Harness,
    HarnessMemory,
    Target,
    TargetFailure,
    Throughput,
)
from benchmark_ci.model.comparison import (
    COMPARED,
    Comparison,
    Controls,
    Endpoint,
    MemoryChange,
    Overall,
    Result,
    SideTime,
    Verdict,
)
from benchmark_ci.model.config import (
    BYTES_PER_MB,
    LONGEST_PATTERN,
    MOST_RULES,
    Config,
    LimitRule,
    LimitSeconds,
    MeasurementSeconds,
    Megabytes,
    Percent,
    Rule,
    SkipRule,
    Times,
    TimesRule,
)
from benchmark_ci.model.history import Course, History, HistoryPoint, UtcTime
from benchmark_ci.model.plan import Commit, Plan
from benchmark_ci.model.proof import BenchmarkProof, Proof
from benchmark_ci.model.recording import (
    Contender,
    End,
    Failure,
    Header,
    Preparation,
    Process,
    Recording,
    ReferenceProcess,
    SamplingMode,
    Unmeasured,
)
from benchmark_ci.model.reference import ReferenceTarget, Standing, TargetResult, TargetVerdict
from benchmark_ci.model.report import Annotation, Links, Report
from benchmark_ci.model.request import CommentWhen, Event, FailOn, Job, PullRequest, Settings

__all__ = [
    "BYTES_PER_MB",
    "COMPARED",
    "LONGEST_PATTERN",
    "MOST_RULES",
    "Annotation",
    "BenchmarkId",
    "BenchmarkProof",
    "CommentWhen",
    "Commit",
    "Comparison",
    "Config",
    "Contender",
    "Controls",
    "Course",
    "Discovered",
    "End",
    "Endpoint",
    "Environment",
    "Event",
    "FailOn",
    "Failure",
    "Harness",
    "HarnessMemory",
    "Header",
    "History",
    "HistoryPoint",
    "Job",
    "LimitRule",
    "LimitSeconds",
    "Links",
    "MeasurementSeconds",
    "Megabytes",
    "MemoryChange",
    "Noun",
    "Overall",
    "Percent",
    "Plan",
    "Preparation",
    "Process",
    "Proof",
    "PullRequest",
    "Recording",
    "ReferenceProcess",
    "ReferenceTarget",
    "Report",
    "Result",
    "Rule",
    "SamplingMode",
    "Settings",
    "Sha",
    "Side",
    "SideTime",
    "SkipRule",
    "Standing",
    "Target",
    "TargetFailure",
    "TargetResult",
    "TargetVerdict",
    "Throughput",
    "Times",
    "TimesRule",
    "Unmeasured",
    "UtcTime",
    "Verdict",
]
