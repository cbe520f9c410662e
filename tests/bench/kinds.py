"""The kinds of mail that are compared, as files for smtpload."""
import os
import random

from letters import html, pdf, text, wire, zipped
from mix import mixed

# Name, what makes it, and how many are sent where 4 KB text has 100.
KINDS = {
    "4 KB text": (lambda dice: [text(dice, 4)], 100),
    "100 KB HTML": (lambda dice: [html(dice, 100)], 20),
    "1 MB zip": (lambda dice: [zipped(dice, 1000)], 4),
    "10 MB PDF": (lambda dice: [pdf(dice, 10000)], 1),
    "mix": (lambda dice: mixed(), 25),
}


def kind_files(directory, names):
    """Writes the mails; name -> paths."""
    files = {}
    os.makedirs(directory, exist_ok=True)
    for name in names:
        files[name] = []
        for number, mail in enumerate(KINDS[name][0](random.Random(name))):
            path = "%s/%s-%d.mail" % (directory, name.replace(" ", "-"),
                                      number)
            with open(path, "wb") as file:
                file.write(wire(mail))
            files[name].append(path)
    return files
