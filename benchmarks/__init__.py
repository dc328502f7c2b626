"""What measures us: speed, and the truth of our verdicts."""
