"""The shape of `brand`: colours and typefaces."""

from __future__ import annotations

from pydantic import Field

from peerbench.config.scalars import Colour, Name, Shape, Text


class ColoursShape(Shape):
    """Colours of the house on one ground; what is left out stays, or follows from these."""

    theme: Colour = Field(
        default="", description="Headings, figure numbers and links; LOOK's navy, aubergine and pine."
    )
    target: Colour = Field(default="", description="The subject, and nothing else.")
    tint: Colour = Field(default="", description="Ground of the subject's row; follows from target if left out.")
    panel: Colour = Field(default="", description="Ground of the key data and of the audience box.")


class FontsShape(Shape):
    """TrueType or OpenType files by what they are for. A weight left out is stood in for by the nearest given."""

    folder: Text = Field(default="", description="Where the files lie; the project's folder if left out.")
    display: Text = Field(default="", description="The headline: semibold.")
    deck: Text = Field(default="", description="Standfirst and section heads: regular.")
    deck_semibold: Text = Field(default="", description="Section heads: semibold.")
    serif: Text = Field(default="", description="Running text: regular.")
    serif_italic: Text = ""
    serif_semibold: Text = ""
    serif_bold: Text = ""
    sans: Text = Field(default="", description="Tables, charts, labels: regular, with figures of one width.")
    sans_italic: Text = ""
    sans_semibold: Text = ""
    sans_bold: Text = ""


class BrandShape(Shape):
    """The look of the house."""

    theme: Name = Field(default="", description="A theme: a folder templates/themes/<name>/.")
    logo: Text = Field(default="", description="An SVG or PNG of the project, printed at the head of the first page.")
    colours: ColoursShape = Field(default=ColoursShape(), description="On paper and on a light screen.")
    dark: ColoursShape = Field(default=ColoursShape(), description="On a dark screen; made from colours if left out.")
    fonts: FontsShape = Field(default=FontsShape(), description="Typefaces in place of the shipped ones.")
