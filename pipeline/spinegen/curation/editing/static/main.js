// The page: brings editor, view, saver, mouse and keys together.

import { Editor } from "./editor.js";
import { KEYS, press } from "./keys.js";
import { merged, withTheirs } from "./merge.js";
import { Saver } from "./saver.js";
import { kindOf, View } from "./view.js";

const id = (name) => document.getElementById(name);
const REACH_PX = 14; // a click this near to a point means it
const V_NAMES = ["not labelled", "hidden", ""];

class App {
  constructor(facts) {
    this.facts = facts;
    this.view = new View(id("stage"), facts);
    this.help = id("help");
    this.editor = new Editor(facts, () => this.save());
    this.saver = new Saver((text, isBad) => this.say(text, isBad), (labels, mine) => this.stale(labels, mine));
    this.saver.revised = (index, labels) => this.revised(index, labels);
    this.adding = false;
    id("folder").textContent = facts.folder;
    for (const [, keys, text] of KEYS) if (text) id("keys").append(made("dt", keys), made("dd", text));
    this.buttons();
    this.mouse();
    addEventListener("keydown", (event) => {
      if (press(this, event)) {
        event.preventDefault();
        this.draw();
      }
    });
    addEventListener("resize", () => this.fitPicture());
    addEventListener("beforeunload", (event) => this.saver.isSaved || event.preventDefault());
    document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
    addEventListener("hashchange", () => this.open(Number(location.hash.slice(1)) - 1));
  }

  say(text, isBad) {
    id("saved").textContent = text;
    id("saved").classList.toggle("bad", isBad);
  }

  async open(index) {
    if (!(index >= 0 && index < this.facts.pictures.length) || index === this.editor.index) return;
    await this.saver.running;
    const labels = await read(`api/labels/${index}`);
    if (labels.error) return this.say(labels.error, true);
    this.editor.open(index, labels);
    this.view.show(index, labels);
    history.replaceState(null, "", `#${index + 1}`);
    this.say("", false);
    this.draw();
  }

  go(by) {
    return this.open(this.editor.index + by);
  }

  nextOpen() {
    const count = this.facts.pictures.length;
    for (let i = 1; i <= count; i++) {
      const index = (this.editor.index + i) % count;
      if (!this.facts.pictures[index].done) return this.open(index);
    }
    return this.say("every picture is done: spinegen label accept", false);
  }

  async doneAndNext() {
    this.editor.setDone(true);
    this.draw();
    await this.saver.running;
    return this.nextOpen();
  }

  save() {
    const { index, people, done, base } = this.editor;
    this.facts.pictures[index].done = done;
    this.saver.save({ index, revision: base.revision, done, people: structuredClone(people) });
  }

  revised(index, labels) {
    if (index === this.editor.index) this.editor.base = labels;
    this.facts.pictures[index].done = labels.done;
    this.draw();
  }

  // Another page saved first: both sets of changes are kept, and where they differ the person decides.
  async stale(labels, mine) {
    const base = this.editor.base.people;
    const { people, clashes } = merged(base, mine.people, labels.people, this.facts.names);
    if (clashes.length && (await this.decide(clashes)) === "theirs") withTheirs(people, labels.people, clashes);
    const done = mine.done === this.editor.base.done ? labels.done : mine.done;
    this.editor.take(labels);
    this.editor.people = structuredClone(people);
    this.editor.done = done;
    this.draw();
    return { index: mine.index, revision: labels.revision, done, people };
  }

  decide(clashes) {
    id("clash-text").textContent = clashes.map((one) => `person ${one.person}: ${one.name}`).join(", ");
    id("clash").showModal();
    return new Promise((chosen) => {
      for (const name of ["mine", "theirs"]) {
        id(name).onclick = () => {
          id("clash").close();
          chosen(name);
        };
      }
      id("clash").oncancel = (event) => event.preventDefault();
    });
  }

  // What other pages did meanwhile.
  async refresh() {
    if (!this.saver.isSaved || this.editor.index === null) return;
    const labels = await read(`api/labels/${this.editor.index}`);
    if (!labels.error && this.saver.isSaved && labels.revision > this.editor.base.revision) {
      this.editor.take(labels);
      this.revised(this.editor.index, labels);
    }
  }

