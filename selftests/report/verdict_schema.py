"""What docs/verdict.schema.json takes for a verdict."""

import json
from typing import Any

from jsonschema import Draft202012Validator

from selftests import ROOT

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "verdict.schema.json").read_text())
VERDICT = Draft202012Validator(SCHEMA)
