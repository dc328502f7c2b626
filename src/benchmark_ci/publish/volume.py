"""How much of strangers' output the log takes."""

from __future__ import annotations


class Volume:
    """A cap per section of the log and one over all, in characters; what is left out is counted and told."""

    def __init__(self, *, per_section: int = 1024 * 1024, total: int = 16 * 1024 * 1024) -> None:
        self._per_section = per_section
        self._section_left = per_section
        self._total_left = total
        self._left_out = 0

    def closed(self) -> bool:
        """Whether nothing more of this section is shown; counts the line that was asked for."""
        self._left_out += bool(self._left_out)
        return bool(self._left_out)

    def admit(self, lines: list[str]) -> list[str]:
        """What may be shown of the next lines; the first time that it is less, a line says so."""
        size = sum(len(line) + 1 for line in lines)
        if not self._left_out and size <= min(self._section_left, self._total_left):
            self._section_left -= size
            self._total_left -= size
            return lines
        first = not self._left_out
        self._left_out += len(lines)
        return (
            ["… (the output is too long for this log; the rest of this section is left out)"] if first else []
        )

    def end_section(self) -> list[str]:
        """Begin the next section; says how much of the last one was left out."""
        left_out, self._left_out, self._section_left = self._left_out, 0, self._per_section
        return [f"… ({left_out} lines left out)"] if left_out else []
