"""Benchmark CI: is the current side of a Rust project slower than the baseline, and can that be believed?"""

__version__ = "0.1.0"
