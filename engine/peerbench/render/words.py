"""The words of templates: in English themselves, in another language what its messages say."""

from __future__ import annotations

from peerbench.core.language import Language


class Words(dict[str, str]):
    """`say["Key takeaways"]` in a template. A text that the language does not know stays as it is."""

    def __init__(self, language: Language | None = None) -> None:
        super().__init__()
        self.language = language

    def __missing__(self, text: str) -> str:
        return text if self.language is None else self.language.say(text)

    def __reduce__(self) -> tuple[type[Words], tuple[Language | None]]:
        return Words, (self.language,)
