"""What leaves the action: log, command files, comment, artifacts. Text arrives rendered."""
