// One picture being edited: people, what is chosen, undo, and every change that a hand can make.

import { bent, levelsOf, nearestShare, curveThrough, slid, spineOf } from "./spine.js";

const MOST_UNDO = 500;

export class Editor {
  // `changed()` is called after each change that is to be saved.
  constructor(facts, changed) {
    this.facts = facts;
    this.changed = changed;
    this.people = [];
    this.open(null, { people: [], done: false, revision: 0, width: 1, height: 1 });
  }

  open(index, labels) {
    this.index = index;
    this.take(labels);
    this.person = this.people.find((one) => !one.removed)?.person ?? this.people[0]?.person ?? null;
    this.point = 0;
    this.before = null;
    this.spine = null;
  }

  // What the server has. Undo begins anew: it would take back what another page did.
  take(labels) {
    [this.past, this.future] = [[], []];
    this.base = structuredClone(labels);
    this.people = structuredClone(labels.people);
    this.done = labels.done;
    this.size = [labels.width, labels.height];
  }

  get own() {
    return this.people.find((one) => one.person === this.person) ?? null;
  }

  // Everything between `begin` and `end` is one step to undo.
  begin() {
    this.before ??= JSON.stringify([this.people, this.done]);
  }

  end() {
    if (this.before === null) return;
    const before = this.before;
    this.before = null;
    if (before === JSON.stringify([this.people, this.done])) return;
    this.past.push(before);
    if (this.past.length > MOST_UNDO) this.past.shift();
    this.future = [];
    this.changed();
  }

  step(change) {
    this.begin();
    change();
    this.end();
  }

  undo() {
    this.travel(this.past, this.future);
  }

  redo() {
    this.travel(this.future, this.past);
  }

  travel(from, to) {
    if (!from.length) return;
    to.push(JSON.stringify([this.people, this.done]));
    const [people, done] = JSON.parse(from.pop());
    const added = this.people.filter((one) => !people.some((known) => known.person === one.person));
    // the server knows who was added: they stay, as removed
    this.people = [...people, ...added.map((one) => ({ ...one, removed: true }))];
    this.done = done;
    if (this.spine) this.spine = this.spineNow();
    this.changed();
  }

  inside([x, y]) {
    const keep = (value, limit) => Math.min(Math.max(value, 0), limit - 1);
    return [rounded(keep(x, this.size[0])), rounded(keep(y, this.size[1]))];
  }

  place(point, where) {
    const own = this.own;
    if (!own) return;
    const v = own.keypoints[point][2] || 2;
    own.keypoints[point] = [...this.inside(where), v];
  }

  nudge(dx, dy) {
    if (!this.own) return;
    this.step(() => {
      if (this.spine && this.facts.spine.includes(this.point)) {
        const level = this.facts.spine.indexOf(this.point);
        const handle = Math.round(this.spine.shares[level] * (this.spine.handles.length - 1));
        const [x, y] = this.spine.handles[handle];
        return this.bend(handle, [x + dx, y + dy]);
      }
      const [x, y] = this.own.keypoints[this.point];
      this.place(this.point, [x + dx, y + dy]);
    });
  }

  // Seen, hidden, not labelled.
  mark(v) {
    if (!this.own) return;
    this.step(() => {
      const [x, y] = this.inside(this.own.keypoints[this.point]);
      this.own.keypoints[this.point] = v ? [x, y, v] : [...this.own.keypoints[this.point].slice(0, 2), 0];
    });
  }

  toggleHidden() {
    if (this.own) this.mark(this.own.keypoints[this.point][2] === 2 ? 1 : 2);
  }

  toggleLabelled() {
    if (this.own) this.mark(this.own.keypoints[this.point][2] ? 0 : 2);
  }

  swapSides(onlyThisPair) {
    const own = this.own;
    if (!own) return;
    this.step(() => {
      const was = own.keypoints.map((place) => place.slice());
      this.facts.flip.forEach((other, i) => {
        if (!onlyThisPair || i === this.point || other === this.point) own.keypoints[i] = was[other];
      });
    });
  }

  // Back to what the network said: the point, or all of the person.
  asPredicted(all) {
    const own = this.own;
    if (!own?.prelabel) return;
    this.step(() => {
      own.prelabel.forEach((place, i) => {
        if (all || i === this.point) own.keypoints[i] = place.slice();
      });
    });
    if (this.spine) this.spine = this.spineNow();
  }

  remove() {
    if (this.own) this.step(() => (this.own.removed = !this.own.removed));
  }

  setDone(done) {
    this.step(() => (this.done = done));
  }

  nextPoint(by) {
    const count = this.facts.names.length;
    this.point = (this.point + by + count) % count;
  }

  choosePerson(person) {
    this.person = person;
    if (this.spine) this.spine = this.spineNow();
  }

  spineNow() {
    return this.own ? spineOf(this.facts.spine.map((i) => this.own.keypoints[i].slice(0, 2))) : null;
  }

  toggleSpine() {
    this.spine = this.spine ? null : this.spineNow();
    if (this.spine && !this.facts.spine.includes(this.point)) this.point = this.facts.spine[0];
  }

  bend(handle, where) {
    this.spine = bent(this.spine, handle, this.inside(where));
    this.layLevels();
  }

  slide(level, where) {
    this.spine = slid(this.spine, level, nearestShare(curveThrough(this.spine.handles), where));
    this.layLevels();
  }

  // The chosen level along the curve, towards C1 (+) or S1 (-), by picture pixels.
  slideBy(pixels) {
    const level = this.facts.spine.indexOf(this.point);
    if (!this.spine || level < 0) return;
    const lengths = curveThrough(this.spine.handles).lengths;
    const share = this.spine.shares[level] + pixels / (lengths[lengths.length - 1] || 1);
    this.step(() => {
      this.spine = slid(this.spine, level, share);
      this.layLevels();
    });
  }

  layLevels() {
    levelsOf(this.spine).forEach((where, level) => {
      const i = this.facts.spine[level];
      const v = this.own.keypoints[i][2];
      this.own.keypoints[i] = [...this.inside(where), v];
    });
  }
}

function rounded(value) {
  return Math.round(value * 100) / 100;
}
