"""The one door through which processes start; what they may see and do."""
