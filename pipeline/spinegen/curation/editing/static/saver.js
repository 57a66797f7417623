// Saves at once, one request at a time; what could not be saved stays on the page and is tried again.

const AGAIN_MS = 1500;

export class Saver {
  // `say(text, isBad)` shows a state; `onStale(labels)` merges and returns what to save now, or null.
  constructor(say, onStale) {
    this.say = say;
    this.onStale = onStale;
    this.wanted = null;
    this.running = null;
  }

  get isSaved() {
    return this.wanted === null && this.running === null;
  }

  // What the picture should become: { index, revision, done, people }.
  save(state) {
    this.wanted = state;
    this.say("saving …", false);
    this.running ??= this.run().finally(() => (this.running = null));
    return this.running;
  }

  async run() {
    let known = null;
    while (this.wanted !== null) {
      const state = this.wanted;
      const revision = known && known.index === state.index ? Math.max(known.revision, state.revision) : state.revision;
      const answer = await this.send(state, revision);
      if (answer.ok) {
        known = { index: state.index, revision: answer.labels.revision };
        this.revised(state.index, answer.labels);
        if (this.wanted === state) this.wanted = null;
      } else if (answer.labels) {
        const next = await this.onStale(answer.labels, this.wanted);
        known = null;
        this.wanted = next;
      } else {
        this.say(`not saved: ${answer.error}`, true);
        await new Promise((again) => setTimeout(again, AGAIN_MS));
      }
    }
    this.say("saved", false);
  }

  async send(state, revision) {
    const body = JSON.stringify({ revision, done: state.done, people: state.people.map(told) });
    try {
      const answer = await fetch(`api/labels/${state.index}`, {
        method: "PUT", headers: { "Content-Type": "application/json" }, body,
      });
      const data = await answer.json();
      return answer.ok ? { ok: true, labels: data } : { ok: false, error: data.error, labels: data.labels };
    } catch {
      return { ok: false, error: "spinegen label edit does not answer; start it again, this page keeps what you did" };
    }
  }
}

function told({ person, box_xywh_px, keypoints, removed }) {
  return { person, box_xywh_px, keypoints, removed };
}
