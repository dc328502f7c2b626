"""The format of the history: publishing writes it, plan and command line read it (docs/history.md)."""
