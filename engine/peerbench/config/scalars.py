"""Values of a config one by one: names, days, currencies, colours, each with what is said of a wrong one."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Final, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from peerbench.config.chain import SECRET
from peerbench.core.findings import did_you_mean


class Lost(str):
    """Empty text where an item of a list was wrong, so that the items after it keep their positions."""

    __slots__ = ()


def refuse(message: str, hint: str = "") -> PydanticCustomError:
    """What is wrong with a value and the way out, to be raised by a validator."""
    return PydanticCustomError("bench", "{sentence}", {"sentence": message, "hint": hint})


def _as_text(value: Any) -> Any:
    # A whole number reads back exactly as it was written, so 9988 may stand for text; 1.10 may not.
    return str(value) if type(value) is int else value


def pattern(expression: str, what: str, hint: str) -> Any:
    """A validator of text: all of it matches the expression, or it is not `what`."""
    compiled = re.compile(expression, re.ASCII)

    def check(value: Any) -> Any:
        value = _as_text(value)
        if isinstance(value, str) and not isinstance(value, Lost) and not compiled.fullmatch(value):
            raise refuse(f"'{value}' is not {what}", hint)
        return value

    return BeforeValidator(check)


def choice(*names: str, aliases: dict[str, str] | None = None) -> Any:
    """A validator of one of these names; aliases are read as the name that they stand for."""

    def check(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        value = (aliases or {}).get(value, value)
        if value not in names:
            near = did_you_mean(value, names)
            raise refuse(f"'{value}' is not one of {', '.join(names)}", near if near.startswith("Did") else "")
        return value

    return BeforeValidator(check)


def _day(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise refuse(f"there is no day '{value}'", "Write year-month-day, e.g. 2025-09-23.") from None
    raise refuse(f"'{value}' is not a day", "Write year-month-day, e.g. 2025-09-23.")


def _moment(value: Any) -> Any:
    if isinstance(value, str) and len(value) > 10:
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise refuse(f"'{value}' is not a time", "Write e.g. 2025-09-24T02:48-04:00.") from None
    return _day(value)


Text = Annotated[str, BeforeValidator(_as_text), Field(max_length=2000)]
Company = Annotated[
    str,
    pattern(
        r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
        "a company's key",
        "Use letters, digits, '.', '_' and '-', as in companies.csv.",
    ),
]
Name = Annotated[str, pattern(r"[a-z][a-z0-9_-]{0,63}", "a name", "Use small letters, digits, '_' and '-'.")]
MetricRef = Annotated[
    str,
    pattern(
        r"[a-z][a-z0-9_]{0,63}(\[[^\[\](),\n]{1,60}\])?",
        "a metric's id",
        "Use an id of `bench metrics`, e.g. pe_ltm or 'revenue_growth_ltm[cloud]'.",
    ),
]
MetricId = Annotated[
    str, pattern(r"[a-z][a-z0-9_]{0,63}", "a metric's id", "Use small letters, digits and '_', e.g. cloud_share.")
]
Colour = Annotated[str, pattern(r"(#[0-9A-Fa-f]{6})?", "a colour", "Write # and six digits in quotes, e.g. '#12385A'.")]
Currency = Annotated[str, pattern(r"[A-Z]{3}", "a currency code", "Use three capitals, e.g. USD, CNY, HKD, EUR.")]
Language = Annotated[str, pattern(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a language tag", "Use e.g. en or zh-CN.")]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Moment = Annotated[date | datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string"})]
Since = Annotated[
    date | Literal["none"] | None,
    BeforeValidator(lambda value: value if value == "none" or value is None else _day(value)),
    WithJsonSchema({"type": "string"}),
]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_UNITS: Final = {
    "percent": "fraction",
    "%": "fraction",
    "multiple": "times",
    "x": "times",
    "ratio": "pure",
    "number": "pure",
}
Unit = Annotated[
    Literal["times", "fraction", "money", "money_per_share", "shares", "count", "pure", "percent", "multiple", "ratio"],
    choice("times", "fraction", "money", "money_per_share", "shares", "count", "pure", aliases=_UNITS),
]
Level = Literal["raise", "lower", "silence", "error", "warning", "note", "off"]
LevelField = Annotated[Level, choice(*get_args(Level))]


def required(*names: str) -> dict[str, Any]:
    """For the JSON schema: keys that must be written though the model has defaults."""
    return {"required": list(names)}


class Shape(BaseModel):
    """Every field has a default, so that what is right is kept while what is wrong is reported; `required` rules."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    required: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if cls.required:
            cls.model_config["json_schema_extra"] = required(*cls.required)


Identifier = Annotated[
    str,
    BeforeValidator(_as_text),
    pattern(r"[A-Za-z0-9.\-]{1,12}", "a CIK or ticker", "Write e.g. 320193 or AAPL."),
]


def _variable(value: Any) -> Any:
    """What stands there by mistake may be the secret itself, so it is not repeated."""
    if (
        isinstance(value, str)
        and not isinstance(value, Lost)
        and not re.fullmatch(r"[A-Za-z_]\w{0,99}", value, re.ASCII)
    ):
        hint = "A secret stands in the environment; the config only names its variable, e.g. BENCH_DATABASE."
        raise refuse(SECRET, hint)
    return value


Variable = Annotated[str, BeforeValidator(_variable)]


def short_for(key: str) -> Any:
    """A mapping that may be written as the value of its one important key."""

    def check(value: Any) -> Any:
        return {key: value} if isinstance(value, str | int) and not isinstance(value, bool | Lost) else value

    return BeforeValidator(check)


def scalar(value: Any) -> Any:
    """One value, of whatever type."""
    if isinstance(value, dict | list):
        raise refuse("a parameter is one value, not a list or mapping", "Write several parameters.")
    return value
