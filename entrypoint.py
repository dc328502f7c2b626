"""What the action's container runs: the same program as the command line, as `benchmark-ci action`."""

from benchmark_ci.cli import main

raise SystemExit(main(["action"]))
