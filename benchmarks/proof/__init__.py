"""How much is proven the same on real commits, and whether any of it is wrong: benchmarks/README.md."""
