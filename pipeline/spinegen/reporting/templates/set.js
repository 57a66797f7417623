"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const words = byId("q"), mode = byId("mode"), count = byId("count"), none = byId("none");
  const cards = [...document.querySelectorAll("#pictures .card")];
  const choices = [...document.querySelectorAll("select[data-facet]")];
  const filter = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const card of cards) {
      const fits = wanted.every((word) => card.dataset.search.includes(word)) &&
        choices.every((c) => !c.value || (c.dataset.facet === "view" ? card.dataset.view.split(" ").includes(c.value) : card.dataset[c.dataset.facet] === c.value));
      card.hidden = !fits;
      left += fits;
    }
    count.textContent = `${left} of ${cards.length} shown`;
    none.hidden = left > 0;
  };
  if (words) {
    words.addEventListener("input", filter);
    words.form.addEventListener("submit", (event) => event.preventDefault());
    choices.forEach((c) => c.addEventListener("change", filter));
    mode.addEventListener("change", () => { document.body.className = mode.value; });
    addEventListener("keydown", (event) => {
      if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); words.focus(); }
      if (event.key === "Escape" && document.activeElement === words) { words.value = ""; filter(); }
    });
    filter();
  }
  const big = byId("big");
  document.addEventListener("click", (event) => {
    const shot = event.target.closest(".shot");
    if (shot) {
      big.querySelector("div").replaceChildren(shot.querySelector(".frame").cloneNode(true));
      big.querySelector("p").textContent = shot.parentElement.querySelector(".cap").textContent;
      big.showModal();
    } else if (event.target === big) {
      big.close();
    }
  });
})();
