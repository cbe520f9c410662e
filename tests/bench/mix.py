"""A day's mail in small: fifty mails, and how large they are.

| of 50 | what | size |
|---|---|---|
| 20 | plain text | 1 to 12 KB, most of them 2 to 4 |
| 17 | HTML | 8 to 120 KB, most of them 20 to 40 |
| 8 | with a file of picture-like bytes or a zip | 50 to 700 KB |
| 4 | with a PDF | 0.8 to 3 MB |
| 1 | with a PDF | 8 MB |

So half of the mails are below 25 KB, the mean is 380 KB, and more than four
fifths of the bytes are in five of them. That is an assumption, not a
measurement of anybody's mail: most are small, most bytes are in few.
"""
import random

from letters import attached, html, pdf, text, zipped

TEXT = [1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5, 6, 8, 10, 12]
HTML = [8, 12, 16, 20, 20, 24, 24, 28, 30, 32, 36, 40, 40, 50, 60, 80, 120]
PICTURE = [50, 100, 200, 400]
ZIP = [80, 150, 300, 700]
PDF = [800, 1200, 2000, 3000, 8000]


def mixed():
    """Fifty mails in an order that is always the same."""
    dice = random.Random("mix")
    mails = [text(dice, kb) for kb in TEXT] + [html(dice, kb) for kb in HTML]
    mails += [attached(dice, "photo.dat", "application/octet-stream",
                       dice.randbytes(kb * 750)) for kb in PICTURE]
    mails += [zipped(dice, kb) for kb in ZIP] + [pdf(dice, kb) for kb in PDF]
    dice.shuffle(mails)
    return mails
