"""The power curve as SVG: for light and dark ground, lines told apart by shape and dash as well as colour."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from benchmark_ci.model import Noun
from benchmarks.truth.exact import Rate

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 48, 56
STYLES = (("#0969da", "", "circle"), ("#bc4c00", "7 4", "square"), ("#8250df", "2 4", "triangle"))
INK = "#6e7781"  # 4.5 : 1 on white, 4.2 : 1 on GitHub's dark ground


class Line(Noun):
    """One line of the chart: points of (planted percent, rate)."""

    name: str
    points: tuple[tuple[float, Rate], ...]


def chart(title: str, description: str, lines: Sequence[Line]) -> str:
    """Rates against planted size, with their exact bounds as whiskers."""
    most = max((x for line in lines for x, _ in line.points), default=1.0) or 1.0
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-labelledby="title description" font-family="system-ui, sans-serif" font-size="13">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(description)}</desc>',
        f'<text x="{LEFT}" y="24" fill="{INK}" font-size="15" font-weight="600">{escape(title)}</text>',
        *_axes(lines, most),
    ]
    for line, style in zip(lines, STYLES, strict=False):
        parts += _line(line, style, most)
    parts += _legend(lines)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _x(value: float, most: float) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * value / most, 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share, 1)


def _axes(lines: Sequence[Line], most: float) -> list[str]:
    parts = []
    for percent in range(0, 101, 20):
        y = _y(percent / 100)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="{INK}" stroke-opacity="0.3"/>'
            f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end" fill="{INK}">{percent} %</text>'
        )
    for size in sorted({x for line in lines for x, _ in line.points}):
        parts.append(
            f'<text x="{_x(size, most)}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="{INK}">'
            f"{size:g} %</text>"
        )
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle" fill="{INK}">'
        "planted slowdown</text>"
    )
    return parts


def _line(line: Line, style: tuple[str, str, str], most: float) -> list[str]:
    colour, dash, shape = style
    places = [(_x(x, most), _y(one.rate), _y(one.low), _y(one.high)) for x, one in line.points]
    path = " ".join(f"{x},{y}" for x, y, _, _ in places)
    parts = [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" '
        f'stroke-dasharray="{dash}"/>'
    ]
    for x, y, low, high in places:
        parts.append(
            f'<line x1="{x}" x2="{x}" y1="{low}" y2="{high}" stroke="{colour}" stroke-opacity="0.6"/>'
        )
        parts.append(_mark(shape, x, y, colour))
    return parts


def _mark(shape: str, x: float, y: float, colour: str) -> str:
    if shape == "circle":
        return f'<circle cx="{x}" cy="{y}" r="5" fill="{colour}"/>'
    if shape == "square":
        return f'<rect x="{x - 4.5}" y="{y - 4.5}" width="9" height="9" fill="{colour}"/>'
    return f'<path d="M{x} {y - 6}l6 10h-12z" fill="{colour}"/>'


def _legend(lines: Sequence[Line]) -> list[str]:
    parts = []
    for number, (line, (colour, dash, shape)) in enumerate(zip(lines, STYLES, strict=False)):
        x, y = WIDTH - RIGHT + 16, TOP + 16 + 24 * number
        parts.append(
            f'<line x1="{x}" x2="{x + 28}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{dash}"/>{_mark(shape, x + 14, y, colour)}'
            f'<text x="{x + 36}" y="{y + 4}" fill="{INK}">{escape(line.name)}</text>'
        )
    return parts
