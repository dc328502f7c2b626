"""How true are the verdicts? A study on real crates, at rest and under load (benchmarks/README.md)."""
