"""The report of a load as a person reads it."""

from backend.ingest.wire import Reject, Report

SHOWN = 20


def told(report: Report) -> str:
    """The report as a person reads it."""
    lines = [_headline(report)]
    lines += [f"  {_sentence(problem)}" for problem in report.problems[:SHOWN]]
    if len(report.problems) > SHOWN:
        lines.append(f"  and {len(report.problems) - SHOWN} more")
    if report.files:
        lines.append(f"  {'file':<20}{'rows':>10}{'new':>10}{'changed':>10}{'closed':>8}{'left out':>10}")
        lines += [f"  {f.name:<20}{f.rows:>10,}{f.new:>10,}{f.changed:>10,}{f.closed:>8,}{f.rejected:>10,}" for f in report.files]
    if report.rejects:
        lines.append(f"  {report.rejected:,} rows were left out:")
        lines += [f"    {_sentence(reject)}" for reject in report.rejects[:SHOWN]]
        if len(report.rejects) > SHOWN:
            lines.append("    … the rest stands in the table `reject`")
    lines += [f"  {sentence}" for sentence in report.says]
    return "\n".join(lines)


def _headline(report: Report) -> str:
    name = f"{report.source} {report.sequence}" if report.sequence is not None else "The extract"
    if report.state == "refused":
        return f"{name} was refused, and nothing was changed:"
    if report.state == "already":
        return f"{name} was loaded before; nothing was done."
    first = " It is this agency's first: nobody is notified." if report.first else ""
    return f"{name} ({report.mode}, as of {report.as_of}) was loaded in {report.seconds:.1f} s.{first}"


def _sentence(reject: Reject) -> str:
    place = reject.file + (f", line {reject.line}" if reject.line else "") + (f", {reject.column}" if reject.column else "")
    return f"{place}: {reject.reason}"