  startAdding() {
    this.adding = true;
    this.say("draw a box around the person", false);
  }

  escape() {
    this.adding = false;
    this.editor.spine = null;
    id("rubber").setAttribute("hidden", "hidden");
  }

  async add([x0, y0], [x1, y1]) {
    this.adding = false;
    await this.saver.running;
    this.say("the network looks …", false);
    const box_xywh_px = [Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0)];
    const body = JSON.stringify({ revision: this.editor.base.revision, box_xywh_px });
    const labels = await read(`api/people/${this.editor.index}`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (labels.error) return this.say(labels.error, true);
    this.editor.take(labels);
    this.editor.choosePerson(labels.people.at(-1).person);
    this.say("saved", false);
    this.draw();
  }

  choosePerson(person) {
    if (this.editor.people.some((one) => one.person === person)) this.editor.choosePerson(person);
  }

  fitPicture() {
    this.view.fit([0, 0, ...this.editor.size]);
    this.draw();
  }

  fitPerson() {
    if (this.editor.own) this.view.fit(this.editor.own.box_xywh_px);
  }

  buttons() {
    const acts = {
      previous: () => this.go(-1), next: () => this.go(1), "help-button": () => this.help.showModal(),
      spine: () => this.editor.toggleSpine(), swap: () => this.editor.swapSides(false), add: () => this.startAdding(),
      remove: () => this.editor.remove(), undo: () => this.editor.undo(), redo: () => this.editor.redo(), done: () => this.doneAndNext(),
    };
    for (const [name, act] of Object.entries(acts)) {
      id(name).addEventListener("click", () => {
        act();
        id("stage").focus();
        this.draw();
      });
    }
  }

