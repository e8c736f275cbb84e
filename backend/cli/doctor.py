"""doctor."""

import sys
from dataclasses import asdict

import click

from backend.cli.terminal import json_option, one_line, print_json
from backend.doctor.examination import examine
from backend.doctor.findings import Finding, Level

INDENT = " " * 9


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Look for problems and say how to fix them.

    Nothing is changed. The exit status is 1 if there is an error.
    """
    findings: list[Finding] = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            _print_finding(finding)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    if any(finding.level is Level.ERROR for finding in findings):
        sys.exit(1)


def _print_finding(finding: Finding) -> None:
    click.echo(f"{finding.level:7}  {finding.subject}: {one_line(finding.message)}")
    if finding.remedy:
        click.echo(f"{INDENT}{one_line(finding.remedy)}")
