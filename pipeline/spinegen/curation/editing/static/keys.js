// Everything that keys do; the help page is made from the same list.

export const KEYS = [
  [[","], ", or PageUp", "previous picture", (app) => app.go(-1)],
  [["."], ". or PageDown", "next picture", (app) => app.go(1)],
  [["PageUp"], null, null, (app) => app.go(-1)],
  [["PageDown"], null, null, (app) => app.go(1)],
  [["Enter"], "Enter", "done, on to the next picture that is not", (app) => app.doneAndNext()],
  [["d"], "d", "done, or not done", (app) => app.editor.setDone(!app.editor.done)],
  [["u"], "u", "next picture that is not done", (app) => app.nextOpen()],
  [["n"], "n / p", "next / previous point", (app) => app.editor.nextPoint(1)],
  [["p"], null, null, (app) => app.editor.nextPoint(-1)],
  [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], "arrows", "move the point by a pixel (Shift: ten, Alt: a tenth)", nudge],
  [["h"], "h", "hidden, or seen", (app) => app.editor.toggleHidden()],
  [["x", "Delete"], "x", "not labelled, or labelled", (app) => app.editor.toggleLabelled()],
  [["s"], "s", "swap left and right of the person", (app) => app.editor.swapSides(false)],
  [["S"], "Shift+s", "swap left and right of the point's pair", (app) => app.editor.swapSides(true)],
  [["c"], "c", "the spine as a curve: squares bend it, levels slide on it", (app) => app.editor.toggleSpine()],
  [["]"], "] / [", "slide the level a pixel towards C1 / S1", (app) => app.editor.slideBy(1)],
  [["["], null, null, (app) => app.editor.slideBy(-1)],
  [["o"], "o", "the point back to what the network said", (app) => app.editor.asPredicted(false)],
  [["O"], "Shift+o", "the whole person back to what the network said", (app) => app.editor.asPredicted(true)],
  [["z"], "z", "undo", (app) => app.editor.undo()],
  [["y", "Z"], "y", "redo", (app) => app.editor.redo()],
  [["a"], "a", "add a person: draw a box around them", (app) => app.startAdding()],
  [["r"], "r", "remove the person, or take them back", (app) => app.editor.remove()],
  [["1", "2", "3", "4", "5", "6", "7", "8", "9"], "1 … 9", "choose a person", (app, event) => app.choosePerson(Number(event.key))],
  [["+", "="], "+ / -", "nearer, farther (or the wheel)", (app) => app.view.zoom(1.25)],
  [["-"], null, null, (app) => app.view.zoom(0.8)],
  [["0"], "0", "the whole picture", (app) => app.fitPicture()],
  [["f"], "f", "the person", (app) => app.fitPerson()],
  [["l"], "l", "names on, off", (app) => (app.view.names = !app.view.names)],
  [["v"], "v", "points on, off", (app) => (app.view.visible = !app.view.visible)],
  [["?"], "?", "these keys", (app) => app.help.showModal()],
  [["Escape"], "Escape", "leave the curve, or stop adding", (app) => app.escape()],
];

function nudge(app, event) {
  const by = event.shiftKey ? 10 : event.altKey ? 0.1 : 1;
  const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  app.editor.nudge(by * x, by * y);
}

const BY_KEY = new Map(KEYS.flatMap(([keys, , , act]) => keys.map((key) => [key, act])));

// Acts on a key; false where it means nothing here.
export function press(app, event) {
  if (document.querySelector("dialog[open]")) return false;
  const withControl = event.ctrlKey || event.metaKey;
  if (withControl && !["z", "Z", "y"].includes(event.key)) return false;
  const onButton = event.target.closest?.("button") && (event.key === "Enter" || event.key === " ");
  const act = onButton ? null : BY_KEY.get(event.key);
  if (!act) return false;
  act(app, event);
  return true;
}
