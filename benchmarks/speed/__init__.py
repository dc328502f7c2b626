"""How fast are we ourselves? Two figures, from commands that anyone can rerun (benchmarks/README.md)."""
