"""The command that looks whether anybody changed what was said about marks."""

from argparse import Namespace

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.attendance import audit
from gateway.attendance.models import Seal
from gateway.project.commands import say


def verify(options: Namespace) -> int:
    """Print one line for each thing that is wrong, and 1 when there was one. Changes nothing."""
    wrong = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("revisions", total=audit.to_read())
        for finding in audit.findings(
            tell=lambda read: bar.advance(task, read), noted=options.seal.strip().lower()
        ):
            say(str(finding))
            wrong += 1
    say(_outcome(wrong))
    return 1 if wrong else 0


def _outcome(wrong: int) -> str:
    last = Seal.objects.order_by("-upto").first()
    under = f"; last seal, up to revision {last.upto}: {last.chain}" if last else "; no seal yet"
    return f"found wrong: {wrong}{under}" if wrong else f"everything is as it was said{under}"
