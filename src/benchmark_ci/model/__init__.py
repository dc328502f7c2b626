"""The nouns: what flows through the pipeline, in the order in which it appears.

Settings → Plan → Build → Recording → Comparison → Report. Everything is frozen; nothing here imports ours.
Times are nanoseconds per iteration unless a name says otherwise; changes are percent, + is slower.
"""

from benchmark_ci.model.base import Noun, Sha, Side
from benchmark_ci.model.build import (
    BenchmarkId,
    Discovered,
    Environment,
    Harness,
    Target,
    TargetFailure,
    Throughput,
)
from benchmark_ci.model.comparison import COMPARED, Comparison, Endpoint, Overall, Result, SideTime, Verdict
from benchmark_ci.model.history import Course, History, HistoryPoint, UtcTime
from benchmark_ci.model.plan import Commit, Plan
from benchmark_ci.model.recording import End, Failure, Header, Preparation, Process, Recording, SamplingMode
from benchmark_ci.model.reference import ReferenceTarget
from benchmark_ci.model.report import Annotation, Links, Report
from benchmark_ci.model.request import CommentWhen, Event, FailOn, Job, PullRequest, Settings

__all__ = [
    "COMPARED",
    "Annotation",
    "BenchmarkId",
    "CommentWhen",
    "Commit",
    "Comparison",
    "Course",
    "Discovered",
    "End",
    "Endpoint",
    "Environment",
    "Event",
    "FailOn",
    "Failure",
    "Harness",
    "Header",
    "History",
    "HistoryPoint",
    "Job",
    "Links",
    "Noun",
    "Overall",
    "Plan",
    "Preparation",
    "Process",
    "PullRequest",
    "Recording",
    "ReferenceTarget",
    "Report",
    "Result",
    "SamplingMode",
    "Settings",
    "Sha",
    "Side",
    "SideTime",
    "Target",
    "TargetFailure",
    "Throughput",
    "UtcTime",
    "Verdict",
]
