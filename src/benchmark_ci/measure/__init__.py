"""From executables to a recording: rounds of short processes, baseline and current back to back."""
