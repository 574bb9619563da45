// Runs in the page before anything of the app: a position that the bench chooses, a finger that taps what is named
// as soon as it is there, and the time of every message between page and core. Changes nothing else.

(() => {
  const measured = { answered: [] };
  const asked = new Map();
  const watchers = new Map();
  let place = null;
  const idle = [];
  let core = null;

  // ---- what the core is asked, and when it answers
  class Watched extends Worker {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => answered(data));
    }
    postMessage(message, ...rest) {
      const verb = message?.ask?.do ?? (message?.put ? 'put' : null);
      if (verb !== null) {
        core = this;
        asked.set(`${message.id}`, { verb, from: performance.now() });
      }
      super.postMessage(message, ...rest);
    }
  }
  window.Worker = Watched;

  function answered(data) {
    const found = asked.get(`${data?.id}`);
    if (!found || !('ok' in data || 'error' in data)) return;
    asked.delete(`${data.id}`);
    found.resolve?.(data);
    measured.answered.push({ ...found, until: performance.now(), ok: 'ok' in data });
    if (measured.answered.length > 20_000) measured.answered.splice(0, 10_000);
    if (asked.size === 0) for (const wake of idle.splice(0)) wake();
  }

  /** Asks the core past the pages, one after another, as a page might; what it answered. */
  async function ask(all) {
    const answers = [];
    for (const message of all) {
      const id = `bench:${answers.length}`;
      const answer = new Promise((resolve) => {
        core.postMessage({ id, ask: message });
        asked.get(id).resolve = resolve;
      });
      answers.push(await answer);
    }
    return answers;
  }

  // ---- where the phone is
  const position = ({ lat, lon, ms }) => ({
    coords: {
      latitude: lat,
      longitude: lon,
      accuracy: 5,
      altitude: 1200,
      altitudeAccuracy: null,
      heading: null,
      speed: 2.5,
    },
    timestamp: ms,
  });
  const geolocation = {
    watchPosition(heard) {
      const id = watchers.size + 1;
      watchers.set(id, heard);
      if (place !== null) setTimeout(() => heard(position({ ...place, ms: place.ms || Date.now() })), 0);
      return id;
    },
    clearWatch: (id) => watchers.delete(id),
    getCurrentPosition: (heard, failed) =>
      setTimeout(() =>
        place === null ? failed?.({ code: 2 }) : heard(position({ ...place, ms: place.ms || Date.now() })),
      ),
  };
  Object.defineProperty(navigator, 'geolocation', { value: geolocation });

  function feed(at) {
    place = at;
    for (const heard of watchers.values()) heard(position(at));
  }

  // ---- a finger
  /** Taps each of these in turn, as soon as it can be tapped. */
  function tap(selectors) {
    const left = [...selectors];
    const look = () => {
      const element = left.length > 0 ? document.querySelector(left[0]) : null;
      if (element === null || element.disabled) return;
      left.shift();
      if (left.length === 0) observer.disconnect();
      element.click();
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { subtree: true, childList: true, attributes: true });
  }

  const tapOne = (selector) => {
    const element = document.querySelector(selector);
    if (element === null) throw new Error(`nothing to tap: ${selector}`);
    element.click();
  };

  /** Resolves when there is such an element. */
  function seen(selector) {
    return new Promise((resolve) => {
      const look = () => {
        if (document.querySelector(selector) === null) return;
        observer.disconnect();
        resolve(performance.now());
      };
      const observer = new MutationObserver(look);
      observer.observe(document, { subtree: true, childList: true, attributes: true });
      look();
    });
  }

  /** Once drawn, as far as a page can know: the frame after the next. */
  const drawn = () =>
    new Promise((resolve) =>
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))),
    );

  /** One incident in three taps. Times from the third: until it is durable, and until the page says so. */
  async function report(pauseMs) {
    document.querySelector('[data-testid=slip] button')?.click();
    location.hash = '#/report';
    await seen('[data-testid=category]');
    tapOne('[data-testid=category]');
    await seen('[data-testid=shutter]:not([disabled])');
    tapOne('[data-testid=shutter]');
    await seen('[data-testid=taken]');
    // A thumb moves from one button to the next.
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const before = measured.answered.length;
    const tapped = performance.now();
    tapOne('[data-testid=save]');
    const shown = await seen('[data-testid=slip-way]');
    const saved = measured.answered.slice(before).find(({ verb, ok }) => verb === 'report' && ok);
    if (saved === undefined) throw new Error('the page says saved, and nothing was');
    // What the worker did meanwhile: each verb, and when it was answered after the tap.
    const beside = measured.answered
      .slice(before)
      .filter(({ until }) => until <= saved.until)
      .map(({ verb, until }) => `${verb} ${Math.round(until - tapped)}`);
    await quiet();
    return { durable: saved.until - tapped, shown: shown - tapped, beside };
  }

  // ---- waiting
  const turn = () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(null);
    });

  /** Resolves when the app has asked everything it wanted to ask, and was answered. */
  async function quiet() {
    for (let calm = 0; calm < 3; ) {
      if (asked.size > 0) await new Promise((resolve) => idle.push(resolve));
      await turn();
      calm = asked.size === 0 ? calm + 1 : 0;
    }
  }

  /** Fixes one after another, each after the app has done with the one before. */
  async function ride(places) {
    for (const at of places) {
      feed(at);
      await quiet();
    }
  }

  /** Time between frames for so long, ms. */
  function frames(ms) {
    return new Promise((resolve) => {
      const gaps = [];
      const end = performance.now() + ms;
      let before = null;
      const next = (now) => {
        if (before !== null) gaps.push(now - before);
        before = now;
        if (now < end) requestAnimationFrame(next);
        else resolve(gaps);
      };
      requestAnimationFrame(next);
    });
  }

  window.bench = {
    measured,
    ask,
    feed,
    tap,
    seen,
    drawn,
    report,
    ride,
    quiet,
    frames,
    stand: (at) => (place = at),
  };
})();
