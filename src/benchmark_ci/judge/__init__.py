"""Statistics and verdicts, from a recording to a comparison. Pure: no clock, files or network."""
