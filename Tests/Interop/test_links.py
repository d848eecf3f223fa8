"""What the documents point at is there: files, headings, options of the tools, commands of ./dev.

Commands in ```console blocks are run by test_documents.py. Those in ```sh blocks need files that no test has
(a run of days, published weights), so here it is looked at whether the tools know what they ask for.
"""

import json
import re
import shlex
from functools import lru_cache
from itertools import takewhile

import pytest
from native import PACKAGE, tool

DOCUMENTS = sorted(
    str(path.relative_to(PACKAGE)) for pattern in ["*.md", "docs/**/*.md", "samples/*.md"]
    for path in PACKAGE.glob(pattern))  # fmt: skip
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
TOOLS = {"byol-convert", "byol-embed", "byol-inspect", "byol-train", "byol-verify"}


def prose(text):
    """A document without its blocks of code."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


@lru_cache
def anchors(path):
    """The names of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.+?) *$", prose(path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(document, text):
    """Links of a document that lead nowhere inside the checkout."""
    for target in LINK.findall(prose(text)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, heading = target.partition("#")
        path = (document.parent / name).resolve() if name else document
        if not path.exists() or heading and heading not in anchors(path):
            yield target


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name):
    path = PACKAGE / name
    assert list(broken(path, path.read_text())) == []


def test_a_link_that_leads_nowhere_is_found():
    text = "[a](docs/none.md) [b](docs/format.md#none) [c](#none) [d](docs/format.md) [e](https://example.org)"
    assert list(broken(PACKAGE / "README.md", text)) == ["docs/none.md", "docs/format.md#none", "#none"]


@lru_cache
def known(name):
    """The options of a tool's commands, by the words that name the command."""
    found = {}

    def collect(command, words):
        options = {
            ("--" if each["kind"].startswith("long") and each["kind"] != "longWithSingleDash" else "-") + each["name"]
            for argument in command.get("arguments", []) for each in argument.get("names", [])}  # fmt: skip
        found[words] = options | {"--help", "--version"}
        for inner in command.get("subcommands", []):
            if inner["commandName"] != "help":
                collect(inner, (*words, inner["commandName"]))

    code, said = tool(name, "--experimental-dump-help")
    assert code == 0, said
    collect(json.loads(said)["command"], (name,))
    return found


def commands(text):
    """The commands in a document's ```sh blocks, as words."""
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            for part in re.split(r"&&|\||;", line):
                if words := shlex.split(part, comments=True):
                    yield words


def unknown(words):
    """What a command asks of a tool that the tool does not have."""
    commands = known(words[0])
    path = tuple(takewhile(lambda word: not word.startswith("-"), words))
    longest = max((each for each in commands if path[: len(each)] == each), key=len)
    if any(each[:-1] == longest for each in commands):
        yield f"no command of {' '.join(longest)}: {' '.join(words)}"
    for word in words[len(longest) :]:
        if re.match(r"--?[a-zA-Z]", word) and word.split("=")[0] not in commands[longest]:
            yield f"{' '.join(longest)} has no {word}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_tools_know_what_commands_ask_for(name, tools):
    text = (PACKAGE / name).read_text()
    found = [words for words in commands(text) if words[0] in TOOLS]
    assert [complaint for words in found for complaint in unknown(words)] == []


def test_a_command_that_no_tool_knows_is_found(tools):
    assert list(unknown(["byol-train", "resume", "a.ckpt", "--data", "d", "--batchsize", "3"])) == [
        "byol-train resume has no --batchsize"]  # fmt: skip
    assert list(unknown(["byol-train", "finetune", "a.ckpt"])) == ["no command of byol-train: byol-train finetune a.ckpt"]
    assert list(unknown(["byol-train", "evaluate", "knn", "a.h5", "-k", "5"])) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_dev_has_the_commands_that_are_named(name):
    help = (PACKAGE / "dev").read_text().partition("cat <<'TEXT'\n")[2].partition("\nTEXT\n")[0]
    there = set(re.findall(r"^\./dev (\w+)", help, re.MULTILINE)) | {"help"}
    named = set(re.findall(r"\./dev (\w+)", (PACKAGE / name).read_text()))
    assert named <= there, named - there
    assert {"demo", "build", "install"} <= there
