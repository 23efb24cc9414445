/* A table of edges: each press hands the bill of one edge to the other side. */
((parts) => {
  "use strict";
  const told = (value) => value.toLocaleString("en", { maximumFractionDigits: 1 });

  function start(figure) {
    const cells = [...figure.querySelectorAll("[data-edge]")], least = Number(figure.dataset.least);
    const paid = (cell) => Number(cell.dataset[cell.dataset.way ?? "pushed"]);

    function draw(cell) {
      const way = cell.dataset.way ?? "pushed", other = way === "pushed" ? "pulled" : "pushed";
      cell.querySelector("b").textContent = `${way}: ${told(paid(cell))}`;
      cell.querySelector("span").textContent = `${other} it is ${told(Number(cell.dataset[other]))}`;
      cell.setAttribute("aria-label", `${cell.dataset.edge}, ${way} for ${told(paid(cell))}`);
    }

    function sum() {
      const all = cells.reduce((total, cell) => total + paid(cell), 0);
      const words = all - least < 1e-6 ? "That is the least." : `The least is ${told(least)}.`;
      figure.querySelector("[role=status]").innerHTML = `In all <b>${told(all)}</b> a day. ${words}`;
    }

    cells.forEach((cell) => {
      cell.disabled = false;
      cell.onclick = () => {
        cell.dataset.way = (cell.dataset.way ?? "pushed") === "pushed" ? "pulled" : "pushed";
        draw(cell);
        sum();
      };
    });
    figure.dataset.ready = "1";
  }

  parts["sm-edges"] = start;
  document.querySelectorAll(".sm-edges").forEach(start);
})((globalThis.scalemodelParts ??= {}));
