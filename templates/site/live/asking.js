// Python in a thread of its own, that can be ended: what takes too long ends, and a new one starts.

class Python {
  // `tell` hears what happens: "loading", "ready", "failed".
  constructor({ parts, lock, worker, seconds }, tell) {
    Object.assign(this, { lock, seconds, tell, waiting: new Map(), count: 0 });
    // A page that has all in itself unpacks it first.
    this.opened = typeof openInside === "function" ? openInside() : Promise.resolve({ parts, worker, type: "module" });
    this.start();
  }

  start() {
    [this.ready, this.loaded] = [false, 0];
    this.tell("loading", 0);
    this.started = this.opened.then(({ parts, worker, type }) => {
      this.worker = new Worker(worker, { type });
      this.worker.addEventListener("message", ({ data }) => this.hear(data));
      this.worker.addEventListener("error", (event) => {
        event.preventDefault();
        this.fail(event.message || "the thread cannot start");
      });
      this.worker.postMessage({ start: parts, lock: this.lock });
    });
    this.started.catch((error) => this.fail(String(error)));
  }

  hear({ stage, id, began, answer, broken, error }) {
    if (stage === "loaded") this.tell("loading", ++this.loaded);
    else if (stage === "ready") { this.ready = true; this.tell("ready"); }
    else if (stage === "failed") this.fail(error);
    const asked = this.waiting.get(id);
    if (!asked) return;
    // The time counts from when Python begins: loading it is not the question's fault.
    if (began) asked.timer = setTimeout(() => this.end(`This takes longer than ${this.seconds} seconds, and was ended.`), this.seconds * 1000);
    else if (answer !== undefined) this.settle(id, JSON.parse(answer));
    else if (broken !== undefined) {
      // What Python does not catch may have broken it: a new one is sure not to be.
      this.settle(id, { ok: false, error: `This could not be answered: ${broken}` });
      this.restart();
    }
  }

  settle(id, answer) {
    clearTimeout(this.waiting.get(id)?.timer);
    this.waiting.get(id)?.resolve(answer);
    this.waiting.delete(id);
  }

  fail(error) {
    this.broken = `Python cannot be started here: ${error}`;
    for (const id of [...this.waiting.keys()]) this.settle(id, { ok: false, error: this.broken });
    this.tell("failed", error);
  }

  restart() {
    this.worker?.terminate();
    this.start();
  }

  // Ends what is running, and whatever waits for it.
  end(why) {
    const open = [...this.waiting.keys()];
    for (const id of open) this.settle(id, { ok: false, ended: true, error: why });
    if (!this.broken) this.restart();
  }

  ask(question, ...words) {
    if (this.broken) return Promise.resolve({ ok: false, error: this.broken });
    const id = ++this.count;
    return new Promise((resolve) => {
      this.waiting.set(id, { resolve });
      this.started.then(() => this.worker.postMessage({ id, ask: question, words }));
    });
  }
}
