"""The pages that people read, and the commands in them.

A block of commands that a test runs has `<!-- doctest NAME -->` above it, and
the test asks block(PAGE, NAME) for it. Fences of the kind `sh` are run in their
order by who asks session(PAGE). What nobody can or need run has
`<!-- for reading: WHY -->` above it. tests/check-documents finds the others.
"""
import glob
import os
import re
import textwrap

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# What is in a text and not in a block: a program with an option or a file.
INLINE = re.compile(r"`((?:cat|doveadm|exim4|grep|ldap\w+|sekisho|sekishod|"
                    r"systemctl|zcat)(?=[^`]*(?: -\w{1,3}\b|/|sekisho-|='))"
                    r"[^`]*)`")


def pages():
    return ["README.md", "HACKING.md", "ldap-schema/README.md"] + sorted(
        os.path.relpath(path, TOP) for path in glob.glob(TOP + "/docs/*.md"))


def read(page):
    with open(os.path.join(TOP, page), encoding="utf-8") as file:
        return file.read()


class Block:
    """mark: "doctest NAME", "for reading: WHY" or None."""

    def __init__(self, line, mark, fence, text):
        self.line, self.mark, self.fence, self.text = line, mark, fence, text


def blocks(page):
    """All blocks of a page, indented or fenced, in their order."""
    found, mark = [], None
    lines = read(page).splitlines()
    number = 0
    while number < len(lines):
        start, line = number, lines[number]
        number += 1
        if line.startswith("```"):
            while lines[number] != "```":
                number += 1
            found.append(Block(start + 1, mark, line[3:] or None, "\n".join(
                lines[start + 1:number]) + "\n"))
            number += 1
        elif line.startswith("    "):
            while number < len(lines) and re.match("    |$", lines[number]):
                number += 1
            text = textwrap.dedent("\n".join(lines[start:number])).strip("\n")
            found.append(Block(start + 1, mark, None, text + "\n"))
        elif line.startswith("<!-- "):
            mark = line[5:-4]
            continue
        elif line == "":
            continue
        mark = None
    return found


def block(page, name):
    """The block that is called so, as a reader has it."""
    found = [b.text for b in blocks(page) if b.mark == "doctest " + name]
    assert len(found) == 1, "%d blocks %s in %s" % (len(found), name, page)
    return found[0]


def session(page):
    """(kind, commands, what they print or None) of each fence that is run."""
    found = []
    for one in blocks(page):
        if one.fence == "text" and found:
            found[-1] = (*found[-1][:2], one.text)
        elif one.fence and one.fence.startswith("sh"):
            found.append((one.fence, one.text, None))
    return found


def inline(page):
    """The commands that stand in the text itself."""
    text = re.sub(r"(?m)^    .*$", "", read(page))
    return list(dict.fromkeys(command.replace("\n", " ")
                              for command in INLINE.findall(text)))
