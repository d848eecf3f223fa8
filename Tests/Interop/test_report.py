"""The page of byol-inspect --html in a real browser: nothing is loaded, nothing goes wrong, everything can be read,
on a phone and in the dark too."""

import json
import subprocess

import pytest
from browser import browser, program
from native import PACKAGE, SAMPLE, tool

needs_browser = pytest.mark.skipif(
    program() is None, reason="needs chromium or chromium-headless-shell (Debian's packages), or BYOL_CHROMIUM")

# WCAG 2.1, success criterion 1.4.3: 4.5 for text. Text lies on its nearest ancestor that has a colour.
CONTRASTS = """(() => {
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v =>
    v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = numbers(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || element.tagName === "title") continue;
    const style = getComputedStyle(element);
    const isDrawn = element instanceof SVGElement;
    const [a, b] = [light(numbers(isDrawn ? style.fill : style.color)), light(behind(element))];
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), element.textContent.trim().slice(0, 40)]);
  }
  return found;
})()"""


@pytest.fixture(scope="module")
def page(tools, tmp_path_factory):
    """The page of the sample on its pictures, and what was printed beside it."""
    path = tmp_path_factory.mktemp("report") / "page.html"
    code, said = tool(
        "byol-inspect", SAMPLE, "--images", PACKAGE / "samples/images", "--html", path, "--json", "--health")
    assert code == 0, said
    return path, json.loads(said)


def test_the_page_has_what_the_json_has(page):
    path, said = page
    text = path.read_text()
    health = said["health"]
    embedding = health["features"]["outputs"][0]
    assert f"{embedding['effective_rank']:.2f}" in text
    assert health["features"]["projection"]["classes"] == ["circle", "cross", "square", "triangle"]
    assert text.count('class="point ') == health["features"]["pictures"]
    for role in said["roles"]:
        assert role["role"] in text


@pytest.fixture(scope="module")
def tab():
    with browser() as found:
        yield found


@needs_browser
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("width", "phone"), [(360, True), (1100, False)])
def test_the_page_in_a_browser(tab, page, width, phone, dark):
    tab.look(width, dark=dark, phone=phone)
    tab.open(page[0])
    assert tab.named("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded") == []
    loaded = [event["request"]["url"] for event in tab.named("Network.requestWillBeSent")]
    assert [url for url in loaded if not url.startswith("data:")] == [page[0].resolve().as_uri()]
    # No scrolling to the side, whatever is opened.
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    contrasts = tab.evaluate(CONTRASTS)
    assert len(contrasts) > 200
    assert [pair for pair in contrasts if pair[0] < 4.5] == []
    background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") != dark
    # Pictures are decoded, and drawings have a size.
    assert tab.evaluate("[...document.images].every(i => i.complete && i.naturalWidth === 7)")
    assert tab.evaluate("[...document.querySelectorAll('svg')].every(s => s.getBoundingClientRect().width > 8)")


@needs_browser
def test_the_browser_would_have_noticed(tab, tmp_path):
    """A page with an error, a request and pale text: each check can fail."""
    path = tmp_path / "bad.html"
    path.write_text(
        "<!DOCTYPE html><body style='background: white'><p style='color: #aaa'>pale</p>"
        "<img src='http://127.0.0.1:9/x.png'><div style='width: 900px'>wide</div><script>nonsense()</script>")
    tab.look(360, phone=True)
    tab.open(path)
    assert tab.named("Runtime.exceptionThrown")
    assert any("127.0.0.1" in event["request"]["url"] for event in tab.named("Network.requestWillBeSent"))
    assert tab.evaluate("document.documentElement.scrollWidth") > 360
    assert [text for contrast, text in tab.evaluate(CONTRASTS) if contrast < 4.5] == ["pale"]


def test_a_page_needs_its_helper(tools, tmp_path):
    """byol-inspect alone says what is missing."""
    alone = tmp_path / "byol-inspect"
    alone.write_bytes((tools / "byol-inspect").read_bytes())
    alone.chmod(0o755)
    done = subprocess.run([alone, SAMPLE, "--health"], capture_output=True, text=True)
    assert done.returncode == 4
    assert "byol-report" in done.stderr
    assert subprocess.run([alone, SAMPLE], capture_output=True).returncode == 0
