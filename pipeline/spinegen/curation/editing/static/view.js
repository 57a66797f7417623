// Draws the picture, its people and the spine's curve, and takes places on the screen to the picture's pixels.

import { curveThrough, pointAt } from "./spine.js";

const SVG = "http://www.w3.org/2000/svg";
const POINT_PX = 6, HANDLE_PX = 6, STEM_PX = 26;

export class View {
  constructor(stage, facts) {
    this.stage = stage;
    this.world = stage.querySelector("#world");
    this.picture = stage.querySelector("#picture");
    this.people = stage.querySelector("#people");
    this.facts = facts;
    this.at = { x: 0, y: 0, scale: 1 };
    this.names = true;
    this.visible = true;
  }

  // Picture pixels (the centre of the top-left one is 0, 0) of a place in the window.
  toPicture(event) {
    const box = this.stage.getBoundingClientRect();
    return [(event.clientX - box.left - this.at.x) / this.at.scale, (event.clientY - box.top - this.at.y) / this.at.scale];
  }

  show(index, labels) {
    this.picture.setAttribute("href", `api/picture/${index}`);
    for (const [name, value] of Object.entries({ x: -0.5, y: -0.5, width: labels.width, height: labels.height })) {
      this.picture.setAttribute(name, value);
    }
    this.size = [labels.width, labels.height];
    this.fit([0, 0, labels.width, labels.height]);
  }

  fit([x, y, width, height]) {
    const box = this.stage.getBoundingClientRect();
    const scale = 0.94 * Math.min(box.width / width, box.height / height);
    this.at = { scale, x: box.width / 2 - scale * (x + width / 2), y: box.height / 2 - scale * (y + height / 2) };
  }

  zoom(factor, event) {
    const box = this.stage.getBoundingClientRect();
    const [x, y] = event ? [event.clientX - box.left, event.clientY - box.top] : [box.width / 2, box.height / 2];
    const scale = Math.min(Math.max(this.at.scale * factor, 0.02), 80);
    const grown = scale / this.at.scale;
    this.at = { scale, x: x - grown * (x - this.at.x), y: y - grown * (y - this.at.y) };
  }

  draw(people, chosen, point, spine) {
    const { x, y, scale } = this.at;
    this.world.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
    this.people.replaceChildren();
    if (!this.visible) return;
    const order = people.filter((one) => !one.removed).sort((a, b) => (a.person === chosen) - (b.person === chosen));
    for (const one of order) this.people.append(this.person(one, one.person === chosen, point, spine));
  }

  person(one, isChosen, point, spine) {
    const group = made("g", { class: isChosen ? "own" : "other" });
    const onSpine = new Set(this.facts.spine);
    const [x, y, width, height] = one.box_xywh_px;
    if (isChosen) group.append(made("rect", { class: "box", x, y, width, height }));
    const curved = isChosen && spine;
    for (const [a, b] of this.facts.links) {
      const [p, q] = [one.keypoints[a], one.keypoints[b]];
      const ofSpine = onSpine.has(a) && onSpine.has(b);
      if (!p[2] || !q[2] || (curved && ofSpine)) continue;
      group.append(made("line", { class: ofSpine ? "sp" : "li", x1: p[0], y1: p[1], x2: q[0], y2: q[1] }));
    }
    if (curved) this.curve(group, spine);
    one.keypoints.forEach((place, i) => this.point(group, one, i, place, isChosen && i === point, curved));
    return group;
  }

  point(group, one, i, [x, y, v], isHere, curved) {
    const inside = x >= -0.5 && y >= -0.5 && x <= this.size[0] - 0.5 && y <= this.size[1] - 0.5;
    if (v === 0 && !inside) return;
    const r = (POINT_PX + (isHere ? 2 : 0)) / this.at.scale;
    const state = v === 2 ? "" : v === 1 ? " h" : " u";
    const marked = `${kindOf(this.facts, i)}${state}${isHere ? " here" : ""}`;
    group.append(made("circle", { class: marked, cx: x, cy: y, r, "data-person": one.person, "data-point": i }));
    const level = curved && this.facts.vertebrae[i];
    if (isHere || level) {
      const text = made("text", { x: x + 1.6 * r, y: y - r, "font-size": 13 / this.at.scale });
      text.textContent = level ? `${level}` : this.names ? this.facts.names[i] : "";
      group.append(text);
    }
  }

  // The curve, and handles beside it so that they never lie on a level.
  curve(group, spine) {
    const curve = curveThrough(spine.handles);
    group.append(made("path", { class: "sp", d: `M${curve.points.map((p) => p.join(" ")).join("L")}` }));
    spine.handles.forEach((place, i) => {
      const [x, y] = this.besideCurve(curve, i / (spine.handles.length - 1), place);
      const r = HANDLE_PX / this.at.scale;
      group.append(made("line", { class: "stem", x1: place[0], y1: place[1], x2: x, y2: y }));
      group.append(made("rect", { class: "handle", x: x - r, y: y - r, width: 2 * r, height: 2 * r, "data-handle": i }));
    });
  }

  besideCurve(curve, share, place) {
    const [a, b] = [pointAt(curve, share - 0.03), pointAt(curve, share + 0.03)];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
    const reach = STEM_PX / this.at.scale / length;
    return [place[0] - (b[1] - a[1]) * reach, place[1] + (b[0] - a[0]) * reach];
  }
}

export function kindOf(facts, i) {
  if (facts.vertebrae[i]) return "spine-dot";
  if (facts.names[i].startsWith("left")) return "left-dot";
  return facts.names[i].startsWith("right") ? "right-dot" : "middle-dot";
}

function made(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}
