"""`python -m benchmark_ci`."""

from benchmark_ci.cli import main

raise SystemExit(main())