  mouse() {
    const stage = id("stage");
    stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.view.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event);
      this.draw();
    }, { passive: false });
    stage.addEventListener("pointerdown", (event) => {
      stage.setPointerCapture(event.pointerId);
      stage.focus();
      this.drag = this.grabbed(event);
      this.draw();
    });
    stage.addEventListener("pointermove", (event) => {
      if (!this.drag) return;
      this.drag.move(event);
      this.draw();
    });
    for (const name of ["pointerup", "pointercancel"]) {
      stage.addEventListener(name, (event) => {
        const drag = this.drag;
        this.drag = null;
        drag?.drop?.(event);
        this.editor.end();
        this.draw();
      });
    }
  }

  // What a press of the mouse takes hold of: a box to be drawn, a handle, a level, a point, or the picture.
  grabbed(event) {
    const from = this.view.toPicture(event);
    if (this.adding) return { move: (next) => this.rubber(from, next), drop: (next) => this.dropRubber(from, next) };
    const handle = event.target.dataset?.handle;
    if (handle !== undefined && event.button === 0) {
      const start = this.editor.spine.handles[handle].slice();
      return this.held(event, (by) => this.editor.bend(Number(handle), [start[0] + by[0], start[1] + by[1]]));
    }
    const point = event.button === 0 ? this.nearest(event, from) : null;
    if (point === null) return this.panned(event);
    this.editor.point = point;
    const level = this.editor.spine ? this.facts.spine.indexOf(point) : -1;
    const start = this.editor.own.keypoints[point].slice(0, 2);
    const moved = (by) => [start[0] + by[0], start[1] + by[1]];
    return this.held(event, (by) => (level >= 0 ? this.editor.slide(level, moved(by)) : this.editor.place(point, moved(by))));
  }

  panned(event) {
    const { x, y } = this.view.at;
    return { move: (next) => Object.assign(this.view.at, { x: x + next.clientX - event.clientX, y: y + next.clientY - event.clientY }) };
  }

  // A drag by how far the mouse went, so that a point does not jump to where it was touched.
  held(event, act) {
    const [x, y] = [event.clientX, event.clientY];
    this.editor.begin();
    return {
      move: (next) => act([(next.clientX - x) / this.view.at.scale, (next.clientY - y) / this.view.at.scale]),
    };
  }

  // The point that was meant; another person's point chooses the person.
  nearest(event, from) {
    const direct = event.target.dataset;
    if (direct?.point !== undefined) {
      if (Number(direct.person) !== this.editor.person) this.editor.choosePerson(Number(direct.person));
      return Number(direct.point);
    }
    if (!this.editor.own || this.editor.own.removed) return null;
    let [best, found] = [REACH_PX / this.view.at.scale, null];
    this.editor.own.keypoints.forEach(([x, y], i) => {
      const away = Math.hypot(x - from[0], y - from[1]);
      if (away < best) [best, found] = [away, i];
    });
    return found;
  }

  rubber(from, event) {
    const to = this.view.toPicture(event);
    const { x, y, scale } = this.view.at;
    const shown = {
      x: x + scale * Math.min(from[0], to[0]), y: y + scale * Math.min(from[1], to[1]),
      width: scale * Math.abs(to[0] - from[0]), height: scale * Math.abs(to[1] - from[1]),
    };
    for (const [name, value] of Object.entries(shown)) id("rubber").setAttribute(name, value);
    id("rubber").removeAttribute("hidden");
  }

  dropRubber(from, event) {
    id("rubber").setAttribute("hidden", "hidden");
    this.add(from, this.view.toPicture(event));
  }

  draw() {
    const { editor, facts } = this;
    this.view.draw(editor.people, editor.person, editor.point, editor.spine);
    const known = facts.pictures[editor.index];
    const done = facts.pictures.filter((one) => one.done).length;
    id("place").textContent = known ? `${editor.index + 1} of ${facts.pictures.length}: ${known.picture}` : "";
    id("counted").textContent = `${done} of ${facts.pictures.length} done`;
    [id("progress").max, id("progress").value] = [facts.pictures.length, done];
    id("why").textContent = known ? `Round ${known.round}; ${Math.round(100 * known.unsure)} % of the score at stake.` : "";
    id("spine").setAttribute("aria-pressed", String(editor.spine !== null));
    id("done").setAttribute("aria-pressed", String(editor.done));
    id("undo").disabled = !editor.past.length;
    id("redo").disabled = !editor.future.length;
    this.drawPersons();
    this.drawPoints();
  }

  drawPersons() {
    id("persons").replaceChildren(...this.editor.people.map((one) => {
      const button = made("button", `Person ${one.person}`);
      button.className = `${one.person === this.editor.person ? "here" : ""} ${one.removed ? "removed" : ""}`;
      button.addEventListener("click", () => {
        this.editor.choosePerson(one.person);
        this.draw();
      });
      return button;
    }));
  }

  drawPoints() {
    const own = this.editor.own;
    id("points").replaceChildren(...(own ? own.keypoints : []).map(([, , v], i) => {
      const row = made("li", "");
      row.className = `${kindOf(this.facts, i)} ${i === this.editor.point ? "here" : ""}`;
      row.dataset.v = v;
      const level = this.facts.vertebrae[i];
      row.append(made("i", ""), `${this.facts.names[i]}${level ? ` · ${level}` : ""}`, made("span", V_NAMES[v]));
      row.addEventListener("click", () => {
        this.editor.point = i;
        this.draw();
      });
      return row;
    }));
    id("points").querySelector(".here")?.scrollIntoView({ block: "nearest" });
  }
}

async function read(address, options) {
  try {
    return await (await fetch(address, options)).json();
  } catch {
    return { error: "spinegen label edit does not answer; start it again" };
  }
}

function made(name, text) {
  const node = document.createElement(name);
  node.textContent = text;
  return node;
}

const facts = await read("api/set");
if (facts.error) {
  id("saved").textContent = facts.error;
} else {
  const app = new App(facts);
  const asked = Number(location.hash.slice(1)) - 1;
  const open = facts.pictures.findIndex((one) => !one.done);
  await app.open(asked >= 0 && asked < facts.pictures.length ? asked : Math.max(open, 0));
  document.body.dataset.ready = "yes";
}
