"""One line a figure: what was measured beside what was asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value with its bound; `holds` is None where nothing was asked."""

    what: str
    measured: str
    bound: str = ""
    holds: bool | None = None


def scratch() -> Path:
    """A folder on the disk that is to be measured, not in memory."""
    folder = Path("var")
    folder.mkdir(exist_ok=True)
    return folder.resolve()


def at_least(what: str, value: float, bound: float, unit: str) -> Figure:
    """A figure that must not be smaller than its bound."""
    return Figure(what, f"{value:,.0f} {unit}", f"≥ {bound:,.0f} {unit}", value >= bound)


def at_most(what: str, value: float, bound: float, unit: str, digits: int = 1) -> Figure:
    """A figure that must not be larger than its bound."""
    told = f"{value:,.{digits}f} {unit}"
    return Figure(what, told, f"≤ {bound:,.{digits}f} {unit}", value <= bound)


def plain(what: str, measured: str) -> Figure:
    """A figure that shows where the limit is."""
    return Figure(what, measured)


def show(title: str, figures: Sequence[Figure]) -> bool:
    """Print the table; whether every bound holds."""
    width = max(len(figure.what) for figure in figures)
    print(f"\n{title}")
    for figure in figures:
        sign = {True: "✓", False: "✗", None: " "}[figure.holds]
        print(f"  {sign} {figure.what:<{width}}  {figure.measured:>18}  {figure.bound}")
    return all(figure.holds is not False for figure in figures)
