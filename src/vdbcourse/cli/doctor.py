"""`vdbcourse doctor`: what is missing on this machine, and which command fixes it."""

import json
from dataclasses import asdict

from vdbcourse.errors import CourseError
from vdbcourse.installation import diagnosis


def run(as_json: bool) -> int:
    """Run every check and show the findings; 2 if there is a problem."""
    findings = diagnosis.findings()
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        for finding in findings:
            print(f"{finding.result:<8} {finding.check:<11} {finding.text}")
    problem = any(finding.result == "problem" for finding in findings)
    return CourseError.exit_code if problem else 0
