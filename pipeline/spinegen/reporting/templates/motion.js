const film = document.getElementById("film"), plots = [...document.querySelectorAll(".curve-plot")];
const left = 44, right = 632;
function show() {
  for (const plot of plots) {
    const first = +plot.dataset.first, last = +plot.dataset.last;
    const share = Math.min(1, Math.max(0, (film.currentTime - first) / (last - first))), x = left + share * (right - left);
    const now = plot.querySelector(".now");
    now.setAttribute("x1", x); now.setAttribute("x2", x);
  }
}
for (const plot of plots) plot.onclick = event => {
  const box = plot.getBoundingClientRect(), x = (event.clientX - box.left) / box.width * 640;
  const share = Math.min(1, Math.max(0, (x - left) / (right - left)));
  film.currentTime = +plot.dataset.first + share * (plot.dataset.last - plot.dataset.first);
};
film.ontimeupdate = film.onseeked = show;
(function follow() { if (!film.paused) show(); requestAnimationFrame(follow); })();
show();
