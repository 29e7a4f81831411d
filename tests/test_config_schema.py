"""The JSON schema says what the loader does, and the copy beside the shipped configs is the schema of today."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from peerbench.config.model import Settings, json_schema


def shipped(root: Path) -> list[Path]:
    return sorted((root / "configs").glob("*.yaml"))


def test_the_schema_is_a_valid_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


def test_the_shipped_configs_follow_it(root: Path) -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    for path in shipped(root):
        # BaseLoader keeps every scalar as text, as editors do with days.
        assert list(validator.iter_errors(yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader))) == []


def test_the_shipped_configs_point_at_it_and_it_is_current(root: Path) -> None:
    for path in shipped(root):
        assert "# yaml-language-server: $schema=.schema.json" in path.read_text("utf-8").splitlines()
    assert json.loads((root / "configs" / ".schema.json").read_text("utf-8")) == json_schema()


@pytest.mark.parametrize(
    "config",
    [
        {"subject": "alibaba"},
        {"extends": "_house.yaml", "audience": ["risk"]},
        {"extends": "_house.yaml", "peers": [{"company": "tencent"}]},
        {"extends": "_house.yaml", "peers": [{"company": "tencent", "why": "Cloud", "role": "main"}]},
        {"extends": "_house.yaml", "checks": {"stale_price": "mute"}},
    ],
)
def test_it_refuses_what_the_loader_refuses(config: dict[str, Any]) -> None:
    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(config)


def test_every_key_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
