/// The script of a page: it shows in every chart the values at the step under the pointer.
///
/// The page is whole without it. It has no `<` and no `&`, so that the page stays well-formed XML; it
/// is a block, whose names cannot meet those of the window.
enum PageScript {
  static let text = """
    {
      const { frame, charts } = JSON.parse(document.getElementById("data").textContent);
      const { left, right, top, bottom, width, height } = frame;
      const nearest = (points, step) => points.reduce((best, point) =>
        Math.abs(best[0] - step) > Math.abs(point[0] - step) ? point : best);
      const add = (svg, name, attributes) => {
        const element = document.createElementNS("http://www.w3.org/2000/svg", name);
        for (const key in attributes) element.setAttribute(key, attributes[key]);
        svg.append(element);
        return element;
      };
      const drawings = charts.map(chart => {
        const svg = document.querySelector(`svg[data-chart="${chart.name}"]`);
        const value = svg.querySelector(".value");
        return {
          ...chart, svg, value, latest: value.textContent,
          line: add(svg, "line", { class: "cursor", y1: top, y2: bottom, visibility: "hidden" }),
          label: add(svg, "text", { class: "cursor", y: height - 6, visibility: "hidden" })
        };
      });
      function show(part) {
        const x = left + part * (right - left);
        for (const { steps, points, line, label, value } of drawings) {
          const step = steps[0] + part * (steps[1] - steps[0]);
          const digits = points.length > 1 ? 4 : 5;
          value.textContent = points.map(run => run.length
            ? Number(nearest(run, step)[1].toPrecision(digits)) : "-").join(" / ");
          label.textContent = Math.round(step);
          label.setAttribute("x", x);
          line.setAttribute("x1", x);
          line.setAttribute("x2", x);
          for (const element of [line, label]) element.setAttribute("visibility", "visible");
        }
      }
      function hide() {
        for (const { line, label, value, latest } of drawings) {
          for (const element of [line, label]) element.setAttribute("visibility", "hidden");
          value.textContent = latest;
        }
      }
      for (const { svg } of drawings) {
        svg.addEventListener("pointermove", event => {
          const box = svg.getBoundingClientRect();
          const x = (event.clientX - box.left) / box.width * width;
          show(Math.min(1, Math.max(0, (x - left) / (right - left))));
        });
        svg.addEventListener("pointerleave", hide);
      }
    }
    """
}
