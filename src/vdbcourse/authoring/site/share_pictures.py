"""The picture that is shown where a page is shared: the site's name, the part of the course, the
title.
"""

import io
import textwrap

from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)  # px, as https://ogp.me readers expect
BACKGROUND, FOREGROUND, ACCENT = "#151d33", "#ffffff", "#ffb27d"
NAME = "Vector Database Course"


def path(url: str) -> str:
    """The card of the page at `url`, as a path on the site."""
    return f"assets/cards/{url.strip('/').replace('/', '-') or 'home'}.png"


def png(title: str, part: str) -> bytes:
    """The card of a page as a PNG of 1200 x 630 pixels."""
    image = Image.new("RGB", SIZE, BACKGROUND)
    draw = ImageDraw.Draw(image)
    draw.text((80, 70), NAME, font=ImageFont.load_default(36), fill=ACCENT)
    lines = textwrap.wrap(title, 30)
    size = 76 if len(lines) <= 3 else 60
    draw.multiline_text(
        (80, 200),
        "\n".join(lines[:5]),
        font=ImageFont.load_default(size),
        fill=FOREGROUND,
        spacing=18,
    )
    draw.text((80, 540), part, font=ImageFont.load_default(34), fill=ACCENT)
    draw.rectangle((0, 618, *SIZE), fill=ACCENT)
    out = io.BytesIO()
    image.quantize(16).save(out, "PNG", optimize=True)
    return out.getvalue()
